/**
 * One request of a model to run a tool. A call is identified by its place in the batch: two calls may have the same `id`
 * or `name`; both run, and each gets its own result.
 */
export interface ToolCall {
  /** The model's id of the call, repeated in the result. Without an id, `call-<index>` is used. */
  readonly id: string
  /** The tool's name, exactly as registered. */
  readonly name: string
  /**
   * The model's JSON text, or a value. A value is copied as JSON when the call is accepted, so later changes to it do not
   * reach the tool. Empty or blank text stands for `{}`. Anywhere in the arguments, an object
   * `{ $result: id or place, pointer?: JSON Pointer }` without other properties stands for the data of another call of the
   * batch; `{ $literal: value }` stands for a value that only looks like such an object.
   */
  readonly arguments: unknown
  /**
   * The reason why the call may be incomplete, in words for the model, e.g. that its turn was cut off. Such a call never runs,
   * whatever its arguments are: its result is `invalid`, with the code `incomplete_call` and these words. The dialects of
   * `aof-runtime/messages` set it.
   */
  readonly incomplete?: string
  /**
   * Calls of the same batch that must have succeeded before this one starts: their ids, or their places from 0. Calls to
   * whose results the arguments refer (`$result`) need not be listed. If one of them does not succeed, this call is
   * `skipped`. In an open batch they may be added later.
   */
  readonly dependsOn?: readonly (string | number)[]
  /**
   * Timeout of each attempt in milliseconds, 1 to 2 147 483 647, or `Infinity`. Set by the host; overrides every other layer.
   * @default that of the batch, else of the tool, else of the executor
   */
  readonly timeoutMs?: number
  /**
   * The longest time of an attempt without progress, in milliseconds, 1 to 2 147 483 647, or `Infinity`. Set by the host;
   * overrides every other layer.
   * @default that of the batch, else of the tool, else of the executor
   */
  readonly idleTimeoutMs?: number
  /**
   * The deadline of the result, in milliseconds from acceptance, 1 to 2 147 483 647, or `Infinity`. Set by the host; the
   * earliest deadline counts.
   * @default none
   */
  readonly deadlineMs?: number
  /**
   * The rank of the waiting call, −100 to 100: the higher one starts first. Set by the host.
   * @default that of the batch, else of the tool, else 0
   */
  readonly priority?: number
}

/** The name of another call of the batch: its id, or its place. */
export type CallName = string | number
