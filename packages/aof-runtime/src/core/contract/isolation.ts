import { checkOptions, namesOf } from './option-names.ts'
import { checkCount, MisuseError } from './misuse.ts'

/** The place where the code of a tool runs that must not block, crash or outlive its executor. */
export interface Isolation {
  /**
   * - `thread`: a worker thread. Endless loops and catastrophic regular expressions can be ended; a synchronous native call
   *   cannot, and some ways of running out of memory end the whole process.
   * - `process`: a process of its own. All of its code can be ended, and harms no other process.
   *
   * Neither is a sandbox: the code has all rights of this process.
   */
  readonly mode: 'thread' | 'process'
  /** The module that has the tool: an absolute path, or a URL such as `new URL('./crunch.js', import.meta.url)`. */
  readonly module: string | URL
  /** The export that is the tool: the result of `defineTool`, or a function of input and context. @default 'default' */
  readonly export?: string
  /** The largest size of its JavaScript heap, in megabytes: at least 16. Binary data does not count. @default Node's own */
  readonly maxMemoryMb?: number
}

const ISOLATION_OPTIONS = namesOf<Isolation>()('mode module export maxMemoryMb')

/** The part of a call that is sent to a worker. All of it can be cloned; the application's `context` is not sent. */
export interface IsolatedCall {
  readonly id: string
  readonly name: string
  readonly index: number
  readonly input: unknown
  readonly attempt: number
  readonly idempotencyKey: string
}

/** Messages of a worker while the tool runs. */
export interface IsolatedHooks {
  /** A worker has loaded the tool and taken the call: from now on the timeout runs, and the tool may have acted. */
  began(): void
  progress(value: unknown): void
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
}

/** One start of an isolated tool. */
export interface IsolatedRun {
  /**
   * Settles after {@link IsolatedHooks.began} as the tool does, or rejects with the reason why the tool could not be run.
   * Rejects with {@link WorkerLost}, then or before, if the worker died. May stay pending after {@link kill}.
   */
  readonly outcome: Promise<unknown>
  /** Aborts the tool's signal. */
  abort(reason: { readonly name: string; readonly message: string }): void
  /** Ends the tool's code by force; resolves when the code cannot act any more. Never rejects. */
  kill(): Promise<void>
}

/** The port through which tools run in workers. */
export interface Isolator {
  /** Starts a tool. Never throws: the outcome has all failures. */
  start(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks): IsolatedRun
  /** Ends all workers; resolves when they have ended, or after a while if they cannot be ended. */
  close(): Promise<void>
}

/** The worker of a tool died, or did not start. */
export class WorkerLost extends Error {
  override readonly name: string = 'WorkerLost'
  /** Whether the worker had taken the call; if false, the tool cannot have acted. */
  readonly began: boolean

  /** @param message says what happened to the worker and what to do about it, for people and models */
  constructor(message: string, options: ErrorOptions & { readonly began: boolean }) {
    super(message, options)
    this.began = options.began
  }
}

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

/** Relative paths are refused, since they depend on the directory in which the process was started. */
function isPlace(module: unknown): boolean {
  if (module instanceof URL) return module.protocol === 'file:'
  return typeof module === 'string' && /^(?:file:\/\/|\/|[A-Za-z]:[\\/])/.test(module)
}
