import { deserialize } from 'node:v8'
import { systemClock, type TimerHandle } from '../core/host/clock.ts'
import { thrownMessage } from '../core/values/failure.ts'
import { unpackThrown } from './packed-thrown.ts'
import type { PendingRun, RunPlace } from './pending-run.ts'
import {
  type AbortReason,
  type Ending,
  type FromWorker,
  HEARD_EVERY,
  type LogLevel,
  type WorkerSettings,
} from './protocol.ts'
import type { Loss, OpenWorker, WorkerLink } from './worker-link.ts'

/** The longest time to load a tool's module, in milliseconds. */
const LOAD_MS = 30_000

/** The longest time for a worker to confirm a call, in milliseconds. */
const ANSWER_MS = 1_000

/** The pool, as its workers see it. */
export interface WorkerOwner {
  /** The worker can take a run. */
  free(worker: PooledWorker): void
  /** The worker takes no more runs, though it may not have ended yet. */
  leaving(worker: PooledWorker): void
  /** The worker has ended; `starting` if it never came up. */
  gone(worker: PooledWorker, loss: Loss, starting: boolean): void
  /** The run was given to a worker that did not take it up. */
  passOn(run: PendingRun): void
}

/**
 * A worker of the pool, with its current run.
 *
 * Duty: exactly one outcome for each run that it is given, whatever becomes of the worker (I10). Boundary: the pool
 * assigns runs to workers.
 * 1. It has one run at a time.
 * 2. Messages about any other run are dropped, except log lines of the last one.
 * 3. It keeps this process alive while it has a run, or starts for one.
 * 4. A worker that does not confirm a call within {@link ANSWER_MS} is ended, and the call is given to another: it was
 *    stopped, or a tool has left something behind that blocks it. On a busy machine this may end a healthy worker,
 *    which does no harm.
 * 5. A module that does not load within {@link LOAD_MS} ends the worker: the run's own timeouts begin only after that.
 */
export class PooledWorker implements RunPlace {
  readonly maxMemoryMb: number | undefined
  readonly #owner: WorkerOwner
  readonly #link: WorkerLink
  #isStarting = true
  /** An error that it reported before it was ready. */
  #startError: string | undefined
  /** Number of runs so far, which is the number of the last run. */
  #count = 0
  #run: PendingRun | undefined
  /** The last run, which receives log lines after its end. */
  #last: PendingRun | undefined
  #unanswered = 0
  #isRetired = false
  #loading: TimerHandle | undefined
  /** Whether its run is to end with it. */
  #isKilled = false
  /** Whether it is being ended because it did not confirm a call. */
  #isDeaf = false
  /** Whether it is being ended because a module did not load. */
  #isTooSlow = false
  #killing: Promise<void> | undefined

