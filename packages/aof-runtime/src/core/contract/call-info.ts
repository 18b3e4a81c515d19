import type { ToolCall } from './call.ts'

/** What is known of a call before it starts: what the functions of a tool get that decide about it. */
export interface CallInfo<Context = unknown> {
  /** The application's own object, by reference. */
  readonly context: Context
  /** The call, with its arguments as validated. */
  readonly call: ToolCall
  /** Place of the call in its batch, from 0. */
  readonly index: number
}
