import type { LanguageModelV4Message } from '@ai-sdk/provider'
import type { Usage } from './usage.ts'

/** One message of a history, in the form of the AI SDK's provider interface. */
export type AgentMessage = LanguageModelV4Message

/**
 * How a run ended:
 * - `done`: the model had nothing more to call, or `stopWhen` said so
 * - `aborted`: its signal, `run.abort()`, or the agent or its executor was closed
 * - `max_iterations`: the model still wanted tools after the last turn that it was allowed
 * - `failed`: the model or a hook failed, see `error`
 * - `budget`: it would have used more than its budget, see `exceeded`
 * - `awaiting_approval`: kept for what is to come; no run ends so yet
 */
export type AgentStatus = 'done' | 'aborted' | 'max_iterations' | 'budget' | 'awaiting_approval' | 'failed'

/** Why a run failed. */
export interface AgentError {
  /** `model_failed`: the provider refused, its stream broke before any call came, a content filter or a refusal stopped the answer, or the calls that the provider speaks of never came. `hook_failed`: `prepareTurn` or `stopWhen` threw, or `prepareTurn` gave an impossible setting. */
  readonly code: 'model_failed' | 'hook_failed'
  /** Without what looks like a credential, as the messages of tools' errors are. */
  readonly message: string
  /** What was thrown, whole. */
  readonly cause: unknown
}

/** What a run came to. */
export interface AgentResult {
  readonly status: AgentStatus
  /** What the model said in its last turn. */
  readonly text: string
  /**
   * The whole history, without the instructions: the messages that the run began with (mended where they were not
   * valid) and its own. Valid for every provider after any end: each call has exactly one result, in call order, and tools
   * have the names under which they are sent.
   */
  readonly messages: readonly AgentMessage[]
  /** Tokens of all model calls of the run. */
  readonly usage: Usage
  /** Model calls that were made. */
  readonly iterations: number
  /**
   * Why the model stopped last, in the AI SDK's words: `stop`, `tool-calls`, `length` (the answer came to its limit of
   * tokens, so that `text` may be half of it), `content-filter` (also a refusal; the run has `failed`), `error` (also a
   * stream that broke), `other` (a reason that is not known here, so that `text` may be incomplete).
   */
  readonly finishReason?: string
  /** What the run's tool calls came to. */
  readonly calls: CallTotals
  /** From start to end, in milliseconds. */
  readonly wallMs: number
  /** Why it failed; only with the status `failed`. */
  readonly error?: AgentError
  /** Which limit of its budget the run came to, as it is named there, e.g. `toolCalls`; only with the status `budget`. */
  readonly exceeded?: string
}

/** The tool calls of a run, counted. */
export interface CallTotals {
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  /** The sum of the times that tools ran, in milliseconds; beside the wall time it shows what running them in parallel won. */
  readonly runMs: number
}