  /** @throws if the worker cannot be started and the system reports that at once */
  constructor(owner: WorkerOwner, open: OpenWorker, maxMemoryMb: number | undefined, settings: WorkerSettings) {
    this.#owner = owner
    this.maxMemoryMb = maxMemoryMb
    this.#link = open(maxMemoryMb, {
      message: (message) => this.#hear(message),
      output: (level, line) => this.#wrote(level, line),
      gone: (loss) => this.#gone(loss),
    })
    this.#link.send({ type: 'settings', ...settings })
  }

  get isStarting(): boolean {
    return this.#isStarting
  }

  /** Gives a free worker a run. False if the run could not be sent: it is over, and the worker still free. */
  take(run: PendingRun): boolean {
    const { module, call, isolation } = run
    this.#count++
    this.#run = this.#last = run
    run.place = this
    this.#link.hold(true)
    this.#awaitAnswer(2)
    try {
      this.#link.send({ type: 'call', run: this.#count, module, export: isolation.export ?? 'default', call })
      return true
    } catch (thrown) {
      this.#release()
      this.#link.hold(false)
      const why = `cannot be sent to a worker: ${thrownMessage(thrown)}`
      run.refused(new Error(`The arguments of '${call.name}' ${why}`, { cause: thrown }))
      return false
    }
  }

  /** The timer runs in two parts: after a block of this thread, a confirmation that has arrived is read in between. */
  #awaitAnswer(parts: number): void {
    this.#loading = systemClock.setTimer(() => {
      if (parts > 1) return this.#awaitAnswer(parts - 1)
      this.#isDeaf = true
      void this.end()
    }, ANSWER_MS / 2)
  }

  #awaitModule(): void {
    this.#loading?.clear()
    this.#loading = systemClock.setTimer(() => {
      this.#isTooSlow = true
      void this.end()
    }, LOAD_MS)
  }

  abort(reason: AbortReason): void {
    this.#link.send({ type: 'abort', run: this.#count, reason })
  }

  kill(): Promise<void> {
    this.#isKilled = true
    return this.end()
  }

  /** Ends it by force together with its run. Resolves when it has ended. */
  end(): Promise<void> {
    if (this.#killing === undefined) {
      this.#owner.leaving(this)
      this.#killing = this.#link.kill()
    }
    return this.#killing
  }

  #hear(message: FromWorker): void {
    // A tool may send anything on our channel.
    if (typeof message !== 'object' || message === null) return
    switch (message.type) {
      case 'ready':
        if (!this.#isStarting) return
        this.#isStarting = false
        return this.#next()
      case 'took':
        if (message.run === this.#count && this.#run?.began === false) this.#awaitModule()
        return
      case 'began':
        if (message.run !== this.#count || this.#run?.began !== false) return
        this.#loading?.clear()
        return this.#run.begin()
      case 'progress':
      case 'log':
        return this.#report(message)
      case 'returned':
      case 'returned-bytes':
      case 'threw':
      case 'strayed':
        return this.#ended(message)
      case 'retired':
        return this.#retire()
      case 'idle':
        if (this.#run === undefined) void this.end()
        return
      default:
      // A message of the tool's own code is ignored.
    }
  }

  #wrote(level: LogLevel, line: string): void {
    if (this.#isStarting && /\berror\b/i.test(line)) this.#startError ??= line
    this.#run?.hooks.log(level, line)
  }

  #report(report: FromWorker & { readonly type: 'progress' | 'log' }): void {
    this.#unanswered++
    if (this.#unanswered === HEARD_EVERY) {
      this.#link.send({ type: 'heard', count: this.#unanswered })
      this.#unanswered = 0
    }
    if (report.run !== this.#count) return
    if (report.type === 'log') this.#last?.hooks.log(levelOf(report.level), String(report.message))
    else this.#run?.hooks.progress(report.value)
  }

  #ended(ending: Ending): void {
    if (ending.run !== this.#count) return
    const run = this.#release()
    if (run === undefined) return
    try {
      settle(run, ending)
    } catch (thrown) {
      run.threw(thrown)
    }
    if (ending.type === 'strayed') this.#isRetired = true
    this.#next()
  }

  #retire(): void {
    this.#isRetired = true
    if (this.#run?.began === true) return
    const run = this.#release()
    if (run !== undefined) this.#owner.passOn(run)
    this.#next()
  }

  #next(): void {
    if (this.#killing !== undefined) return
    if (this.#isRetired) {
      void this.end()
      return
    }
    this.#link.hold(false)
    this.#owner.free(this)
  }

  #release(): PendingRun | undefined {
    const run = this.#run
    this.#run = undefined
    this.#loading?.clear()
    return run
  }

  #gone(loss: Loss): void {
    const run = this.#release()
    const why = this.#startError === undefined ? loss.why : `did not come up: ${this.#startError}`
    this.#owner.gone(this, { ...loss, why }, this.#isStarting && this.#killing === undefined)
    if (run !== undefined) {
      if (this.#isTooSlow) run.lost({ why: `was ended by force because the module did not load within ${LOAD_MS} ms.` })
      else if (this.#isDeaf && !this.#isKilled && !run.wasPassedOn) this.#owner.passOn(run)
      else if (this.#isDeaf && !this.#isKilled)
        run.lost({ why: `did not answer within ${ANSWER_MS} ms, and was ended by force.` })
      else if (this.#killing !== undefined) run.lost({ why: 'was ended by force.' })
      else if (run.began || run.wasPassedOn) run.lost(loss)
      else this.#owner.passOn(run)
    }
  }
}

function settle(run: PendingRun, ending: Ending): void {
  if (ending.type === 'returned') run.returned(ending.value)
  else if (ending.type === 'returned-bytes') run.returned(deserialize(ending.bytes))
  else if (ending.type === 'threw') run.threw(unpackThrown(ending.thrown))
  else run.strayed(unpackThrown(ending.thrown))
}

function levelOf(level: unknown): LogLevel {
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info'
}
