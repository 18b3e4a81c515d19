import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolDefinition, ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'

/*
 * A recording is JSON lines: one of each of these, in the order in which they happened. `docs/recording.md` describes it
 * for people. What changes so that older readers would take it for something else gets another version.
 */

export const RECORDING_VERSION = 1

/** The first line: what was recorded, with what. */
export interface HeaderLine {
  readonly type: 'recording'
  readonly version: typeof RECORDING_VERSION
  /** The version of `aof` that wrote it. */
  readonly aof: string
  /** The name of the agent. */
  readonly agent: string
  readonly model: RecordedModelName
  readonly instructions?: string
  /** What the model was asked with beside the messages, e.g. `temperature`. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly tools: readonly RecordedTool[]
}

/** The model, as it calls itself. */
export interface RecordedModelName {
  readonly provider: string
  readonly id: string
}

/** A tool, as the model was shown it. */
export interface RecordedTool {
  readonly name: string
  /** Of the definition's JSON text: `sha256:…`. */
  readonly digest: string
  readonly definition: ToolDefinition
}

/** A run begins; a conversation has several. */
export interface RunLine {
  readonly type: 'run'
  /** From 0. */
  readonly run: number
  readonly input: string
}

/** What every line within a turn says of its place. */
export interface TurnPlace {
  readonly run: number
  /** Of the run, from 0. */
  readonly turn: number
}

/** The model is asked. */
export interface AskedLine extends TurnPlace {
  readonly type: 'asked'
  /** Of all that it was asked with: `sha256:…`. */
  readonly digest: string
}

/** A part of the model's stream. */
export interface PartLine extends TurnPlace {
  readonly type: 'part'
  /** Since the model was asked, in milliseconds. */
  readonly ms: number
  readonly part: LanguageModelV4StreamPart
}

/** The model's stream has ended, by itself or with an error. */
export interface AnsweredLine extends TurnPlace {
  readonly type: 'answered'
  readonly ms: number
  readonly error?: RecordedError
  /** There was no stream at all: the request was refused, with the error. */
  readonly refused?: true
}

/** An error, without what may hold secrets. */
export interface RecordedError {
  readonly name: string
  readonly message: string
}

/** A call of the turn has its result. */
export interface ResultLine extends TurnPlace {
  readonly type: 'result'
  /** As the model wrote them; absent where they never were complete. */
  readonly arguments?: string
  readonly result: ToolResult
}

/** The run is over. */
export interface RunEndLine {
  readonly type: 'run_end'
  readonly run: number
  readonly status: AgentStatus
  readonly text: string
}

/** The recording is whole. The last line. */
export interface EndLine {
  readonly type: 'end'
}

export type RecordingLine =
  | HeaderLine
  | RunLine
  | AskedLine
  | PartLine
  | AnsweredLine
  | ResultLine
  | RunEndLine
  | EndLine
