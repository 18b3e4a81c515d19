import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { MAX_DELAY_MS, systemClock } from '../core/host/clock.ts'
import {
  checkIsolation,
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  type Isolation,
  type Isolator,
} from '../core/contract/isolation.ts'
import { checkCount, checkDuration } from '../core/contract/misuse.ts'
import { PendingRun } from './pending-run.ts'
import { ProcessLink } from './process-link.ts'
import { openThread } from './thread-link.ts'
import { CLOSED, WorkerPool } from './worker-pool.ts'
import { within } from '../core/host/within.ts'

/** Bounds on the number of workers and their use of memory and time. */
export interface IsolatorOptions {
  /** Largest number of worker threads. @default the number of processors that this process may use */
  readonly maxThreads?: number
  /** Largest number of worker processes. @default 10 */
  readonly maxProcesses?: number
  /** Time after which an idle worker ends, in milliseconds: 0 to 2 147 483 647. @default 30 000 */
  readonly idleMs?: number
  /**
   * The most bytes that a tool may return from its worker. It is larger than the executor's own `maxResultBytes`, so
   * that results in between can be spilled.
   * @default 16 777 216 (16 MiB)
   */
  readonly maxResultBytes?: number
  /**
   * Longest wait of `close`, in milliseconds: a thread in a native call ends only when the native call returns.
   * @default 5 000
   */
  readonly closeMs?: number
}

/**
 * Runs tools in worker threads and worker processes. Workers start on demand, are reused, and can be ended by force.
 * Idle workers do not keep the process alive.
 *
 * @throws MisuseError if an option is invalid
 */
export function createIsolator(options: IsolatorOptions = {}): Isolator {
  const {
    maxThreads = availableParallelism(),
    maxProcesses = 10,
    idleMs = 30_000,
    maxResultBytes = 16_777_216,
    closeMs = 5_000,
  } = options
  checkCount('maxThreads', maxThreads, 1)
  checkCount('maxProcesses', maxProcesses, 1)
  checkDuration('idleMs', idleMs, 0, MAX_DELAY_MS)
  checkCount('maxResultBytes', maxResultBytes, 1)
  checkDuration('closeMs', closeMs, 0, MAX_DELAY_MS)
  const settings = { idleMs, maxResultBytes }
  const pools = {
    thread: new WorkerPool(maxThreads, openThread, settings),
    process: new WorkerPool(maxProcesses, (maxMb, events) => new ProcessLink(maxMb, events), settings),
  }
  return new WorkerIsolator(pools, closeMs)
}

class WorkerIsolator implements Isolator {
  readonly #pools: Readonly<Record<Isolation['mode'], WorkerPool>>
  readonly #closeMs: number
  #isClosed = false

  constructor(pools: Readonly<Record<Isolation['mode'], WorkerPool>>, closeMs: number) {
    this.#pools = pools
    this.#closeMs = closeMs
  }

  start(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks): IsolatedRun {
    const run = new PendingRun(isolation, call, hooks)
    try {
      checkIsolation('isolation', isolation)
      const pool = this.#pools[isolation.mode]
      const module = String(isolation.module)
      run.module = module.startsWith('file:') ? module : pathToFileURL(module).href
      if (this.#isClosed) run.withdrawn(CLOSED)
      else pool.start(run)
    } catch (thrown) {
      run.refused(thrown)
    }
    return run
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const gone = Promise.all(Object.values(this.#pools).map((pool) => pool.close()))
    await within(gone, this.#closeMs, systemClock, () => undefined)
  }
}
