import type { Problem } from '../agent-file/problem.ts'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readInput } from '../read-input.ts'
import { decodeJson } from './json-codec.ts'
import {
  amountIn,
  countIn,
  errorIn,
  fieldsOf,
  headerIn,
  LineFault,
  partIn,
  resultIn,
  runStatusIn,
  textIn,
} from './line-checks.ts'
import type { RecordedResult, RecordedRun, RecordedTurn, Recording } from './recording.ts'
import { type HeaderLine, RECORDING_VERSION, type RecordingLine } from './recording-format.ts'

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

const TYPES: ReadonlySet<string> = new Set<RecordingLine['type']>([
  'recording',
  'run',
  'asked',
  'part',
  'answered',
  'result',
  'run_end',
  'end',
])

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }
type GrowingTurn = Omit<Growing<RecordedTurn>, 'results'> & { results: Map<number, RecordedResult> }
type GrowingRun = Omit<Growing<RecordedRun>, 'turns'> & { turns: GrowingTurn[] }

/** Assembles a recording from its lines. */
class RecordingReader {
  header: HeaderLine | undefined
  readonly runs: GrowingRun[] = []
  ended = false

  /** @throws LineFault if the line is invalid, or does not fit the previous lines */
  take(text: string, line: number): void {
    const fields = fieldsOf(parsed(text))
    const type = textIn(fields, 'type')
    if (!TYPES.has(type)) throw new LineFault(`no line of a recording has the type ${JSON.stringify(type)}`)
    if (this.header === undefined) this.header = readHeader(type, fields)
    else if (this.ended) throw new LineFault('expected nothing after the line "end"')
    else if (type === 'end') this.#end()
    else if (type === 'run') this.#takeRun(fields, line)
    else this.#takeInRun(type, fields, line)
  }

  #end(): void {
    if (this.runs.at(-1)?.end === undefined && this.runs.length > 0) throw new LineFault('the run before has no end')
    this.ended = true
  }

  #takeRun(fields: Readonly<Record<string, unknown>>, line: number): void {
    const previous = this.runs.at(-1)
    if (previous !== undefined && previous.end === undefined) throw new LineFault('the run before has no end')
    expectNumber(fields, 'run', this.runs.length)
    this.runs.push({ line, input: textIn(fields, 'input'), turns: [] })
  }

  #takeInRun(type: string, fields: Readonly<Record<string, unknown>>, line: number): void {
    const run = this.runs.at(-1)
    if (run === undefined) throw new LineFault(`expected a line "run" before ${JSON.stringify(type)}`)
    expectNumber(fields, 'run', this.runs.length - 1)
    if (run.end !== undefined) throw new LineFault('its run is over')
    if (type === 'run_end') run.end = { status: runStatusIn(fields), text: textIn(fields, 'text') }
    else if (type === 'asked') {
      // A model that had given nothing was asked for the same turn again; its later answer counts.
      if (countIn(fields, 'turn') === run.turns.length - 1 && run.turns.at(-1)?.results.size === 0) run.turns.pop()
      expectNumber(fields, 'turn', run.turns.length)
      run.turns.push({ line, digest: textIn(fields, 'digest'), parts: [], results: new Map() })
    } else takeInTurn(type, fields, line, turnOf(run, fields))
  }
}

function readHeader(type: string, fields: Readonly<Record<string, unknown>>): HeaderLine {
  if (type !== 'recording') throw new LineFault('expected the first line of a recording')
  const { version } = fields
  if (version !== RECORDING_VERSION) {
    throw new LineFault(
      `the recording has version ${JSON.stringify(version)}; this version of aof reads version ${RECORDING_VERSION}`,
    )
  }
  return { ...headerIn(fields), version }
}

function turnOf(run: GrowingRun, fields: Readonly<Record<string, unknown>>): GrowingTurn {
  const turn = run.turns.at(-1)
  if (turn === undefined) throw new LineFault('expected a line "asked" before')
  expectNumber(fields, 'turn', run.turns.length - 1)
  return turn
}

function takeInTurn(type: string, fields: Readonly<Record<string, unknown>>, line: number, turn: GrowingTurn): void {
  switch (type) {
    case 'part':
      if (turn.answered !== undefined) throw new LineFault('the answer of its turn is over')
      turn.parts.push({ ms: amountIn(fields, 'ms'), part: partIn(fields) })
      return
    case 'answered': {
      if (turn.answered !== undefined) throw new LineFault('the answer of its turn is over')
      const error = errorIn(fields)
      turn.answered = {
        ms: amountIn(fields, 'ms'),
        ...(error !== undefined && { error, refused: fields['refused'] === true }),
      }
      return
    }
    case 'result': {
      const result = resultIn(fields)
      if (turn.results.has(result.index)) throw new LineFault(`call ${result.index} has a result already`)
      const written = fields['arguments'] === undefined ? undefined : textIn(fields, 'arguments')
      turn.results.set(result.index, { line, ...(written !== undefined && { arguments: written }), result })
      return
    }
    default:
      throw new LineFault('expected the first line of a recording once')
  }
}

function expectNumber(fields: Readonly<Record<string, unknown>>, name: string, expected: number): void {
  const found = countIn(fields, name)
  if (found !== expected)
    throw new LineFault(`expected ${name} ${expected}, found ${found}: a line is missing or moved`)
}

function parsed(text: string): unknown {
  try {
    return decodeJson(JSON.parse(text))
  } catch {
    throw new LineFault(text.trim() === '' ? 'expected JSON, found an empty line' : 'expected JSON')
  }
}

function damaged(file: string, line: number, text: string, message: string): CliError {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text
  const problem: Problem = {
    file,
    line,
    column: 1,
    path: '',
    excerpt: { text: shown, start: 0, end: Math.max(1, shown.length) },
    severity: 'error',
    code: 'syntax',
    message,
  }
  return new CliError(EXIT.file, `the recording ${file} is damaged`, {
    problems: [problem],
    fix: 'record the run again: aof run … --record FILE',
  })
}
