import type { Clock } from '../host/clock.ts'
import type { ToolEvent, ToolEventListener } from '../contract/events.ts'
import { guardedLogger, type Logger } from '../contract/logger.ts'
import { callGuarded } from '../contract/safe-checks.ts'

/** Reported once is enough: what goes wrong with a report goes nowhere. */
const ignored = (): void => {}

/** Reports what a listener or logger did wrong. */
export type ReportFailure = (during: string, thrown: unknown) => void

/**
 * Brings events to listeners.
 *
 * Duty: every listener gets every event, in order; what one of them throws reaches neither the others nor the calls.
 * Boundary: whoever emits asks `active` first, so that nothing is made up when nobody listens.
 */
export class EventHub {
  /** Whether anybody listens. */
  active = false
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  /** In the order in which they came. */
  readonly #entries = new Set<ToolEventListener>()
  /** Those of them that an event reaches; undefined where it has to be made anew. */
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

  /** Brings an event to one listener, subscribed or not; never throws. */
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

  /** An array that never changes: listeners that come or leave while an event is told do so from the next one on. */
  #present(): readonly ToolEventListener[] {
    return (this.#listeners ??= [...this.#entries])
  }

  /** To the log and to the other listeners; one that throws on this event, too, is not reported again. */
  #report(event: ToolEvent, failed: ToolEventListener, thrown: unknown): void {
    this.#logger?.warn(`An event listener threw on '${event.type}'; nothing else is affected.`)
    if (event.type === 'listener_failed') return
    const report: ToolEvent = { type: 'listener_failed', at: this.#clock.now(), during: event.type, thrown }
    for (const listener of this.#present()) if (listener !== failed) callGuarded(listener, report, ignored)
  }
}
