import type { ToolContent } from './content.ts'
import type { ErrorCode } from './error-code.ts'
import type { Jsonified, JsonValue } from './json.ts'

/** How a call ended: exactly one of these for every accepted call. */
export type ToolResultStatus = ToolResult['status']

/**
 * The state of the tool's code when the result is decided:
 * - `none`: it never started; nothing happened.
 * - `ended`: it ended, with or without an error.
 * - `unknown`: the executor stopped waiting for it; it may still act, or have acted.
 */
export type Execution = 'none' | 'ended' | 'unknown'

/** The times of a call, from a monotonic clock. */
export interface ToolTiming {
  /** Milliseconds from acceptance to the first start, or to the result if the call never started. */
  readonly queuedMs: number
  /** Milliseconds from the first start to the result. */
  readonly runMs: number
  /** Milliseconds from acceptance to the result. */
  readonly totalMs: number
  /** Number of times that the tool was started. */
  readonly attempts: number
}

/** The origin of a result. `run`: the tool ran for this call (or did not run at all, see {@link Execution}). */
export type ResultSource = 'run' | 'shared' | 'cache' | 'journal'

/** The reason why a call did not succeed, in words that may be shown to a model. */
export interface ToolError {
  /** The kind of failure, from a closed list. */
  readonly code: ErrorCode
  /** One or two sentences that say what was expected, what came, and what to do: at most 4 000 characters. */
  readonly message: string
  /** Whether the same call might succeed if made again, as far as the executor can tell. */
  readonly retryable: boolean
}

/** Properties of every result. */
export interface ToolResultBase {
  /** Place of the call in its batch, from 0. */
  readonly index: number
  /** The call's id; `call-<index>` if it had none. */
  readonly id: string
  /** The tool's name as it is in the call. */
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
   * The value that the tool returned, as a bounded JSON copy; binary data is in files, with a `BinaryReference` in its place.
   * With `spilled` it is only a preview, in which long texts, lists and objects are cut.
   */
  readonly data: Jsonified<Out>
  /** The content that `toContent` made for the model, if the tool has it, and the path of the file, if `data` is a preview. */
  readonly content?: readonly ToolContent[]
  /** The file with the whole value as JSON, if that was too large for the result. */
  readonly spilled?: SpilledFile
}

/** The call has no value; `error` says why. */
export interface UnsuccessfulResult extends ToolResultBase {
  /**
   * - `failed`: the tool threw, returned an error, or returned a value that JSON cannot hold
   * - `invalid`: unknown tool, unparsable or invalid arguments; nothing ran
   * - `timed_out`, `aborted`: the call was cut short; `execution` says whether the tool may have acted
   * - `rejected`: the executor refused the call; nothing ran
   * - `skipped`: a call that it depends on did not succeed; nothing ran
   * - `lost`: the worker of the tool died
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

/** The file with a value that was too large for a result. */
export interface SpilledFile {
  /** Absolute path of the file. */
  readonly path: string
  /** Size of the file in bytes. */
  readonly bytes: number
}
