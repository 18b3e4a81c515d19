import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ToolResult } from 'aof-runtime'
import type { AgentStatus } from 'aof-runtime/agent'
import type { HeaderLine, RecordedError } from './recording-format.ts'

/** A recording that was read, in which everything fits together. */
export interface Recording {
  readonly file: string
  readonly header: HeaderLine
  readonly runs: readonly RecordedRun[]
  /** What is missing where whoever wrote it died meanwhile; undefined where it is whole. */
  readonly torn?: Torn
}

/** Where a recording ends before its time. */
export interface Torn {
  readonly line: number
  readonly message: string
}

export interface RecordedRun {
  /** Of the file, from 1. */
  readonly line: number
  readonly input: string
  readonly turns: readonly RecordedTurn[]
  /** Absent where it was torn. */
  readonly end?: { readonly status: AgentStatus; readonly text: string }
}

export interface RecordedTurn {
  readonly line: number
  /** Of what the model was asked with. */
  readonly digest: string
  readonly parts: readonly { readonly ms: number; readonly part: LanguageModelV4StreamPart }[]
  /** How the stream ended; absent where nobody read it to its end. */
  readonly answered?: RecordedEnd
  /** By the place of their call. */
  readonly results: ReadonlyMap<number, RecordedResult>
}

/** How a stream ended. */
export interface RecordedEnd {
  readonly ms: number
  readonly error?: RecordedError
  /** There was no stream at all. */
  readonly refused?: boolean
}

export interface RecordedResult {
  readonly line: number
  /** Absent where they never were complete. */
  readonly arguments?: string
  readonly result: ToolResult
}
