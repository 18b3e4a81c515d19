import { type Clock, systemClock, type TimerHandle } from '../host/clock.ts'

/** After how long an open batch is told of whose results are awaited though nothing of it is under way. */
const IDLE_MS = 30_000

/** An open batch whose results somebody awaits. */
export interface AwaitedBatch {
  readonly isClosed: boolean
  /** Whether all its calls so far have their results. */
  readonly isIdle: boolean
  /** How many calls it has. */
  readonly size: number
  readonly run: string
  /** Says that it is not closed; without a logger false. */
  warn(line: string): boolean
}

/** What this needs of `process`, where there is one. */
interface Program {
  on(event: 'beforeExit', listener: () => void): unknown
  off(event: 'beforeExit', listener: () => void): unknown
  emitWarning(warning: string, options: { readonly type: string }): void
}

/** All of this program, by what ends the watch of each. */
const awaited = new Map<AwaitedBatch, TimerHandle | undefined>()

/**
 * Watches a batch from when its results are awaited until it is closed: one that nobody closes never has them. Told of once,
 * before the program ends for want of anything to do, or after 30 s without a call of it under way.
 */
export function watchUnclosed(batch: AwaitedBatch, clock: Clock): void {
  if (awaited.has(batch)) return
  if (awaited.size === 0) program()?.on('beforeExit', tellAll)
  const isReal = clock === systemClock
  awaited.set(batch, isReal ? clock.setTimer(() => look(batch), IDLE_MS, { keepsAlive: false }) : undefined)
}

/** The batch is closed, or has been told of. */
export function unwatchUnclosed(batch: AwaitedBatch): void {
  if (!awaited.has(batch)) return
  awaited.get(batch)?.clear()
  awaited.delete(batch)
  if (awaited.size === 0) program()?.off('beforeExit', tellAll)
}

function look(batch: AwaitedBatch): void {
  if (batch.isIdle) return tell(batch)
  awaited.set(
    batch,
    systemClock.setTimer(() => look(batch), IDLE_MS, { keepsAlive: false }),
  )
}

function tellAll(): void {
  for (const batch of awaited.keys()) if (!batch.isClosed) tell(batch)
}

function tell(batch: AwaitedBatch): void {
  unwatchUnclosed(batch)
  const { run, size } = batch
  const line = `The results of an open batch (run ${run}, ${size} calls) are awaited, and it was never closed, so they never come: call batch.close() after the last call, or declare it with await using.`
  if (!batch.warn(line)) program()?.emitWarning(line, { type: 'OpenBatchWarning' })
}

function program(): Program | undefined {
  const { process } = globalThis as { readonly process?: Partial<Program> }
  return typeof process?.on === 'function' && typeof process.emitWarning === 'function'
    ? (process as Program)
    : undefined
}
