import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'
import type { HeaderLine, RecordedError } from './recording-format.ts'

/** A recording that was read, and is consistent. */
export interface Recording {
  readonly file: string
  readonly header: HeaderLine
  readonly runs: readonly RecordedRun[]
  /** The place of the cut if the writing process died; undefined for a complete recording. */
  readonly torn?: Torn
}

/** The place at which an incomplete recording ends. */
export interface Torn {
  readonly line: number
  readonly message: string
}

export interface RecordedRun {
  /** Line of the file, from 1. */
  readonly line: number
  readonly input: string
  readonly turns: readonly RecordedTurn[]
  /** Absent if the recording ends before it. */
  readonly end?: { readonly status: AgentStatus; readonly text: string }
}

export interface RecordedTurn {
  readonly line: number
  /** The digest of the request. */
  readonly digest: string
  readonly parts: readonly { readonly ms: number; readonly part: LanguageModelV4StreamPart }[]
  /** The end of the stream; absent if it was not read to its end. */
  readonly answered?: RecordedEnd
  /** By the index of the call. */
  readonly results: ReadonlyMap<number, RecordedResult>
}

/** The end of a stream. */
export interface RecordedEnd {
  readonly ms: number
  readonly error?: RecordedError
  /** True if there was no stream. */
  readonly refused?: boolean
}

export interface RecordedResult {
  readonly line: number
  /** Absent if they were never complete. */
  readonly arguments?: string
  readonly result: ToolResult
}
