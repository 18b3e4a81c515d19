import { ExpectedDuration } from '../../../packages/aof-runtime/src/core/admission/expected-duration.ts'
import type { ToolResult } from '../../../packages/aof-runtime/src/index.ts'
import { type AdmissionModel, type ModelCall, type ModelLimit, ModelRate, type ModelRun } from '../admission-model.ts'
import type { BatchPlan, CallPlan, CrowdPlan, ExecutorPlan, RatePlan, ToolPlan } from './plan.ts'

export interface ExecutorFacts {
  readonly index: number
  readonly plan: ExecutorPlan
  readonly limit: ModelLimit
  readonly batches: BatchFacts[]
}

export interface ToolFacts {
  readonly index: number
  readonly plan: ToolPlan
  readonly limits: readonly ModelLimit[]
  readonly rates: readonly ModelRate[]
  readonly keys: readonly { readonly limits: readonly ModelLimit[]; readonly rates: readonly ModelRate[] }[]
  readonly expected: ExpectedDuration
}

/** A run, which shares the permits with other runs for as long as it has a batch. */
export interface RunFacts {
  readonly model: ModelRun
  readonly expected: ExpectedDuration
  users: number
}

export interface BatchFacts {
  readonly executor: ExecutorFacts
  /** Its run's name and weight, where it has one; its own priority. */
  readonly plan: Pick<BatchPlan, 'run' | 'priority'>
  readonly parent: CallFacts | undefined
  /** Which attempt of the parent's it belongs to. */
  readonly attempt: AttemptFacts | undefined
  readonly calls: CallFacts[]
  run: RunFacts | undefined
  order: number
  abortedAt: number | undefined
  isSettled: boolean
}

export interface AttemptFacts {
  readonly call: CallFacts
  readonly number: number
  readonly startedAt: number
  /** Whether what comes of it is decided. */
  isOver: boolean
  /** In which move its tool's code ended; what has the same number may have crossed on the way. */
  endedIn: number | undefined
  /** Since when it holds permits; undefined while it holds none. */
  heldSince: number | undefined
  /** As what it holds them. */
  holdsAs: Candidate
  /** For how long its tool had them before, of its timeout. */
  ranMs: number
  /** Calls of its own that want to run, or do. */
  readonly nested: Set<CallFacts>
  /** Calls of its own that it was given, and those of them that were let in. */
  taken: number
  begun: number
  abandonedAt: number | undefined
  /** The permits retained after it was abandoned. */
  kept: readonly ModelLimit[]
}

export type CallState =
  | 'coming'
  | 'accepted'
  | 'outside'
  | 'waiting'
  | 'running'
  | 'suspended'
  | 'resuming'
  | 'failed'
  | 'backing off'
  | 'settled'

export interface CallFacts {
  /** Its id, unlike that of any other. */
  readonly mark: string
  readonly plan: CallPlan
  readonly batch: BatchFacts
  readonly tool: ToolFacts
  readonly depth: number
  readonly index: number
  state: CallState
  /** In which move it came into that. */
  stateSince: number
  /** As what it waits. */
  waitsAs: Candidate | undefined
  /** What it is said to wait for, and since when it waits. */
  waitsFor: string | undefined
  waitsSince: number
  acceptedAt: number
  readonly attempts: AttemptFacts[]
  result: ToolResult | undefined
  settledAt: number | undefined
}

/** A call as the model of admission knows it: how long it is expected to take changes while it waits. */
export class Candidate implements ModelCall {
  readonly call: CallFacts
  readonly needs: ModelCall['needs']
  readonly priority: number
  readonly acceptedAt: number
  readonly depth: number
  readonly batchOrder: number
  readonly index: number
  /** Since when there has been a call like it: a call that withdraws leaves its reservation to those. */
  likeItSince = 0

  readonly #model: AdmissionModel

