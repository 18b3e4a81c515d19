import { checkOptions, optionNames } from '../contract/option-names.ts'
import { type Clock, MAX_DELAY_MS, systemClock } from '../host/clock.ts'
import { checkCount, checkDuration, MisuseError } from '../contract/misuse.ts'
import type { AnyTool } from '../tool/tool.ts'
import { Admission } from '../admission/admission.ts'
import { Counters, type WaitingStats } from '../admission/counters.ts'
import { Conflicts } from '../order/effects/conflicts.ts'
import { checkStackRoom } from '../host/stack-room.ts'
import { Limit } from '../admission/limit.ts'
import { Runs } from '../calls/runs.ts'
import { ToolDemands } from '../admission/tool-demands.ts'

/** The options of an admission controller. All have a default. */
export interface AdmissionOptions {
  /** The most tools that run at once, of all executors that share it: at least 1, or `Infinity`. @default Infinity */
  readonly maxParallel?: number
  /**
   * The time after which the priority of a waiting call rises by one, and again after each further such time, in milliseconds: 1
   * to 2 147 483 647, or `Infinity` for never. So calls of low priority are late, but not forgotten.
   * @default 10 000
   */
  readonly ageMs?: number
  /**
   * The time after which a call gets a reservation if it was passed over, because never all that it needs was free at once, in
   * milliseconds: 1 to 2 147 483 647, or `Infinity` for never. One call at a time has a reservation.
   * @default 5 000
   */
  readonly reserveAfterMs?: number
  /** The clock of the executors. @default the machine's monotonic clock */
  readonly clock?: Clock
}

const ADMISSION_OPTIONS = optionNames<AdmissionOptions>({
  maxParallel: true,
  ageMs: true,
  reserveAfterMs: true,
  clock: true,
})

/** The state of a controller at one moment, over all executors that share it. */
export interface AdmissionStats {
  /** Calls that hold permits: their tools run. */
  readonly running: number
  /** Calls that wait to start. */
  readonly waiting: number
  /** The waiting calls, by the first thing that they lack. */
  readonly waitingFor: Readonly<WaitingStats>
  /** Calls that wait for their nested calls, or to resume after that; they hold no permit. */
  readonly suspended: number
  /** Abandoned tools that still run. */
  readonly abandoned: number
  readonly limits: { readonly maxParallel: number }
}

/** Set inside of the class, which alone reads its private fields. */
let partsOf: (controller: AdmissionController) => ControllerParts | undefined

/**
 * Decides which call runs next: one controller for all executors and agents of a process, or for those that share limits.
 *
 * A call takes all that it needs in one step: a permit of the process, its executor, its tool and its key, and a token of
 * its rate. A released permit goes at once to the first call in rank that can start with it. Rank is priority first, raised by
 * waiting; then the run that has used least; within a run, deeper calls first, then those that take longest, then the order
 * of calls.
 *
 * @example
 * ```ts
 * import { AdmissionController, defineTool, ToolExecutor } from 'aof-runtime'
 *
 * const admission = new AdmissionController({ maxParallel: 64 })
 * const search = defineTool({
 *   name: 'search',
 *   inputSchema: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] },
 *   maxParallel: 4,
 *   key: ({ url }: { url: string }) => new URL(url).host,
 *   maxParallelPerKey: 2,
 *   rate: { n: 10, perMs: 1_000 },
 *   execute: ({ url }: { url: string }) => `found ${url}`,
 * })
 * // Both together never run more than 4 searches at once, 2 of one host, one each 100 ms.
 * const one = new ToolExecutor({ tools: [search], admission })
 * const other = new ToolExecutor({ tools: [search], admission })
 * const results = await Promise.all([one, other].map((executor) => executor.call(search, { url: 'http://a.example/' })))
 * console.log(results.map(({ status }) => status)) // [ 'succeeded', 'succeeded' ]
 * ```
 */
export class AdmissionController {
  static {
    partsOf = (controller) => (#parts in controller ? controller.#parts : undefined)
  }

  readonly #parts: ControllerParts
  readonly #admission: Admission
  readonly #process: Limit
  readonly #tools = new WeakMap<AnyTool, ToolDemands>()
  readonly #counters = new Counters()
  #batches = 0

  /** @throws MisuseError for an option that is out of its bounds */
  constructor(options: AdmissionOptions = {}) {
    checkOptions('', options, ADMISSION_OPTIONS)
    const { maxParallel = Infinity, ageMs = 10_000, reserveAfterMs = 5_000, clock = systemClock } = options
    checkCount('maxParallel', maxParallel, 1, undefined, true)
    checkDuration('ageMs', ageMs, 1, MAX_DELAY_MS, true)
    checkDuration('reserveAfterMs', reserveAfterMs, 1, MAX_DELAY_MS, true)
    if (typeof clock?.now !== 'function' || typeof clock.setTimer !== 'function')
      throw new MisuseError('clock', 'an object with now and setTimer', clock)
    this.#process = new Limit('process', maxParallel)
    this.#admission = new Admission({ clock, ageMs, reserveAfterMs })
    this.#parts = {
      clock,
      admission: this.#admission,
      conflicts: new Conflicts((act) => this.#admission.afterwards(act)),
      process: this.#process,
      counters: this.#counters,
      runs: new Runs(this.#admission.busyPeriod),
      nextOrder: () => ++this.#batches,
      toolDemands: (tool) => this.#toolDemands(tool),
    }
  }

  /**
   * The most tools that run at once. A new number takes effect at once: more calls start if it has grown; running calls go on if
   * it has shrunk.
   */
  get maxParallel(): number {
    return this.#process.max
  }

  set maxParallel(max: number) {
    checkCount('maxParallel', max, 1, undefined, true)
    checkStackRoom('maxParallel')
    this.#process.max = max
    this.#admission.resized(this.#process)
  }

  /** The state of this moment. */
  stats(): AdmissionStats {
    const { dependency, conflict, breaker } = this.#counters
    const waitingFor = { dependency, conflict, breaker, ...this.#admission.waitingFor() }
    return {
      running: this.#process.inUse,
      waiting: Object.values(waitingFor).reduce((sum, each) => sum + each, 0),
      waitingFor,
      suspended: this.#counters.suspended,
      abandoned: this.#counters.abandoned,
      limits: { maxParallel: this.#process.max },
    }
  }

  #toolDemands(tool: AnyTool): ToolDemands {
    let demands = this.#tools.get(tool)
    if (demands === undefined) this.#tools.set(tool, (demands = new ToolDemands(tool)))
    return demands
  }
}

/** The parts of a controller that executors use, and applications do not see. */
export interface ControllerParts {
  readonly clock: Clock
  readonly admission: Admission
  readonly conflicts: Conflicts
  /** Its `maxParallel`. */
  readonly process: Limit
  /** The counters of all its executors. */
  readonly counters: Counters
  readonly runs: Runs
  /** The place of the next batch among all batches. */
  readonly nextOrder: () => number
  readonly toolDemands: (tool: AnyTool) => ToolDemands
}

/** @throws MisuseError for any other value than a controller */
export function controllerParts(controller: AdmissionController): ControllerParts {
  const found = typeof controller === 'object' && controller !== null ? partsOf(controller) : undefined
  if (found === undefined) throw new MisuseError('admission', 'an AdmissionController', controller)
  return found
}
