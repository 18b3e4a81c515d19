import type { Logger } from 'aof-runtime'
import { createStyle, type Style, wantsColor } from './style.ts'
import { jsonText, oneLine } from './text.ts'

/** How much a command tells while it works, from most to least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly logLevel: LogLevel
  readonly color: boolean
  /** Whether errors are shown with their stacks and causes. */
  readonly verbose?: boolean
}

/**
 * Where a command's words go: what it was asked for to standard output, everything else to standard error.
 */
export class Output {
  /** Whether machines read the answer. */
  readonly json: boolean
  /** Whether errors are shown with their stacks and causes. */
  readonly verbose: boolean
  /** Marks for standard output, and for standard error. */
  readonly answerStyle: Style
  readonly style: Style
  /** Columns of the terminal that standard error goes to, 40 to 120; 1000 where it is none, so that no line breaks. */
  readonly width: number
  /** Log lines at and above `--log-level`, on standard error. */
  readonly logger: Logger
  readonly #documentText: (value: unknown) => string
  #writeNote = (text: string): void => void process.stderr.write(`${text}\n`)

  /** @param documentText how documents for machines are written; as JSON by default */
  constructor(options: CommonOptions, documentText?: (value: unknown) => string) {
    const { stdout, stderr, env } = process
    this.json = options.json ?? false
    this.#documentText = documentText ?? ((value) => jsonText(value, stdout.isTTY ? 2 : 0))
    this.verbose = options.verbose ?? false
    this.answerStyle = createStyle(wantsColor(stdout, env, options.color))
    this.style = createStyle(wantsColor(stderr, env, options.color))
    this.width = stderr.isTTY ? Math.min(Math.max(stderr.columns, 40), 120) : 1000
    this.logger = createLogger(options.logLevel, this.style, (line) => this.note(line))
  }

  /** Writes what the command was asked for, and a line end, to standard output. */
  answer(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  /** Writes a document for machines, and a line end, to standard output: JSON, unless the command was asked for another form. */
  answerJson(value: unknown): void {
    this.answer(this.#documentText(value))
  }

  /** Writes a JSON document in one line to standard output. */
  answerJsonLine(value: unknown): void {
    this.answer(jsonText(value, 0))
  }

  /** Writes a line for people to standard error. */
  note(text: string): void {
    this.#writeNote(text)
  }

  /**
   * Gives notes to `write` instead, which finds them a place beside what it shows on standard error.
   *
   * @returns a function that ends this
   */
  divertNotes(write: (text: string) => void): () => void {
    const before = this.#writeNote
    this.#writeNote = write
    return () => {
      this.#writeNote = before
    }
  }
}

function createLogger(level: LogLevel, style: Style, write: (line: string) => void): Logger {
  const lowest = LOG_LEVELS.indexOf(level)
  const log = (of: Exclude<LogLevel, 'silent'>, mark: (text: string) => string) => {
    const label = mark(of.toUpperCase().padEnd(5))
    return (message: string): void => {
      if (LOG_LEVELS.indexOf(of) >= lowest) write(`${label} ${oneLine(message, 4000)}`)
    }
  }
  return {
    debug: log('debug', style.dim),
    info: log('info', style.accent),
    warn: log('warn', style.warning),
    error: log('error', style.error),
  }
}

/** What a logger passes on where a live picture says better what its other lines say. */
export function problemsOnly({ warn, error }: Logger): Logger {
  return { debug: () => {}, info: () => {}, warn, error }
}