  constructor(call: CallFacts, goesOn: boolean, model: AdmissionModel) {
    this.#model = model
    const { batch, tool, plan } = call
    const { rates, limits } = tool.keys[plan.key] ?? { rates: [], limits: [] }
    const wide = [batch.executor.limit, processOf(batch)]
    this.call = call
    this.needs = { rates: goesOn ? [] : [...rates, ...tool.rates], limits: [...limits, ...tool.limits, ...wide] }
    this.priority = goesOn ? Infinity : priorityOf(call)
    this.acceptedAt = call.acceptedAt
    this.depth = call.depth
    this.batchOrder = batch.order
    this.index = call.index
  }

  /** Whether both need the same, and are of one run and priority. */
  isLike(other: Candidate): boolean {
    const { call } = this
    const isSameKey = call.tool.plan.keys === 0 || call.plan.key === other.call.plan.key
    const isSameTool = call.tool === other.call.tool && call.batch.executor === other.call.batch.executor
    return isSameTool && isSameKey && this.run === other.run && this.priority === other.priority
  }

  get run(): ModelRun {
    return runOf(this.call).model
  }

  get expectedMs(): number {
    return this.call.tool.expected.msIn(this.#model.wants) ?? runOf(this.call).expected.ms ?? 0
  }
}

export function runOf({ batch }: CallFacts): RunFacts {
  if (batch.run === undefined) throw new Error('A batch that was not opened has no run.')
  return batch.run
}

/** A nested call has at least the priority of the one that makes it. */
function priorityOf({ plan, batch, tool }: CallFacts): number {
  const own = plan.priority ?? batch.plan.priority ?? tool.plan.priority ?? 0
  return batch.parent === undefined ? own : Math.max(own, priorityOf(batch.parent))
}

const processes = new WeakMap<ExecutorFacts, ModelLimit>()

function processOf({ executor }: BatchFacts): ModelLimit {
  return processes.get(executor) as ModelLimit
}

/** The facts of the process limit, of the executors and of the tools. */
export function setUpFacts(plan: CrowdPlan): {
  readonly process: ModelLimit
  readonly executors: readonly ExecutorFacts[]
  readonly tools: readonly ToolFacts[]
} {
  const process = limitOf('process', plan.maxParallel)
  const executors = plan.executors.map((each, index) => {
    const facts: ExecutorFacts = { index, plan: each, limit: limitOf('executor', each.maxParallelTools), batches: [] }
    processes.set(facts, process)
    return facts
  })
  return { process, executors, tools: plan.tools.map((each, index) => newTool(each, index)) }
}

function newTool(plan: ToolPlan, index: number): ToolFacts {
  const keys = Array.from({ length: plan.keys }, () => ({
    limits: plan.maxParallelPerKey === Infinity ? [] : [limitOf('key', plan.maxParallelPerKey)],
    rates: plan.ratePerKey === undefined ? [] : [rateOf(plan.ratePerKey)],
  }))
  const limits = plan.maxParallel === Infinity ? [] : [limitOf('tool', plan.maxParallel)]
  const rates = plan.rate === undefined ? [] : [rateOf(plan.rate)]
  return { index, plan, limits, rates, keys, expected: new ExpectedDuration() }
}

export function newBatch(
  executor: ExecutorFacts,
  plan: Pick<BatchPlan, 'run' | 'priority'>,
  attempt: AttemptFacts | undefined,
): BatchFacts {
  return {
    executor,
    plan,
    parent: attempt?.call,
    attempt,
    calls: [],
    run: undefined,
    order: 0,
    abortedAt: undefined,
    isSettled: false,
  }
}

export function newCall(batch: BatchFacts, plan: CallPlan, tool: ToolFacts, mark: string): CallFacts {
  const call: CallFacts = {
    mark,
    plan,
    batch,
    tool,
    depth: batch.parent === undefined ? 0 : batch.parent.depth + 1,
    index: batch.calls.length,
    state: 'coming',
    stateSince: 0,
    waitsAs: undefined,
    waitsFor: undefined,
    waitsSince: 0,
    acceptedAt: 0,
    attempts: [],
    result: undefined,
    settledAt: undefined,
  }
  batch.calls.push(call)
  return call
}

function limitOf(kind: ModelLimit['kind'], max: number): ModelLimit {
  return { kind, max, inUse: 0 }
}

function rateOf({ n, perMs, burst }: RatePlan): ModelRate {
  return new ModelRate(n, perMs, burst)
}
