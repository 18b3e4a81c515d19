/**
 * One request of a model to run a tool. Its identity is its place in the batch: two calls may carry the same `id`
 * or `name`, both run, and each gets its own result.
 */
export interface ToolCall {
  /** The model's id of the call, repeated in the result. Where the provider gives none, `call-<index>` stands in. */
  readonly id: string
  /** The tool's name, exactly as registered. */
  readonly name: string
  /**
   * The model's JSON text, or a value. A value is copied as JSON when the call is accepted, so what happens to it
   * later does not reach the tool. Text that is empty or blank stands for `{}`. Anywhere in it an object
   * `{ $result: id or place, pointer?: JSON Pointer }` and nothing else stands for the data of another call of the batch;
   * `{ $literal: value }` stands for a value that only looks like one.
   */
  readonly arguments: unknown
  /**
   * Why the call may be incomplete, in words for the model: its turn was cut off, say. Such a call never runs, whatever its
   * arguments are: its result is `invalid`, with the code `incomplete_call` and these words. The dialects of
   * `aof-runtime/messages` set it.
   */
  readonly incomplete?: string
  /**
   * Calls of the same batch that must have succeeded before this one starts: their ids, or their places from 0. Those to
   * whose results its arguments refer (`$result`) count without being listed. Where one does not succeed, this one is
   * `skipped`. In an open batch they may come later.
   */
  readonly dependsOn?: readonly (string | number)[]
  /**
   * Timeout of each attempt in milliseconds, 1 to 2 147 483 647, or `Infinity`. Set by the host; beats every other layer.
   * @default that of the batch, else of the tool, else of the executor
   */
  readonly timeoutMs?: number
  /**
   * How long an attempt may go on without reporting progress, in milliseconds, 1 to 2 147 483 647, or `Infinity`. Set by the
   * host; beats every other layer.
   * @default that of the batch, else of the tool, else of the executor
   */
  readonly idleTimeoutMs?: number
  /**
   * By when it must have its result, in milliseconds from its acceptance, 1 to 2 147 483 647, or `Infinity`. Set by the host;
   * the earliest deadline counts.
   * @default none
   */
  readonly deadlineMs?: number
  /**
   * The rank of the waiting call, −100 to 100: the higher one goes first. Set by the host.
   * @default that of the batch, else of the tool, else 0
   */
  readonly priority?: number
}

/** What names another call of the batch: its id, or its place. */
export type CallName = string | number
