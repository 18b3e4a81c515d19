import type { ToolContent } from './content.ts'
import type { ErrorCode } from './error-code.ts'
import type { Jsonified, JsonValue } from './json.ts'

/** How a call ended. Exactly one of these for every accepted call. */
export type ToolResultStatus = ToolResult['status']

/**
 * What the runtime knows of the tool's own code when the result is decided:
 * - `none`: it never started; nothing happened.
 * - `ended`: it ended, well or badly.
 * - `unknown`: we stopped waiting for it; it may still act, or have acted.
 */
export type Execution = 'none' | 'ended' | 'unknown'

/** Where the milliseconds of a call went, from a monotonic clock. */
export interface ToolTiming {
  /** From acceptance to the first start; all of it where the call never started. */
  readonly queuedMs: number
  /** From the first start to the result. */
  readonly runMs: number
  /** From acceptance to the result. */
  readonly totalMs: number
  /** How often the tool was started. */
  readonly attempts: number
}

/** Where a result comes from. `run`: the tool was executed for this call (or never, see {@link Execution}). */
export type ResultSource = 'run' | 'shared' | 'cache' | 'journal'

/** Why a call did not succeed, in words that may be shown to a model. */
export interface ToolError {
  /** What kind of failure, from a closed list. */
  readonly code: ErrorCode
  /** One or two sentences: what was expected, what came, what to do. At most 4 000 characters. */
  readonly message: string
  /** Whether the same call might succeed if made again, as far as the runtime can tell. */
  readonly retryable: boolean
}

/** What every result carries. */
export interface ToolResultBase {
  /** Place of the call in its batch, from 0. */
  readonly index: number
  /** The call's id; `call-<index>` where it had none. */
  readonly id: string
  /** The name that the call asked for. */
  readonly name: string
  readonly execution: Execution
  readonly timing: ToolTiming
  readonly source: ResultSource
}

/** The tool returned a value. */
export interface SucceededResult<Out = JsonValue> extends ToolResultBase {
  readonly status: 'succeeded'
  readonly success: true
  /**
   * What the tool returned, as a bounded JSON copy; binary data is in files, with a `BinaryReference` in its place. Only
   * a preview of it, cut here and there, where `spilled` is there.
   */
  readonly data: Jsonified<Out>
  /** What `toContent` made of it for the model, if the tool has that; and where the whole is, if `data` is a preview. */
  readonly content?: readonly ToolContent[]
  /** The file that has the whole as JSON, where that was too large to be kept here. */
  readonly spilled?: SpilledFile
}

/** The call has no value to give; `error` says why. */
export interface UnsuccessfulResult extends ToolResultBase {
  /**
   * - `failed`: the tool threw, said so, or returned what JSON cannot hold
   * - `invalid`: unknown tool, unparsable or invalid arguments; nothing ran
   * - `timed_out`, `aborted`: cut short, see `execution` for what may have happened
   * - `rejected`: the executor refused the call; nothing ran
   * - `skipped`: a call that it depends on did not succeed; nothing ran
   * - `lost`: its worker died
   */
  readonly status: 'failed' | 'invalid' | 'timed_out' | 'aborted' | 'rejected' | 'skipped' | 'lost'
  readonly success: false
  readonly error: ToolError
}

/**
 * The one result of one call: a union on `status` (or on `success`).
 *
 * @example
 * ```ts
 * import { ToolExecutor, defineTool } from 'aof-runtime'
 *
 * const add = defineTool({ name: 'add', execute: ({ a, b }: { a: number; b: number }) => a + b })
 * const result = await new ToolExecutor({ tools: [] }).call(add, { a: 1, b: 2 })
 * if (result.success) console.log(result.data)
 * else console.log(result.status, result.error.message)
 * ```
 */
export type ToolResult<Out = JsonValue> = SucceededResult<Out> | UnsuccessfulResult

/** The whole of what was too large to be kept in a result. */
export interface SpilledFile {
  /** Where it is: an absolute path. */
  readonly path: string
  /** How large it is. */
  readonly bytes: number
}
