import { type Clock, systemClock, type TimerHandle } from '../host/clock.ts'

/** The time after which an unclosed batch is reported: its results are awaited, and none of its calls is under way. */
const IDLE_MS = 30_000

/** An open batch whose results are awaited. */
export interface AwaitedBatch {
  readonly isClosed: boolean
  /** Whether all its calls so far have their results. */
  readonly isIdle: boolean
  /** The number of its calls. */
  readonly size: number
  readonly run: string
  /** Logs that it is not closed. @returns false without a logger */
  warn(line: string): boolean
}

/** The part of Node's `process` that is used, on platforms that have it. */
interface Program {
  on(event: 'beforeExit', listener: () => void): unknown
  off(event: 'beforeExit', listener: () => void): unknown
  emitWarning(warning: string, options: { readonly type: string }): void
}

/** The awaited batches of this program, each with the timer of its watch. */
const awaited = new Map<AwaitedBatch, TimerHandle | undefined>()

/**
 * Watches a batch from the moment at which its results are awaited until it is closed: without `close` they never come. It is
 * reported once: before the program ends because nothing is left to do, or after 30 s without a call under way.
 */
export function watchUnclosed(batch: AwaitedBatch, clock: Clock): void {
  if (awaited.has(batch)) return
  if (awaited.size === 0) program()?.on('beforeExit', reportAll)
  const isReal = clock === systemClock
  awaited.set(batch, isReal ? clock.setTimer(() => look(batch), IDLE_MS, { keepsAlive: false }) : undefined)
}

/** The batch is closed, or has been reported. */
export function unwatchUnclosed(batch: AwaitedBatch): void {
  if (!awaited.has(batch)) return
  awaited.get(batch)?.clear()
  awaited.delete(batch)
  if (awaited.size === 0) program()?.off('beforeExit', reportAll)
}

function look(batch: AwaitedBatch): void {
  if (batch.isIdle) return report(batch)
  awaited.set(
    batch,
    systemClock.setTimer(() => look(batch), IDLE_MS, { keepsAlive: false }),
  )
}

function reportAll(): void {
  for (const batch of awaited.keys()) if (!batch.isClosed) report(batch)
}

function report(batch: AwaitedBatch): void {
  unwatchUnclosed(batch)
  const { run, size } = batch
  const line = `The results of an open batch (run ${run}, ${size} calls) are awaited, and it was never closed, so they never come: call batch.close() after the last call.`
  if (!batch.warn(line)) program()?.emitWarning(line, { type: 'OpenBatchWarning' })
}

function program(): Program | undefined {
  const { process } = globalThis as { readonly process?: Partial<Program> }
  return typeof process?.on === 'function' && typeof process.emitWarning === 'function'
    ? (process as Program)
    : undefined
}
