import { BoundedQueue } from '../admission/bounded-queue.ts'
import { Counters } from '../admission/counters.ts'
import { Limit } from '../admission/limit.ts'
import type { Arrivals } from '../calls/arrivals.ts'
import { BatchOpener } from '../calls/batch-opener.ts'
import { Batches } from '../calls/batches.ts'
import type { RunningCall } from '../calls/call-context.ts'
import { EventHub } from '../calls/event-hub.ts'
import { filesRemovedLine, overlapLine, stalledLine } from '../calls/log-lines.ts'
import { nestedExecutor } from '../calls/nested-executor.ts'
import { makeStages } from '../calls/stages.ts'
import { StallWatch } from '../calls/stall-watch.ts'
import { trackedNesting } from '../calls/tracked-parent.ts'
import { DenseSet } from '../collections/dense-set.ts'
import type { CallOptions } from '../contract/call-options.ts'
import { guardedLogger } from '../contract/logger.ts'
import { MisuseError } from '../contract/misuse.ts'
import type { Clock } from '../host/clock.ts'
import { Timeouts } from '../host/timeouts.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { AnyTool } from '../tool/tool.ts'
import { Redaction } from '../values/redaction.ts'
import { openFiles, openStore } from '../values/result-store.ts'
import type { SpilledFiles } from '../values/spilled-files.ts'
import type { SpillStore } from '../values/spill.ts'
import { AdmissionController, type ControllerParts, controllerParts } from './controller.ts'
import { checkOptionNames, type ExecutorSettings, executorSettings, type ToolExecutorOptions } from './settings.ts'
import { ToolCompiler } from './tool-compiler.ts'

/** The parts that an executor is composed of. */
export interface ExecutorParts {
  readonly settings: ExecutorSettings
  readonly clock: Clock
  readonly controller: ControllerParts
  /** Whether other executors may share the controller. */
  readonly sharesController: boolean
  /** Its `maxParallelTools`. */
  readonly limit: Limit
  readonly queue: BoundedQueue
  readonly counters: Counters
  readonly events: EventHub
  readonly compiler: ToolCompiler
  readonly redaction: Redaction
  readonly spillStore: SpillStore | undefined
  readonly spilledFiles: SpilledFiles | undefined
  /** The permits that abandoned tools retain. */
  readonly retained: DenseSet<{ end(): void }>
  readonly batches: Batches
  readonly opener: BatchOpener
  /** Opens a batch that no call of this executor is known to make. */
  readonly openTop: (options: CallOptions, size: number | undefined, syntax?: ReferenceSyntax) => Arrivals
  /** From now on, calls that its tools make on any executor count as nested. */
  readonly trackNesting: () => void
  /** Whether the executor takes no more calls. */
  isClosing: boolean
}

/**
 * Composes an executor.
 *
 * @param self the executor, by which its batches are recognised
 * @throws MisuseError for an option that is out of its bounds, or a tool that cannot be used
 */
export function composeExecutor(self: object, options: ToolExecutorOptions): ExecutorParts {
  checkOptionNames(options)
  const given = options.clock
  const { admission: shared } = options
  const controller = controllerParts(shared ?? new AdmissionController(given === undefined ? {} : { clock: given }))
  const { clock = controller.clock } = options
  if (typeof clock?.now !== 'function' || typeof clock.setTimer !== 'function')
    throw new MisuseError('clock', 'an object with now and setTimer', clock)
  if (clock !== controller.clock)
    throw new MisuseError(
      'clock',
      'the clock of the admission controller (give it the same: new AdmissionController({ clock }))',
      clock,
    )
  const settings = executorSettings(options, clock)
  const { logger, isolator } = settings
  const events = new EventHub(clock, logger)
  const guarded = logger && guardedLogger(logger, events.loggerFailed)
  const warn = (line: string): void => guarded?.warn(line)
  const { admission, conflicts } = controller
  const limit = new Limit('executor', settings.maxParallelTools)
  const timeouts = new Timeouts(clock)
  const queue = new BoundedQueue(settings.queue, timeouts, clock)
  const counters = new Counters(controller.counters)
  const retained = new DenseSet<{ end(): void }>()
  const redaction = new Redaction(options)
  const wide = shared === undefined ? [limit] : [limit, controller.process]
  const compiler = new ToolCompiler({ settings, controller, events, wide, warn })
  const spillStore = openStore(options)
  const spilledFiles = openFiles(spillStore, options, (run, files, bytes) => {
    warn(filesRemovedLine(run, files, bytes))
    if (events.active) events.emit({ type: 'files_removed', at: clock.now(), run, files, bytes })
  })
  const stalls = stallWatch(settings.stallMs, clock, events, warn, () => batches)
  const { registry } = compiler
  const tools = (): AnyTool[] => Array.from(registry.values(), ({ tool }) => tool)
  const services = {
    ...settings,
    isolator,
    admission,
    clock,
    conflicts,
    counters,
    queue,
    redaction,
    registry,
    timeouts,
    retained,
    stalls,
    overlaps: settings.reportOverlaps ? overlapWatch(clock, events, warn) : undefined,
    hasDeadlines: () => compiler.hasDeadlines,
    isClosing: () => parts.isClosing,
    nest: (running: RunningCall) => nestedExecutor(running, batches, tools, compiler.compiled),
  }
  const batches: Batches = new Batches({
    ...services,
    ...makeStages(services),
    owner: { executor: self, controller },
    events,
    runs: controller.runs,
    nextOrder: controller.nextOrder,
    resultLimits: settings.results,
    spill: { store: spillStore, files: spilledFiles },
    limit,
    logger,
  })
  const openTop: ExecutorParts['openTop'] = (callOptions, size, syntax) =>
    batches.open(callOptions, size, { nesting: trackedNesting(), by: undefined, syntax })
  const parts: ExecutorParts = {
    settings,
    clock,
    controller,
    sharesController: shared !== undefined,
    limit,
    queue,
    counters,
    events,
    compiler,
    redaction,
    spillStore,
    spilledFiles,
    retained,
    batches,
    opener: new BatchOpener(openTop, compiler.compiled),
    openTop,
    trackNesting: () => {
      services.trackNesting = true
    },
    isClosing: false,
  }
  compiler.register(options.tools, options.onUnusableTool === 'omit')
  return parts
}

function stallWatch(
  stallMs: number,
  clock: Clock,
  events: EventHub,
  warn: (line: string) => void,
  batches: () => Batches,
): StallWatch | undefined {
  if (stallMs === Infinity) return undefined
  return new StallWatch({
    clock,
    stallMs,
    isBusy: () => batches().isBusy,
    running: () => batches().running(),
    tell: (stalledMs, calls, at) => {
      warn(stalledLine(stalledMs, calls))
      if (events.active) events.emit({ type: 'stalled', at, stalledMs, calls })
    },
  })
}

/** Reports each overlap as an event, and the first of each pair of tools as a warning. */
function overlapWatch(clock: Clock, events: EventHub, warn: (line: string) => void): OverlapWatch<object> {
  const logged = new Set<string>()
  return new OverlapWatch((overlap) => {
    const tools = overlap.calls
      .map(({ name }) => name)
      .sort()
      .join('\n')
    if (!logged.has(tools)) warn(overlapLine(overlap))
    logged.add(tools)
    if (events.active) events.emit({ type: 'overlap_suspected', at: clock.now(), ...overlap })
  })
}
