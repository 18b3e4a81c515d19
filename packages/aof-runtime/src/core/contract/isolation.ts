import { checkOptions, optionNames } from './option-names.ts'
import { checkCount, MisuseError } from './misuse.ts'

/** Where a tool's code runs that must not block, crash or outlive its executor. */
export interface Isolation {
  /**
   * - `thread`: a worker thread. Loops and catastrophic regular expressions can be ended; a synchronous native call ends
   *   only by itself, and some ways of running out of memory end the whole process.
   * - `process`: a process of its own. Whatever it does can be ended, and harms nobody else.
   *
   * Neither is a sandbox: the code has all rights of this process.
   */
  readonly mode: 'thread' | 'process'
  /** The module that the tool lives in: an absolute path, or a URL such as `new URL('./crunch.js', import.meta.url)`. */
  readonly module: string | URL
  /** The export that is the tool: what `defineTool` returned, or a function of input and context. @default 'default' */
  readonly export?: string
  /** The most that its JavaScript heap may take, in megabytes: at least 16. Binary data is not counted. @default Node's own */
  readonly maxMemoryMb?: number
}

const ISOLATION_OPTIONS = optionNames<Isolation>({ mode: true, module: true, export: true, maxMemoryMb: true })

/** What of a call crosses the border: all of it can be cloned. The application's `context` stays behind. */
export interface IsolatedCall {
  readonly id: string
  readonly name: string
  readonly index: number
  readonly input: unknown
  readonly attempt: number
  readonly idempotencyKey: string
}

/** What comes back across the border while the tool runs. */
export interface IsolatedHooks {
  /** A worker has loaded the tool and the call up: from now on its time counts, and it may have acted. */
  began(): void
  progress(value: unknown): void
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
}

/** One start of an isolated tool. */
export interface IsolatedRun {
  /**
   * What the tool returned or threw, or why it could not be run, after {@link IsolatedHooks.began}; rejects with
   * {@link WorkerLost}, then or before, where its worker died. May stay pending after {@link kill}.
   */
  readonly outcome: Promise<unknown>
  /** Aborts the tool's signal. */
  abort(reason: { readonly name: string; readonly message: string }): void
  /** Ends the tool's code by force; resolves once it cannot act any more. Never rejects. */
  kill(): Promise<void>
}

/** The port by which tools run elsewhere. */
export interface Isolator {
  /** Never throws: what goes wrong is the outcome's. */
  start(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks): IsolatedRun
  /** Ends all workers; resolves when they have gone, or after a while where they cannot be ended. */
  close(): Promise<void>
}

/** The worker that ran a tool died, or never came up. */
export class WorkerLost extends Error {
  override readonly name: string = 'WorkerLost'
  /** Whether the worker had taken the call up: if not, nothing can have happened. */
  readonly began: boolean

  /** @param message what happened to the worker, and what to do about it, for people and models */
  constructor(message: string, options: ErrorOptions & { readonly began: boolean }) {
    super(message, options)
    this.began = options.began
  }
}

/** Throws a {@link MisuseError} for an isolation that is impossible. */
export function checkIsolation(option: string, isolation: Isolation): void {
  checkOptions(option, isolation, ISOLATION_OPTIONS)
  const { mode, module, export: name, maxMemoryMb } = isolation
  if (mode !== 'thread' && mode !== 'process') throw new MisuseError(`${option}.mode`, "'thread' or 'process'", mode)
  if (!isPlace(module)) {
    throw new MisuseError(
      `${option}.module`,
      "an absolute path, or a URL such as new URL('./tool.js', import.meta.url)",
      module,
    )
  }
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new MisuseError(`${option}.export`, 'the name of an export', name)
  if (maxMemoryMb !== undefined) checkCount(`${option}.maxMemoryMb`, maxMemoryMb, 16)
}

/** Relative paths depend on where the process was started. */
function isPlace(module: unknown): boolean {
  if (module instanceof URL) return module.protocol === 'file:'
  return typeof module === 'string' && /^(?:file:\/\/|\/|[A-Za-z]:[\\/])/.test(module)
}
