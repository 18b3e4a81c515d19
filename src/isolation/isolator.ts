import { availableParallelism } from 'node:os'
import { MAX_DELAY_MS, systemClock } from '../core/clock.ts'
import {
  checkIsolation,
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  type Isolation,
  type Isolator,
} from '../core/isolation.ts'
import { checkCount, checkDuration } from '../core/misuse.ts'
import { moduleUrl } from './module-url.ts'
import { PendingRun } from './pending-run.ts'
import { openProcess } from './process-link.ts'
import { openThread } from './thread-link.ts'
import { CLOSED, WorkerPool } from './worker-pool.ts'

/** How many workers there may be, and what they may keep. */
export interface IsolatorOptions {
  /** How many worker threads there are at most. @default the number of processors that this process may use */
  readonly maxThreads?: number
  /** How many worker processes there are at most. @default 10 */
  readonly maxProcesses?: number
  /** How long a worker waits for another call before it ends, in milliseconds: 0 to 2 147 483 647. @default 30 000 */
  readonly idleMs?: number
  /**
   * The most bytes that a tool may return across the border. Above the executor's own `maxResultBytes`, so that what is
   * between them can be spilled.
   * @default 16 777 216 (16 MiB)
   */
  readonly maxResultBytes?: number
  /**
   * How long `close` waits at most, in milliseconds: a thread in a native call ends only by itself.
   * @default 5 000
   */
  readonly closeMs?: number
}

/**
 * Runs tools in worker threads and worker processes, which are started when they are needed, used again, and can be
 * ended by force. Idle ones do not keep the process alive.
 *
 * @throws MisuseError where an option is impossible
 *
 * @example
 * ```ts
 * import { createIsolator } from './src/isolation/index.ts'
 *
 * const isolator = createIsolator({ maxProcesses: 2 })
 * const module = new URL('./square.js', import.meta.url)
 * const call = { id: 'a', name: 'square', index: 0, input: { n: 7 }, attempt: 1, idempotencyKey: 'r/0/0' }
 * const hooks = { began() {}, progress() {}, log() {} }
 * console.log(await isolator.start({ mode: 'process', module }, call, hooks).outcome) // 49
 * await isolator.close()
 * ```
 *
 * @example The module
 * ```js
 * // square.js
 * export default ({ n }) => n * n
 * ```
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
    process: new WorkerPool(maxProcesses, openProcess, settings),
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
      run.module = moduleUrl(isolation.module)
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
    const { promise: patience, resolve } = Promise.withResolvers<void>()
    const timer = systemClock.setTimer(resolve, this.#closeMs)
    await Promise.race([gone, patience])
    timer.clear()
  }
}
