import type { ParkedEvent, ToolResult } from 'aof-runtime'
import type { AgentResult, Usage } from 'aof-runtime/agent'

/** The state of a run, derived from its events alone. Moments are in milliseconds of one clock. */
export interface LiveState {
  /** In order. */
  readonly turns: readonly LiveTurn[]
  /** Tokens of the run so far; undefined if they are not reported. */
  readonly usage?: Usage
  /** The end of the run. */
  readonly result?: AgentResult
}

/** One turn of the model. */
export interface LiveTurn {
  /** From 0. */
  readonly turn: number
  readonly startedAt: number
  readonly model: ModelState
  /** The model's text so far. */
  readonly text: string
  /** The model's reasoning so far. */
  readonly reasoning: string
  /** In call order. */
  readonly calls: readonly LiveCall[]
  /** The moment at which every call had its result. */
  readonly endedAt?: number
}

/** `asked`: the model has not answered yet; `absent`: there is no model, the calls were given. */
export type ModelState = 'absent' | 'asked' | 'thinking' | 'talking' | 'finished'

/** One call. */
export interface LiveCall {
  readonly index: number
  readonly id: string
  readonly name: string
  /** The text written by the model, once complete. */
  readonly arguments?: string
  readonly acceptedAt: number
  readonly state: LiveCallState
}

/** The state of a call; `thrownAt` is the source location at which its tool threw. */
export type LiveCallState =
  | { readonly phase: 'arriving' }
  | ({ readonly phase: 'waiting' } & Pick<ParkedEvent, 'waitsFor' | 'behind'>)
  | { readonly phase: 'running'; readonly startedAt: number; readonly queuedMs: number; readonly progress?: string }
  | { readonly phase: 'suspended'; readonly startedAt: number; readonly queuedMs: number }
  | { readonly phase: 'settled'; readonly settledAt: number; readonly result: ToolResult; readonly thrownAt?: string }

/** The state before the first event. */
export const NOTHING_YET: LiveState = { turns: [] }
