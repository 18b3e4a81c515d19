import type {
  IsolatedHooks,
  IsolatedRun,
  Isolation,
  Isolator,
} from '../../packages/aof-runtime/src/core/contract/isolation.ts'

export type Mode = Isolation['mode']
export const MODES: readonly Mode[] = ['thread', 'process']

export const tools: URL = new URL('tools/tools.ts', import.meta.url)

/** A run with all that was heard of it. */
export interface Started extends IsolatedRun {
  /** `began`, `progress …` and `level: line`, in order. */
  readonly heard: readonly string[]
  /** Resolves when this has been heard. */
  hears(text: string): Promise<void>
  readonly firstProgress: Promise<unknown>
}

export type StartOptions = Partial<Isolation> & { readonly name?: string }

export function start(
  at: Isolator,
  mode: Mode,
  tool: string,
  input: unknown = {},
  options: StartOptions = {},
): Started {
  const { name = tool, ...isolation } = options
  const heard: string[] = []
  const waiting = new Map<string, () => void>()
  const hear = (text: string): void => {
    heard.push(text)
    waiting.get(text)?.()
  }
  const { promise: firstProgress, resolve: progressed } = Promise.withResolvers<unknown>()
  const hooks: IsolatedHooks = {
    began: () => hear('began'),
    progress: (value) => {
      progressed(value)
      hear(`progress ${JSON.stringify(value)}`)
    },
    log: (level, message) => hear(`${level}: ${message}`),
  }
  const call = { id: 'c1', name, index: 2, input, attempt: 3, idempotencyKey: 'run/1/2' }
  const run = at.start({ mode, module: tools, export: tool, ...isolation }, call, hooks)
  const hears = (text: string): Promise<void> =>
    heard.includes(text) ? Promise.resolve() : new Promise((resolve) => waiting.set(text, resolve))
  const { outcome } = run
  return { outcome, abort: (reason) => run.abort(reason), kill: () => run.kill(), heard, hears, firstProgress }
}

/** The value that a run throws. Fails if it throws nothing. */
export async function thrownBy({ outcome }: IsolatedRun): Promise<unknown> {
  try {
    await outcome
  } catch (thrown) {
    return thrown
  }
  throw new Error('It threw nothing.')
}
