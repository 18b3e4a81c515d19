import type { OpenBatch, Slot, ToolContext, ToolExecutor, ToolResult } from '../../../packages/aof-runtime/src/index.ts'
import type { ExpectedOutput, ThrownKind } from '../values.ts'
import type { BatchPlan, CallPlan, ExecutorPlan, ToolPlan } from './plan.ts'

/** The facts about an executor of a scenario. */
export interface ExecutorFacts {
  readonly index: number
  readonly plan: ExecutorPlan
  readonly executor: ToolExecutor
  /** By number. */
  readonly batches: Map<number, BatchFacts>
  /** Its present limit. */
  max: number
  closing: boolean
  /** Its time to drain is over, and all that was under way is aborted. */
  cutAt: number | undefined
  closed: boolean
}

export interface BatchFacts {
  readonly plan: BatchPlan
  readonly site: ExecutorFacts
  readonly label: string
  readonly calls: CallFacts[]
  /** The attempt that makes its calls, as the runtime says; undefined where none does. */
  maker: AttemptFacts | undefined
  /** In whose code it is opened, of calls whose executors find that out; and whether that is by the call's own context. */
  within: AttemptFacts | undefined
  isByContext: boolean
  /** Its place among all. */
  order: number
  openedAt: number
  isOpened: boolean
  isClosed: boolean
  isAborted: boolean
  /** It is being closed and aborted at once. */
  isDisposed: boolean
  isSettled: boolean
  /** The run to which its effects are private that say so. */
  run: string
  /** The name of the run in its events. */
  runName: string
  abort: AbortController | undefined
  /** That its signal has. */
  readonly listeners: Set<unknown>
  open: OpenBatch | undefined
  results: readonly ToolResult[] | undefined
  /** The number of its events that its own listener got. */
  heard: number
  seen: number
}

/** One start of a tool. */
export interface AttemptFacts {
  readonly call: CallFacts
  readonly number: number
  readonly startedAt: number
  /** The context that the tool got; undefined where its code was not run. */
  ctx: ToolContext | undefined
  ended: BodyEnd | undefined
  /** Whether what comes of it is decided. */
  isOver: boolean
  overAt: number | undefined
  /** For how long it has held its permits before it was suspended last; since when it does. */
  ranMs: number
  runsSince: number
  /** When it last reported progress, or began; and when it last did so in time. */
  heardAt: number
  progressedAt: number
  abandonedAt: number | undefined
  /** Whether it has ended after it was abandoned. */
  isGone: boolean
  /** Whether it retains permits after it was abandoned. */
  keepsPermits: boolean
  isHoldOver: boolean
  keepsWrites: boolean
}

/** How a tool's code ended. */
export interface BodyEnd {
  /** Between which rests it ended: what has the same number may have crossed on the way. */
  readonly move: number
  readonly by: 'return' | 'throw'
  readonly value: unknown
  readonly kind: ThrownKind | undefined
  readonly expected: ExpectedOutput
}

/** `waiting` is in the queue or for other calls, `outside` before a queue that is full, `resuming` to go on. */
export type CallState =
  | 'coming'
  | 'accepted'
  | 'waiting'
  | 'outside'
  | 'backing off'
  | 'running'
  | 'suspended'
  | 'resuming'
  | 'failed'
  | 'settled'

export interface CallFacts {
  /** Unlike that of any other call. */
  readonly mark: string
  readonly plan: CallPlan
  readonly tool: ToolPlan | undefined
  readonly batch: BatchFacts
  readonly index: number
  state: CallState
  waitsFor: string | undefined
  waitsSince: number
  /** Since when calls of its run wait, one after the other or at once, that need the same: a reservation is for all of them. */
  flowSince: number
  acceptedAt: number
  /** Its place among all acceptances, and the move in which it was accepted. */
  acceptance: number
  acceptedIn: number
  /** Whether it is being added to an open batch: until that is done, it is not known what it depends on itself. */
  isArriving: boolean
  /** Whether its arguments have come; whether they never will. */
  isComplete: boolean
  isDropped: boolean
  /** Whether they arrived during the log line that says that they never will. */
  isCompletedAtEnd: boolean
  /** Whether a schema of its tool is being asked that answers later. */
  isChecking: boolean
  checksSince: number
  /** Whether a schema of its tool has let them pass, and whether the tool has said what the call reads and writes. */
  hasPassed: boolean
  hasNamed: boolean
  /** Whether its effects were known when the present move began; and whether they are its own. */
  isKnown: boolean
  isGranted: boolean
  readonly attempts: AttemptFacts[]
  /** Names that it was given, and the calls that they have been found to be. */
  readonly found: Map<string | number, CallFacts>
  slot: Slot | undefined
  key: string | undefined
  retryAt: number
  result: ToolResult | undefined
}

