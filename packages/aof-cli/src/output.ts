import type { Logger } from 'aof-runtime'
import { createStyle, type Style, wantsColor } from './style.ts'
import { jsonText, oneLine } from './text.ts'

/** The log levels of a command, from most to least output. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** The options of every command. */
export interface CommonOptions {
  readonly json?: boolean
  readonly logLevel: LogLevel
  readonly color: boolean
  /** True to show errors with their stacks and causes. */
  readonly verbose?: boolean
}

/**
 * The output of a command: its answer goes to standard output, everything else to standard error.
 */
export class Output {
  /** True if the answer is for machines. */
  readonly json: boolean
  /** True to show errors with their stacks and causes. */
  readonly verbose: boolean
  /** Styles for standard output, and for standard error. */
  readonly answerStyle: Style
  readonly style: Style
  /** Columns of the terminal of standard error, 40 to 120; 1000 without a terminal, so that no line breaks. */
  readonly width: number
  /** Log lines at and above `--log-level`, on standard error. */
  readonly logger: Logger
  readonly #documentText: (value: unknown) => string
  #writeNote = (text: string): void => void process.stderr.write(`${text}\n`)

  /** @param documentText formats documents for machines; JSON by default */
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

  /** Writes the answer of the command, and a line end, to standard output. */
  answer(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  /** Writes a document for machines, and a line end, to standard output: as JSON, unless another format is requested. */
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
   * Diverts notes to `write`, which prints them next to its own output on standard error.
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

/** The log lines that pass beside a live view, which shows the content of all other lines. */
export function problemsOnly({ warn, error }: Logger): Logger {
  return { debug: () => {}, info: () => {}, warn, error }
}
