/** Tools that run in workers, good ones and bad ones. */
import { execSync, spawn } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import type { ToolContext } from '../../../packages/aof-runtime/src/core/tool/tool.ts'
import { ToolFailure } from '../../../packages/aof-runtime/src/core/contract/tool-failure.ts'
import { defineTool } from '../../../packages/aof-runtime/src/core/tool/define-tool.ts'

export default ({ n }: { n: number }): number => n * n

export const asTool = defineTool({
  name: 'add',
  execute: async ({ a, b }: { a: number; b: number }) => a + b,
})

export const notATool = 'text'
export const nothing = null

export const whereAmI = (): number => process.pid

/** Returns, and blocks its worker afterwards. */
export const blocksLater = (): string => {
  setTimeout(() => {
    for (;;);
  }, 0)
  return 'returned'
}

let calls = 0
/** How many calls its worker has had. */
export const count = (): number => ++calls

export const seen = (input: unknown, ctx: ToolContext): unknown => {
  const { call, index, attempt, idempotencyKey, context } = ctx
  return { input, call, index, attempt, idempotencyKey, context: context === undefined, executor: 'executor' in ctx }
}

const THROWN: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  text: () => 'just text',
  number: () => 404,
  symbol: () => Symbol('why'),
  function: () => () => {},
  'type error': () => Object.assign(new TypeError('bad type'), { code: 'ERR_BAD' }),
  cause: () => new Error('outer', { cause: new Error('inner', { cause: 'innermost' }) }),
  failure: () => new ToolFailure('busy', { retryable: true }),
  http: () =>
    Object.assign(new Error('too many'), { response: { status: 429, headers: new Headers({ 'retry-after': '3' }) } }),
  object: () => ({ message: 'an object says' }),
  getters: () =>
    Object.defineProperty(new Error('readable'), 'cause', {
      get() {
        throw new Error('getter')
      },
    }),
  proxy: () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  long: () => new Error('x'.repeat(1_000_000)),
}

export const throws = ({ what }: { what: string }): never => {
  throw THROWN[what]?.()
}

export const rejects = async ({ what }: { what: string }): Promise<never> => Promise.reject(THROWN[what]?.())

const RETURNED: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  function: () => ({ list: [1, () => 2] }),
  symbol: () => ({ s: Symbol('s') }),
  promise: () => ({ late: Promise.resolve(1) }),
  cycle: () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    return cycle
  },
  url: () => ({ at: new URL('http://127.0.0.1/x'), when: new Date(0), big: 10n }),
  bytes: () => ({ name: 'raw', data: new Uint8Array([1, 2, 3]) }),
  error: () => new TypeError('returned, not thrown'),
  getter: () =>
    Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('no reading')
      },
    }),
  large: () => 'x'.repeat(20_000_000),
  'large bytes': () => new Uint8Array(20_000_000),
}

export const returns = ({ what }: { what: string }): unknown => RETURNED[what]?.()

export const loops = (_input: unknown, { progress }: ToolContext): never => {
  progress('looping')
  for (;;);
}

export const backtracks = (_input: unknown, { progress }: ToolContext): boolean => {
  progress('looping')
  return /^(a+)+$/.test(`${'a'.repeat(60)}!`)
}

export const waitsForEver = (_input: unknown, { progress }: ToolContext): Promise<never> => {
  progress('waiting')
  return new Promise(() => {})
}

/** A synchronous call that ends with another program, which writes a line when it has begun and one when it ends. */
export const blocks = ({ file }: { file: string }): void => {
  execSync(`echo begun >> '${file}'; sleep 1; echo ended >> '${file}'`)
}

/** A synchronous call that computes in C++. */
export const computes = (_input: unknown, { progress }: ToolContext): string => {
  progress('computing')
  return pbkdf2Sync('secret', 'salt', 1_500_000, 64, 'sha512').toString('hex')
}

export const exits = ({ code }: { code: number }): never => process.exit(code)

export const dies = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

export const until = (_input: unknown, { signal, progress }: ToolContext): Promise<unknown> => {
  const ended = new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(`${signal.reason.name}: ${signal.reason.message}`), { once: true }),
  )
  progress('listening')
  return ended
}

export const abortedAlready = async (_input: unknown, ctx: ToolContext): Promise<unknown> => {
  ctx.progress('not looking yet')
  await new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const look = (): void => {
      if (ctx.signal.aborted) resolve((ctx.signal.reason as Error).name)
      else setImmediate(look)
    }
    look()
  })
}

export const speaks = (_input: unknown, { progress, logger }: ToolContext): string => {
  progress({ step: 1 })
  logger.debug('a debug line')
  console.log('to stdout\nand more')
  progress({ step: 2 })
  console.error('to stderr')
  logger.error('an error line')
  process.stdout.write('without an end')
  progress(() => {})
  return 'spoken'
}

export const floods = ({ times }: { times: number }, { progress }: ToolContext): string => {
  for (let i = 0; i < times; i++) progress(i)
  return 'flooded'
}

export const printsMuch = ({ lines }: { lines: number }): void => {
  console.log('y\n'.repeat(lines))
}

export const endsOutput = (): Promise<never> => {
  process.stdout.end('by another way\n')
  return new Promise(() => {})
}

/** Leaves a callback behind that fails while the next call runs, or when no call does. */
export const leavesBehind = (_input: unknown, { progress }: ToolContext): string => {
  setImmediate(() => setImmediate(() => void Promise.reject(new Error('left behind'))))
  progress('leaving')
  return 'left'
}

export const strays = (_input: unknown): Promise<never> => {
  setImmediate(() => {
    throw new Error('nobody awaits this')
  })
  return new Promise(() => {})
}

export const growsArray = (): never => {
  const hoard: unknown[] = []
  for (;;) hoard.push({ at: hoard.length, text: `item ${hoard.length}` })
}

export const growsMap = (): never => {
  const hoard = new Map<number, string>()
  for (let i = 0; ; i++) hoard.set(i, `item ${i}`)
}

/** Starts a program that would outlive it, in a process group of its own or not, and then never ends. */
export const startsOthers = ({ detached }: { detached: boolean }, { progress }: ToolContext): never => {
  const { pid } = spawn('sleep', ['1000'], { stdio: 'ignore', detached })
  progress([process.pid, pid])
  for (;;);
}

/** Sends a message that is not one of ours. */
export const forges = (): string => {
  process.send?.(null)
  process.send?.({ type: 'returned', run: 99, value: 'forged' })
  process.send?.({ type: 'nonsense' })
  return 'true'
}

export const disconnects = (): Promise<never> => {
  process.disconnect()
  return new Promise(() => {})
}