export function newCall(batch: BatchFacts, plan: CallPlan, tool: ToolPlan | undefined, mark: string): CallFacts {
  const call: CallFacts = {
    mark,
    plan,
    tool,
    batch,
    index: batch.calls.length,
    state: 'coming',
    waitsFor: undefined,
    waitsSince: 0,
    flowSince: 0,
    acceptedAt: 0,
    acceptance: 0,
    acceptedIn: 0,
    isArriving: false,
    isComplete: false,
    isDropped: false,
    isCompletedAtEnd: false,
    isChecking: false,
    checksSince: 0,
    hasPassed: false,
    hasNamed: false,
    isKnown: false,
    isGranted: false,
    attempts: [],
    found: new Map(),
    slot: undefined,
    key: undefined,
    retryAt: 0,
    result: undefined,
  }
  batch.calls.push(call)
  return call
}

export function newBatch(site: ExecutorFacts, plan: BatchPlan, label: string): BatchFacts {
  return {
    plan,
    site,
    label,
    calls: [],
    maker: undefined,
    within: undefined,
    isByContext: false,
    order: -1,
    openedAt: 0,
    isOpened: false,
    isClosed: false,
    isAborted: false,
    isDisposed: false,
    isSettled: false,
    run: plan.run?.id ?? `batch ${label}`,
    runName: '',
    abort: undefined,
    listeners: new Set(),
    open: undefined,
    results: undefined,
    heard: 0,
    seen: 0,
  }
}

/** An attempt of a call starts. */
export function newAttempt(call: CallFacts, number: number, at: number): AttemptFacts {
  const attempt: AttemptFacts = {
    call,
    number,
    startedAt: at,
    ctx: undefined,
    ended: undefined,
    isOver: false,
    overAt: undefined,
    ranMs: 0,
    runsSince: at,
    heardAt: at,
    progressedAt: at,
    abandonedAt: undefined,
    isGone: false,
    keepsPermits: false,
    isHoldOver: false,
    keepsWrites: false,
  }
  call.attempts.push(attempt)
  return attempt
}

/** The call that makes the calls of a batch. */
export function parentOf({ maker }: BatchFacts): CallFacts | undefined {
  return maker?.call
}

/** Whether `above` is among the calls that made `call`. */
export function isMadeBy(call: CallFacts, above: CallFacts): boolean {
  for (let parent = parentOf(call.batch); parent !== undefined; parent = parentOf(parent.batch))
    if (parent === above) return true
  return false
}

/** Whether a call or one of its ancestors has been cut. */
export function isCut(call: CallFacts): boolean {
  const { batch } = call
  if (batch.isAborted) return true
  return batch.maker !== undefined && isStopped(batch.maker)
}

/** Whether a tool continues although its call has been cut: it can make no more calls. */
export function goesOnAlone({ isOver, isGone, ctx, abandonedAt }: AttemptFacts): boolean {
  return isOver ? abandonedAt !== undefined && !isGone : ctx?.signal.aborted === true
}

/** Whether an attempt is over, or its tool's signal has aborted. */
export function isStopped({ call, isOver, ctx }: AttemptFacts): boolean {
  return isOver || ctx?.signal.aborted === true || isCut(call)
}

/** Who sets a limit of a call: the nearest layer that says something. */
export function layerOf(
  call: CallFacts,
  option: 'timeoutMs' | 'idleTimeoutMs',
): 'call' | 'batch' | 'tool' | 'executor' {
  const { plan, batch, tool } = call
  if (hasOptions(call) && plan.limits[option] !== undefined) return 'call'
  if (batch.plan.limits[option] !== undefined) return 'batch'
  return tool?.limits[option] === undefined ? 'executor' : 'tool'
}

/** The limits in time of a call from the nearest layer on that says something. */
export function limitOf(call: CallFacts, option: 'timeoutMs' | 'idleTimeoutMs'): number {
  const { plan, batch, tool } = call
  const own = hasOptions(call) ? plan.limits[option] : undefined
  return own ?? batch.plan.limits[option] ?? tool?.limits[option] ?? batch.site.plan.limits[option] ?? Infinity
}

/** Whether it comes with a limit in time that there cannot be: it is refused as malformed. */
export function hasImpossibleLimit(call: CallFacts): boolean {
  const { timeoutMs = 1 } = call.plan.limits
  return hasOptions(call) && !(timeoutMs >= 1 && timeoutMs < 2 ** 31)
}

/** By when a call must have its result. */
export function deadlineAt(call: CallFacts): number {
  const { plan, batch, tool, acceptedAt } = call
  const own = hasOptions(call) ? (plan.limits.deadlineMs ?? Infinity) : Infinity
  const least = Math.min(own, tool?.limits.deadlineMs ?? Infinity, batch.site.plan.limits.deadlineMs ?? Infinity)
  return Math.min(acceptedAt + least, batch.openedAt + (batch.plan.limits.deadlineMs ?? Infinity))
}

/** Whether it came with all its parts at once: only then has it options of its own. */
export function hasOptions({ batch, plan }: CallFacts): boolean {
  return batch.plan.way === 'whole' || (batch.plan.way === 'open' && plan.arrival.by === 'add')
}
