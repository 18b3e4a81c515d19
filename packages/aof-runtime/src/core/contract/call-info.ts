import type { ToolCall } from './call.ts'

/** A call before it starts, as the functions `key` and `effects` of its tool get it. */
export interface CallInfo<Context = unknown> {
  /** The application's own object, by reference. */
  readonly context: Context
  /** The call, with its arguments as validated. */
  readonly call: ToolCall
  /** The call's place in its batch, from 0. */
  readonly index: number
}
