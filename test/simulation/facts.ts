import type { ParkedEvent, ToolResult } from '../../packages/aof-runtime/src/index.ts'
import type { BatchPlan, CallPlan, ExecutorPlan } from './plan.ts'
import type { ExpectedOutput, ThrownKind } from './values.ts'

/** When something happened: the moment, and its place in the order of everything. */
export interface When {
  readonly at: number
  readonly order: number
  /** Counts what ran between two moves of time: what has the same number may have crossed on the way. */
  readonly move: number
}

/** The known history of an executor. */
export interface ExecutorFacts {
  readonly index: number
  readonly plan: ExecutorPlan
  /** Batches opened so far. */
  opened: number
  readonly batches: BatchFacts[]
  /** By the order of their coming, as far as they wait for a permit. */
  readonly parked: Set<CallFacts>
  readonly started: Set<CallFacts>
  readonly abandoned: Set<AttemptFacts>
  readonly unsettled: Set<CallFacts>
  closedAt: When | undefined
  /** Timers that are set on the clock it was given. */
  timers: number
  /** The failures of its listeners and loggers, and the number of those that were reported. */
  listenersFailed: number
  failuresReported: number
  /** How many events there were, and how many each listener has heard that stays. */
  events: number
  readonly numbers: WeakMap<object, number>
  readonly heard: (() => number)[]
  /** Of the tool that has one. */
  readonly breaker: BreakerFacts
}

export interface BreakerFacts {
  state: 'closed' | 'open' | 'half_open'
  before: 'closed' | 'open' | 'half_open'
  changedAt: number
  /** It has changed, and the attempt that made it has yet to be heard of. */
  unexplained: boolean
  /** Counts openings and closings. */
  era: number
  /** The call that was let in while it was half open. */
  probe: CallFacts | undefined
  /** Of attempts that counted while it was closed. */
  readonly ends: { readonly at: number; readonly failed: boolean }[]
}

export interface BatchFacts {
  readonly plan: BatchPlan
  readonly executor: ExecutorFacts
  /** Within its executor, from 1. */
  readonly number: number
  readonly label: string
  readonly calls: CallFacts[]
  /** The value of `ctx.context` for its tools, and of the caller's async context. */
  readonly context: object
  openedAt: When | undefined
  closedAt: When | undefined
  abortedAt: When | undefined
  /** When a call of it was first said to have passed the batch's deadline. */
  expiredAt: When | undefined
  settledAt: When | undefined
  results: readonly ToolResult[] | undefined
  /** The results that an iteration over it has read. */
  readonly read: ToolResult[]
  /** How many of them have been checked. */
  checkedReads: number
  /** The calls in the order of their results. */
  readonly decided: CallFacts[]
  /** The listeners that its caller's signal has. */
  readonly listeners: Set<unknown>
  /** How many of its events its own listener got, and how many the executor's. */
  eventsHeard: number
  eventsSeen: number
}

/** How a tool's body ended. */
export interface BodyEnd extends When {
  readonly by: 'return' | 'throw'
  readonly value: unknown
  /** The kind of value that was thrown, if the plan says so. */
  readonly kind: ThrownKind | undefined
  readonly expected: ExpectedOutput
}

/** One start of a tool. */
export interface AttemptFacts {
  readonly call: CallFacts
  /** From 1. */
  readonly number: number
  startedAt: When | undefined
  /** Of the breaker, when it started. */
  era: number
  began: When | undefined
  /** When it last reported progress: while it certainly had its time, and at all. */
  progressedAt: number | undefined
  heardAt: number | undefined
  lastProgress: unknown
  ended: BodyEnd | undefined
  /** When the output schema had answered, where that takes time. */
  judgedAt: When | undefined
  /** The tool's own, once it has read it. */
  signal: AbortSignal | undefined
  failedAt: When | undefined
  abandonedAt: When | undefined
  endedLateAt: When | undefined
}

