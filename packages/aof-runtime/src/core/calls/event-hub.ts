import type { Clock } from '../host/clock.ts'
import type { ToolEvent, ToolEventListener } from '../contract/events.ts'
import { guardedLogger, type Logger } from '../contract/logger.ts'
import { callGuarded } from '../contract/safe-checks.ts'

/** A failure is reported once; the failure of a report is not reported. */
const ignored = (): void => {}

/** Reports a listener or logger that threw. */
export type ReportFailure = (during: string, thrown: unknown) => void

/**
 * Delivers events to listeners.
 *
 * Duty: every listener gets every event, in order; a listener that throws affects neither the others nor the calls.
 * Boundary: check `active` before building an event.
 */
export class EventHub {
  /** Whether there are listeners. */
  active = false
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  /** In the order of subscription. */
  readonly #entries = new Set<ToolEventListener>()
  /** The listeners that get an event; undefined if the array has to be made again. */
  #listeners: readonly ToolEventListener[] | undefined

  constructor(clock: Clock, logger: Logger | undefined) {
    this.#clock = clock
    this.#logger = logger && guardedLogger(logger, ignored)
  }

  /** @returns a function that ends the subscription; calling it again does nothing */
  subscribe(listener: ToolEventListener): () => void {
    // An entry of its own, so that one function subscribed twice ends once at a time.
    const entry: ToolEventListener = (event) => listener(event)
    this.#entries.add(entry)
    this.#changed()
    return () => {
      if (this.#entries.delete(entry)) this.#changed()
    }
  }

  emit(event: ToolEvent): void {
    for (const listener of this.#present()) this.deliver(event, listener)
  }

  /** Delivers an event to one listener, subscribed or not; never throws. */
  deliver(event: ToolEvent, listener: ToolEventListener): void {
    callGuarded(listener, event, (thrown) => this.#report(event, listener, thrown))
  }

  /** Reports a logger that threw. */
  readonly loggerFailed: ReportFailure = (during, thrown) => {
    if (this.active) this.emit({ type: 'listener_failed', at: this.#clock.now(), during, thrown })
  }

  #changed(): void {
    this.#listeners = undefined
    this.active = this.#entries.size > 0
  }

  /** An array that never changes: a subscription or its end during an event takes effect with the next one. */
  #present(): readonly ToolEventListener[] {
    return (this.#listeners ??= [...this.#entries])
  }

  /** Reports to the log and to the other listeners; a listener that throws on the report is not reported again. */
  #report(event: ToolEvent, failed: ToolEventListener, thrown: unknown): void {
    this.#logger?.warn(`An event listener threw on '${event.type}'; nothing else is affected.`)
    if (event.type === 'listener_failed') return
    const report: ToolEvent = { type: 'listener_failed', at: this.#clock.now(), during: event.type, thrown }
    for (const listener of this.#present()) if (listener !== failed) callGuarded(listener, report, ignored)
  }
}
