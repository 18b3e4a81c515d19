import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolDefinition, ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'

/*
 * A recording is JSON lines of these types, in order of time. `docs/recording.md` describes the format for people. A change
 * that older readers would misread needs another version.
 */

export const RECORDING_VERSION = 1

/** The first line: the recorded agent, model and tools. */
export interface HeaderLine {
  readonly type: 'recording'
  readonly version: typeof RECORDING_VERSION
  /** The version of `aof` that wrote the recording. */
  readonly aof: string
  /** The name of the agent. */
  readonly agent: string
  readonly model: RecordedModelName
  readonly instructions?: string
  /** The settings of the requests, e.g. `temperature`. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly tools: readonly RecordedTool[]
}

/** The names by which the model identifies itself. */
export interface RecordedModelName {
  readonly provider: string
  readonly id: string
}

/** A tool as the model saw it. */
export interface RecordedTool {
  readonly name: string
  /** The digest of the definition's JSON text: `sha256:…`. */
  readonly digest: string
  readonly definition: ToolDefinition
}

/** The start of a run; a conversation has several. */
export interface RunLine {
  readonly type: 'run'
  /** From 0. */
  readonly run: number
  readonly input: string
}

/** The place of a line within a run. */
export interface TurnPlace {
  readonly run: number
  /** The index of the turn in its run, from 0. */
  readonly turn: number
}

/** A request to the model. */
export interface AskedLine extends TurnPlace {
  readonly type: 'asked'
  /** The digest of the request: `sha256:…`. */
  readonly digest: string
}

/** A part of the model's stream. */
export interface PartLine extends TurnPlace {
  readonly type: 'part'
  /** Time since the request, in milliseconds. */
  readonly ms: number
  readonly part: LanguageModelV4StreamPart
}

/** The end of the model's stream, with or without an error. */
export interface AnsweredLine extends TurnPlace {
  readonly type: 'answered'
  readonly ms: number
  readonly error?: RecordedError
  /** The request was refused with the error; there was no stream. */
  readonly refused?: true
}

/** An error, without the parts that may contain secrets. */
export interface RecordedError {
  readonly name: string
  readonly message: string
}

/** The result of a call of the turn. */
export interface ResultLine extends TurnPlace {
  readonly type: 'result'
  /** The text written by the model; absent if it was never complete. */
  readonly arguments?: string
  readonly result: ToolResult
}

/** The end of a run. */
export interface RunEndLine {
  readonly type: 'run_end'
  readonly run: number
  readonly status: AgentStatus
  readonly text: string
}

/** The last line of a complete recording. */
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
