import type { Budget } from './budget.ts'
import type { ToolCall } from './call.ts'
import type { Logger } from './logger.ts'
import type { NestedExecutor } from './nested-executor.ts'

/** What is known of a call before it starts: what the functions of a tool get that decide about it. */
export interface CallInfo<Context = unknown> {
  /** The application's own object, by reference. */
  readonly context: Context
  /** The call, with its arguments as validated. */
  readonly call: ToolCall
  /** Place of the call in its batch, from 0. */
  readonly index: number
}

/**
 * What a tool gets beside its input. Properties may be taken apart (`{ signal, progress }`); `signal` is made only when
 * it is read.
 *
 * @typeParam Context the application's own object, see `context`
 */
export interface ToolContext<Context = unknown> {
  /** Aborts when the call is aborted or has run out of time. Give it to everything that takes one. */
  readonly signal: AbortSignal
  /** The application's own object, by reference: never copied, logged or shown to a model. */
  readonly context: Context
  /** What the call's run may use, if that is limited: give it to the runs of agents that the tool starts. */
  readonly budget: Budget | undefined
  /** The call, with its arguments as validated: the very value that `execute` gets. */
  readonly call: ToolCall
  /** Place of the call in its batch, from 0. */
  readonly index: number
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /**
   * For servers that drop repeated requests: the same for every attempt of this call, and for no other call. It is made of the
   * run, the turn, the place, the tool and the arguments; of a nested call of the key of the call that makes it, the tool, the
   * arguments, and which of the equal calls it is. It does not depend on timing: further attempts of a tool that makes calls give
   * the same calls the same keys. Its form may change: take it as a text without meaning.
   */
  readonly idempotencyKey: string
  /** Runs calls from within the tool, which is suspended meanwhile; of a tool in isolation, nothing. */
  readonly executor: NestedExecutor
  /**
   * The nearest logger (call, batch, executor); one that does nothing where there is none. Each line begins with the call's
   * place and name: `Tool [0] search: …`.
   */
  readonly logger: Logger
  /** Reports something on the way, as a `progress` event, and puts off the idle timeout. Ignored once the call is settled. */
  readonly progress: (value: unknown) => void
}
