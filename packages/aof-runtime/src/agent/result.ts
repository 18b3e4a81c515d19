import type { LanguageModelV4Message } from '@ai-sdk/provider'
import type { Usage } from './usage.ts'

/** One message of a history, in the form of the AI SDK's provider interface. */
export type AgentMessage = LanguageModelV4Message

/**
 * The end of a run:
 * - `done`: the model made no further call, or `stopWhen` returned true
 * - `aborted`: by its signal, by `run.abort()`, or because the agent or its executor was closed
 * - `max_iterations`: the model still made calls in the last allowed turn
 * - `failed`: the model or a hook failed, see `error`
 * - `budget`: the run would have exceeded its budget, see `exceeded`
 * - `awaiting_approval`: reserved; no run ends with it yet
 */
export type AgentStatus = 'done' | 'aborted' | 'max_iterations' | 'budget' | 'awaiting_approval' | 'failed'

/** The error of a failed run. */
export interface AgentError {
  /**
   * `model_failed`: the provider refused, its stream broke off before any call, a content filter or a refusal stopped
   * the answer, or announced calls never arrived. `hook_failed`: `prepareTurn` or `stopWhen` threw, or `prepareTurn`
   * returned an invalid setting.
   */
  readonly code: 'model_failed' | 'hook_failed'
  /** Credentials are redacted, as in the error messages of tools. */
  readonly message: string
  /** The thrown value. */
  readonly cause: unknown
}

/** The result of a run. */
export interface AgentResult {
  readonly status: AgentStatus
  /** The model's text in its last turn. */
  readonly text: string
  /**
   * The whole history, without the instructions: the run's first messages (repaired if they were invalid) and its own.
   * It is valid for every provider after any end: each call has exactly one result, in call order, and tools have their
   * sent names.
   */
  readonly messages: readonly AgentMessage[]
  /** Tokens of all model calls of the run. */
  readonly usage: Usage
  /** Number of model calls. */
  readonly iterations: number
  /**
   * The reason why the model stopped last, in the AI SDK's words: `stop`, `tool-calls`, `length` (the answer reached
   * its limit of tokens, so `text` may be cut off), `content-filter` (also a refusal; the run has `failed`), `error`
   * (also a broken stream, and an abort while the model was asked), `other` (an unknown reason, so `text` may be incomplete).
   */
  readonly finishReason?: string
  /** Totals of the run's tool calls. */
  readonly calls: CallTotals
  /** Time from start to end, in milliseconds. */
  readonly wallMs: number
  /** The error; only with the status `failed`. */
  readonly error?: AgentError
  /** The name of the exceeded limit of the budget, e.g. `toolCalls`; only with the status `budget`. */
  readonly exceeded?: string
}

/** The tool calls of a run, counted. */
export interface CallTotals {
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  /** The sum of the tools' run times, in milliseconds; above the wall time if tools ran in parallel. */
  readonly runMs: number
}
