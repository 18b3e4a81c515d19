import { availableParallelism } from 'node:os'
import { MAX_DELAY_MS } from '../core/clock.ts'
import type { Isolation, IsolatedCall, IsolatedHooks, IsolatedRun, Isolator } from '../core/isolation.ts'
import { checkCount, checkDuration, MisuseError } from '../core/misuse.ts'
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
 * const module = 'data:text/javascript,export default ({ n }) => n * n'
 * const call = { id: 'a', name: 'square', index: 0, input: { n: 7 }, attempt: 1, idempotencyKey: 'r/0/0' }
 * const hooks = { began() {}, progress() {}, log() {} }
 * console.log(await isolator.start({ mode: 'process', module }, call, hooks).outcome) // 49
 * await isolator.close()
 * ```
 */
export function createIsolator(options: IsolatorOptions = {}): Isolator {
  const {
    maxThreads = availableParallelism(),
    maxProcesses = 10,
    idleMs = 30_000,
    maxResultBytes = 16_777_216,
  } = options
  checkCount('maxThreads', maxThreads, 1)
  checkCount('maxProcesses', maxProcesses, 1)
  checkDuration('idleMs', idleMs, 0, MAX_DELAY_MS)
  checkCount('maxResultBytes', maxResultBytes, 1)
  const settings = { idleMs, maxResultBytes }
  return new WorkerIsolator({
    thread: new WorkerPool(maxThreads, openThread, settings),
    process: new WorkerPool(maxProcesses, openProcess, settings),
  })
}

class WorkerIsolator implements Isolator {
  readonly #pools: Readonly<Record<Isolation['mode'], WorkerPool>>
  #isClosed = false

  constructor(pools: Readonly<Record<Isolation['mode'], WorkerPool>>) {
    this.#pools = pools
  }

  start(isolation: Isolation, call: IsolatedCall, hooks: IsolatedHooks): IsolatedRun {
    const run = new PendingRun(isolation, call, hooks)
    try {
      checkIsolation(isolation)
      const pool = this.#pools[isolation.mode]
      run.module = moduleUrl(isolation.module)
      if (this.#isClosed) run.withdrawn(CLOSED)
      else pool.start(run)
    } catch (thrown) {
      run.threw(thrown)
    }
    return run
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()))
  }
}

/** Less than this, and a thread that starts takes the whole process with it. */
const LEAST_MEMORY_MB = 16

/** @throws MisuseError where a worker of that kind is impossible */
function checkIsolation({ mode, maxMemoryMb }: Isolation): void {
  if (mode !== 'thread' && mode !== 'process') throw new MisuseError('isolation.mode', `'thread' or 'process'`, mode)
  if (maxMemoryMb !== undefined) checkCount('isolation.maxMemoryMb', maxMemoryMb, LEAST_MEMORY_MB)
}
