import {
  type AnyTool,
  defineTool,
  type StandardSchema,
  type ToolContext,
  ToolFailure,
} from '../../packages/aof-runtime/src/index.ts'

/** Everything that a call can do wrong; each is drawn for one call in a hundred. */
export const FAULTS = [
  'throws',
  'throws null',
  'throws late',
  'returns a cycle',
  'hangs past its grace',
  'ends late with an error',
  'hangs until its signal',
  'answers twice',
  'reports after its end',
  'fails once',
  'schema rejects',
  'truncated arguments',
  'misfit arguments',
  'unknown tool',
  'too large',
  'is dropped',
  'is forgotten',
] as const
export type Fault = (typeof FAULTS)[number]

interface Input {
  readonly n: number
  readonly fault?: Fault
}

/** How many tools that were given up are still at it. */
export const late = { count: 0 }

const LATE_MS = 30

export function soakTools(): AnyTool[] {
  const inputSchema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
  const rejecting: StandardSchema<unknown, Input> = {
    '~standard': { version: 1, vendor: 'soak', validate: () => Promise.reject(new Error('no schema today')) },
  }
  return [
    defineTool({ name: 'work', inputSchema, execute }),
    defineTool({ name: 'work_later', inputSchema, execute: async (input: Input, ctx) => execute(input, ctx) }),
    defineTool({
      name: 'work_again',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 1 },
      execute,
    }),
    defineTool({ name: 'work_rejected', inputSchema: rejecting, execute }),
  ]
}

function execute({ n, fault }: Input, ctx: ToolContext): unknown {
  switch (fault) {
    case 'throws':
      throw new Error(`no ${n}`)
    case 'throws null':
      throw null
    case 'throws late':
      return sleep(1).then(() => Promise.reject(new ToolFailure(`no ${n}`, { retryable: true })))
    case 'returns a cycle': {
      const cycle: { self?: object } = {}
      return (cycle.self = cycle)
    }
    case 'hangs past its grace':
      return lately(() => n)
    case 'ends late with an error':
      return lately(() => {
        throw new Error(`too late, ${n}`)
      })
    case 'hangs until its signal':
      return new Promise((_resolve, reject) => {
        ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error), { once: true })
      })
    case 'answers twice':
      return answering((resolve) => {
        resolve(n)
        resolve(-n)
      })
    case 'reports after its end':
      setTimeout(() => ctx.progress(n), 1)
      return n
    case 'fails once':
      if (ctx.attempt === 1) throw new Error(`try again, ${n}`)
      return n
    case 'too large':
      return 'x'.repeat(3_000)
    default:
      return { n }
  }
}

async function lately(end: () => unknown): Promise<unknown> {
  late.count++
  await sleep(LATE_MS)
  late.count--
  return end()
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

function answering(then: (resolve: (value: unknown) => void) => void): object {
  const object = {}
  Reflect.set(object, 'then', then)
  return object
}
