import { thrownMessage } from '../core/values/failure.ts'
import { copyJson } from '../core/values/json-copy.ts'
import { type LogLevel, MAX_UNHEARD, type Report } from './protocol.ts'

/** The most bytes of one progress value. */
const MAX_PROGRESS_BYTES = 65_536

/** The longest log message, in UTF-16 code units. */
const MAX_MESSAGE = 16_000

/**
 * Sends a tool's reports in order. With {@link MAX_UNHEARD} reports unacknowledged, further ones are dropped and
 * counted.
 */
export class Reports {
  readonly #send: (report: Report) => void
  #unheard = 0
  #dropped = 0

  constructor(send: (report: Report) => void) {
    this.#send = send
  }

  /** For a value that JSON cannot hold, a log line is sent instead. */
  progress(run: number, value: unknown): void {
    if (!this.#admits()) return
    let copy: unknown
    try {
      copy = copyJson(value, { maxBytes: MAX_PROGRESS_BYTES })
    } catch (thrown) {
      this.log(run, 'warn', `A progress value was dropped: it ${thrownMessage(thrown)}`)
      return
    }
    this.#sent({ type: 'progress', run, value: copy })
  }

  log(run: number, level: LogLevel, message: unknown): void {
    if (this.#admits()) this.#sent({ type: 'log', run, level, message: text(message) })
  }

  heard(count: number): void {
    this.#unheard -= count
  }

  /** Reports the number of dropped reports, if any. */
  close(run: number): void {
    if (this.#dropped === 0) return
    const message = `${this.#dropped} progress values and log lines were dropped: they came faster than they were read.`
    this.#dropped = 0
    this.#sent({ type: 'log', run, level: 'warn', message })
  }

  #admits(): boolean {
    if (this.#unheard < MAX_UNHEARD) return true
    this.#dropped++
    return false
  }

  #sent(report: Report): void {
    this.#unheard++
    this.#send(report)
  }
}

function text(message: unknown): string {
  try {
    return String(message).slice(0, MAX_MESSAGE)
  } catch {
    return '[a log message that cannot be read]'
  }
}
