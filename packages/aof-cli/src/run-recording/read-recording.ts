import type { JsonValue } from 'aof-runtime'
import { problemAt } from '../agent-file/problem.ts'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readInput } from '../read-input.ts'
import { decodeJson } from './json-codec.ts'
import { checkLine, LineFault } from './line-schema.ts'
import type { RecordedResult, RecordedRun, RecordedTurn, Recording } from './recording.ts'
import type {
  AnsweredLine,
  AskedLine,
  HeaderLine,
  PartLine,
  RecordingLine,
  ResultLine,
  RunEndLine,
} from './recording-format.ts'

/** The largest size of a recording, in bytes. */
const MAX_RECORDING_BYTES = 268_435_456

/**
 * Reads a recording and checks its consistency. A truncated one is read as far as possible, and marked as torn.
 *
 * @throws CliError with the line of the damage
 */
export async function readRecording(file: string): Promise<Recording> {
  let bytes: Uint8Array
  try {
    bytes = await readInput(file, MAX_RECORDING_BYTES)
  } catch (error) {
    throw new CliError(EXIT.file, `cannot read the recording ${file}: ${systemMessage(error)}`, { cause: error })
  }
  if (bytes.length > MAX_RECORDING_BYTES) {
    throw new CliError(EXIT.file, `the recording ${file} is larger than ${MAX_RECORDING_BYTES / 2 ** 20} MiB`)
  }
  return parseRecording(new TextDecoder().decode(bytes), file)
}

/**
 * {@link readRecording} for text.
 *
 * @throws CliError with the line of the damage
 */
export function parseRecording(text: string, file: string): Recording {
  const reader = new RecordingReader()
  const lines = text.split('\n')
  // Text after the last line end is a half-written line.
  const tail = lines.pop() ?? ''
  lines.forEach((line, index) => {
    try {
      reader.take(line, index + 1)
    } catch (error) {
      if (!(error instanceof LineFault)) throw error
      throw damaged(file, index + 1, line, error.message)
    }
  })
  const { header, runs, ended } = reader
  if (header === undefined) throw damaged(file, 1, tail, 'expected a recording, and there is no line in it')
  if (ended && tail === '') return { file, header, runs }
  if (ended) throw damaged(file, lines.length + 1, tail, 'expected nothing after the line "end"')
  const message = tail === '' ? 'the line "end" is missing' : 'this line was only half written'
  return { file, header, runs, torn: { line: lines.length + 1, message } }
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }
type GrowingTurn = Omit<Growing<RecordedTurn>, 'results'> & { results: Map<number, RecordedResult> }
type GrowingRun = Omit<Growing<RecordedRun>, 'turns'> & { turns: GrowingTurn[] }

/** Assembles a recording from its lines. */
class RecordingReader {
  header: HeaderLine | undefined
  readonly runs: GrowingRun[] = []
  ended = false

  /** @throws LineFault if the line is invalid, or does not fit the previous lines */
  take(text: string, number: number): void {
    const line = lineOf(text)
    const run = this.runs.at(-1)
    if (this.header === undefined) this.header = headerOf(line)
    else if (line.type === 'recording') throw new LineFault('expected the first line of a recording once')
    else if (this.ended) throw new LineFault('expected nothing after the line "end"')
    else if (line.type === 'end' || line.type === 'run') {
      if (run !== undefined && run.end === undefined) throw new LineFault('the run before has no end')
      if (line.type === 'end') this.ended = true
      else {
        expectNumber('run', this.runs.length, line.run)
        this.runs.push({ line: number, input: line.input, turns: [] })
      }
    } else {
      if (run === undefined) throw new LineFault(`expected a line "run" before ${JSON.stringify(line.type)}`)
      expectNumber('run', this.runs.length - 1, line.run)
      if (run.end !== undefined) throw new LineFault('its run is over')
      takeInRun(line, number, run)
    }
  }
}

function lineOf(text: string): RecordingLine {
  let value: JsonValue
  let line: RecordingLine
  try {
    value = JSON.parse(text) as JsonValue
    line = decodeJson(value) as RecordingLine
  } catch {
    throw new LineFault(text.trim() === '' ? 'expected JSON, found an empty line' : 'expected JSON')
  }
  checkLine(value)
  return line
}

function headerOf(line: RecordingLine): HeaderLine {
  if (line.type === 'recording') return line
  throw new LineFault('expected the first line of a recording')
}

type LineInTurn = PartLine | AnsweredLine | ResultLine

function takeInRun(line: RunEndLine | AskedLine | LineInTurn, number: number, run: GrowingRun): void {
  if (line.type === 'run_end') run.end = line
  else if (line.type === 'asked') {
    // A model that had given nothing was asked for the same turn again; its later answer counts.
    if (line.turn === run.turns.length - 1 && run.turns.at(-1)?.results.size === 0) run.turns.pop()
    expectNumber('turn', run.turns.length, line.turn)
    run.turns.push({ line: number, digest: line.digest, parts: [], results: new Map() })
  } else {
    const turn = run.turns.at(-1)
    if (turn === undefined) throw new LineFault('expected a line "asked" before')
    expectNumber('turn', run.turns.length - 1, line.turn)
    takeInTurn(line, number, turn)
  }
}

function takeInTurn(line: LineInTurn, number: number, turn: GrowingTurn): void {
  if (line.type === 'result') {
    const { index } = line.result
    if (turn.results.has(index)) throw new LineFault(`call ${index} has a result already`)
    turn.results.set(index, { ...line, line: number })
    return
  }
  if (turn.answered !== undefined) throw new LineFault('the answer of its turn is over')
  if (line.type === 'part') turn.parts.push(line)
  else turn.answered = line
}

function expectNumber(name: string, expected: number, found: number): void {
  if (found !== expected)
    throw new LineFault(`expected ${name} ${expected}, found ${found}: a line is missing or moved`)
}

function damaged(file: string, line: number, text: string, message: string): CliError {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text
  const excerpt = { text: shown, start: 0, end: Math.max(1, shown.length) }
  const at = { file, line, column: 1, path: '', excerpt }
  return new CliError(EXIT.file, `the recording ${file} is damaged`, {
    problems: [problemAt(at, 'error', { code: 'syntax', message })],
    fix: 'record the run again: aof run … --record FILE',
  })
}