export interface CallFacts {
  readonly plan: CallPlan
  readonly batch: BatchFacts
  readonly index: number
  /** Unlike that of any other call. */
  readonly mark: string
  state: 'coming' | 'accepted' | 'parked' | 'started' | 'failed' | 'backing off' | 'settled'
  acceptedAt: When | undefined
  /** When its arguments came. */
  completedAt: When | undefined
  droppedAt: When | undefined
  /** When a schema that answers later did so. */
  checkedAt: When | undefined
  readonly attempts: AttemptFacts[]
  /** When it may be tried again. */
  retryAt: number | undefined
  /** The present or the last reason of waiting; and its beginning. */
  waitsFor: ParkedEvent['waitsFor'] | undefined
  waitsSince: number
  settledAt: When | undefined
  result: ToolResult | undefined
  progressSeen: number
}

export function newExecutor(index: number, plan: ExecutorPlan): ExecutorFacts {
  return {
    index,
    plan,
    opened: 0,
    batches: [],
    parked: new Set(),
    started: new Set(),
    abandoned: new Set(),
    unsettled: new Set(),
    closedAt: undefined,
    timers: 0,
    listenersFailed: 0,
    failuresReported: 0,
    events: 0,
    numbers: new WeakMap(),
    heard: [],
    breaker: {
      state: 'closed',
      before: 'closed',
      changedAt: 0,
      unexplained: false,
      era: 0,
      probe: undefined,
      ends: [],
    },
  }
}

export function newBatch(executor: ExecutorFacts, plan: BatchPlan): BatchFacts {
  const number = ++executor.opened
  const label = `${executor.index}:${number}`
  const batch: BatchFacts = {
    plan,
    executor,
    number,
    label,
    calls: [],
    context: { batch: label },
    openedAt: undefined,
    closedAt: undefined,
    abortedAt: undefined,
    expiredAt: undefined,
    settledAt: undefined,
    results: undefined,
    read: [],
    checkedReads: 0,
    decided: [],
    listeners: new Set(),
    eventsHeard: 0,
    eventsSeen: 0,
  }
  executor.batches.push(batch)
  return batch
}

export function newCall(batch: BatchFacts, plan: CallPlan): CallFacts {
  const index = batch.calls.length
  const call: CallFacts = {
    plan,
    batch,
    index,
    mark: `${batch.label}.${index}`,
    state: 'coming',
    acceptedAt: undefined,
    completedAt: undefined,
    droppedAt: undefined,
    checkedAt: undefined,
    attempts: [],
    retryAt: undefined,
    waitsFor: undefined,
    waitsSince: 0,
    settledAt: undefined,
    result: undefined,
    progressSeen: 0,
  }
  batch.calls.push(call)
  batch.executor.unsettled.add(call)
  return call
}

export function newAttempt(call: CallFacts): AttemptFacts {
  const attempt: AttemptFacts = {
    call,
    number: call.attempts.length + 1,
    startedAt: undefined,
    era: 0,
    began: undefined,
    progressedAt: undefined,
    heardAt: undefined,
    lastProgress: undefined,
    ended: undefined,
    judgedAt: undefined,
    signal: undefined,
    failedAt: undefined,
    abandonedAt: undefined,
    endedLateAt: undefined,
  }
  call.attempts.push(attempt)
  return attempt
}

/** The attempts whose tools really ran. */
export function begunOf({ attempts }: CallFacts): AttemptFacts[] {
  return attempts.filter(({ began }) => began !== undefined)
}

/** When an attempt's tool was done; the time of an output schema counts, unless the output is no longer needed. */
export function doneAt({ call, ended, judgedAt, abandonedAt }: AttemptFacts): When | undefined {
  if (ended === undefined || call.plan.tool !== 'output_later' || ended.by === 'throw') return ended
  return judgedAt ?? (abandonedAt !== undefined && abandonedAt.order < ended.order ? ended : undefined)
}
