import type { AnsweredLine, HeaderLine, PartLine, ResultLine, RunEndLine } from './recording-format.ts'

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
  readonly end?: Pick<RunEndLine, 'status' | 'text'>
}

export interface RecordedTurn {
  readonly line: number
  /** The digest of the request. */
  readonly digest: string
  readonly parts: readonly Pick<PartLine, 'ms' | 'part'>[]
  /** The end of the stream; absent if it was not read to its end. */
  readonly answered?: Pick<AnsweredLine, 'ms' | 'error' | 'refused'>
  /** By the index of the call. */
  readonly results: ReadonlyMap<number, RecordedResult>
}

export interface RecordedResult extends Pick<ResultLine, 'arguments' | 'result'> {
  readonly line: number
}
