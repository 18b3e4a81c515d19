import type { PendingRun, RunPlace } from './pending-run.ts'
import { PooledWorker, type WorkerOwner } from './pooled-worker.ts'
import type { AbortReason, WorkerSettings } from './protocol.ts'
import { type Loss, type OpenWorker, startProblem } from './worker-link.ts'

/** The reason for calls that start after `close`. */
export const CLOSED = 'the executor was closed.'

/**
 * Workers of one kind, and the queue of runs.
 *
 * Duty: every run gets a worker, or an outcome, in the order of their start. A dead worker is replaced as soon as a run
 * waits. Boundary: the messages between both sides are the worker's concern.
 * 1. At most `max` workers start, run or wait. A worker that is being ended by force does not count, even if its end
 *    takes time (a thread in a native call): its place is free for others.
 * 2. A run waits only while `max` workers are taken, or as many workers are starting as runs are waiting.
 * 3. A worker that never came up fails one waiting run, so that no run waits for ever and starts are not repeated for
 *    ever.
 */
export class WorkerPool implements WorkerOwner, RunPlace {
  readonly #max: number
  readonly #open: OpenWorker
  readonly #settings: WorkerSettings
  readonly #waiting = new Set<PendingRun>()
  /** The workers that count against `max`, in the order of their start. */
  readonly #workers = new Set<PooledWorker>()
  /** The last one used is taken first, because it is warm, and the others may become idle. */
  readonly #free: PooledWorker[] = []
  /** All workers that have not ended. */
  readonly #live = new Set<PooledWorker>()
  #isClosed = false

  constructor(max: number, open: OpenWorker, settings: WorkerSettings) {
    this.#max = max
    this.#open = open
    this.#settings = settings
  }

  start(run: PendingRun): void {
    run.place = this
    this.#waiting.add(run)
    this.#pump()
  }

  /** Ends all workers together with their runs. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const run of this.#waiting) run.withdrawn(CLOSED)
    this.#waiting.clear()
    await Promise.all([...this.#live].map((worker) => worker.end()))
  }

  abort(_reason: AbortReason, run: PendingRun): void {
    this.#withdraw(run)
  }

  async kill(run: PendingRun): Promise<void> {
    this.#withdraw(run)
  }

  free(worker: PooledWorker): void {
    this.#free.push(worker)
    this.#pump()
  }

  leaving(worker: PooledWorker): void {
    if (!this.#workers.delete(worker)) return
    const at = this.#free.indexOf(worker)
    if (at >= 0) this.#free.splice(at, 1)
    this.#pump()
  }

  gone(worker: PooledWorker, loss: Loss, starting: boolean): void {
    this.#live.delete(worker)
    if (starting) this.#startFailed(worker, loss)
    this.leaving(worker)
  }

  passOn(run: PendingRun): void {
    run.wasPassedOn = true
    if (this.#isClosed) return run.withdrawn(CLOSED)
    this.start(run)
  }

  #withdraw(run: PendingRun): void {
    if (this.#waiting.delete(run)) run.withdrawn('it was aborted before a worker was free.')
  }

  #startFailed({ maxMemoryMb }: PooledWorker, loss: Loss): void {
    for (const run of this.#waiting) {
      if (run.isolation.maxMemoryMb !== maxMemoryMb) continue
      this.#waiting.delete(run)
      return run.lost(loss)
    }
  }

  /** Gives free workers to waiting runs in order, and starts workers for the remaining runs. */
  #pump(): void {
    const starting = [...this.#workers].filter((worker) => worker.isStarting)
    for (const run of this.#waiting) {
      const { maxMemoryMb } = run.isolation
      const at = this.#free.findLastIndex((worker) => worker.maxMemoryMb === maxMemoryMb)
      const [free] = at >= 0 ? this.#free.splice(at, 1) : []
      if (free !== undefined) {
        this.#waiting.delete(run)
        if (!free.take(run)) this.#free.push(free)
        continue
      }
      const soon = starting.findIndex((worker) => worker.maxMemoryMb === maxMemoryMb)
      if (soon >= 0) starting.splice(soon, 1)
      else if (!this.#makeRoom()) return
      else this.#startFor(run)
    }
  }

  /** Whether another worker may start. If necessary, a free worker with another memory limit is ended to make room. */
  #makeRoom(): boolean {
    if (this.#workers.size >= this.#max) {
      const other = this.#free.shift()
      if (other === undefined) return false
      this.#workers.delete(other)
      void other.end()
    }
    return true
  }

  #startFor(run: PendingRun): void {
    try {
      const worker = new PooledWorker(this, this.#open, run.isolation.maxMemoryMb, this.#settings)
      this.#workers.add(worker)
      this.#live.add(worker)
    } catch (thrown) {
      this.#waiting.delete(run)
      run.lost({ why: startProblem(thrown), cause: thrown })
    }
  }
}
