import type { Flow } from '../admission/flow.ts'
import { RunShare } from '../admission/run-share.ts'
import { captureAsyncContext } from '../host/async-context.ts'
import type { Budget } from '../contract/budget.ts'
import type { CallOptions } from '../contract/call-options.ts'
import { placeOf } from './call-events.ts'
import { CallRecord } from './call-record.ts'
import { incompleteCall } from './call-words.ts'
import { Queued } from './call-state.ts'
import { CallGraph } from '../order/dependencies/call-graph.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import type { OrderKey } from '../order/effects/order-key.ts'
import type { ToolEffects } from '../order/effects/tool-effects.ts'
import type { CallName, ToolCall } from '../contract/call.ts'
import { MAX_DEPENDENCIES, oddShape, propertyCount, readCallNames } from '../contract/call-shape.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { Engine, EngineLimits } from './engine.ts'
import type { ToolEvent } from '../contract/events.ts'
import { Expiry } from '../host/expiry.ts'
import type { Nesting } from './nesting.ts'
import { copyJson } from '../values/json-copy.ts'
import { LogLines } from './log-lines.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'
import { type ResultOwner, ResultStore } from '../values/result-store.ts'
import type { Logger } from '../contract/logger.ts'
import { Particulars } from './particulars.ts'
import { Precedence } from './precedence.ts'
import { raiseRemaining } from '../order/remaining-path.ts'
import type { ToolResult } from '../contract/result.ts'
import type { DenseSetPlace } from '../collections/dense-set.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import { emptyStack, hasStackRoom } from '../host/stack-room.ts'
import type { RunningCall } from './stall-watch.ts'
import {
  type AttemptLimits,
  attemptLimits,
  callDeadline,
  impossibleTimeLimit,
  ownTimeLimits,
  type OwnTimeLimits,
  type TimeLimit,
} from '../contract/time-limits.ts'
import type { Dependent } from '../order/dependencies/dependent.ts'

/** What a batch is made with: the caller's options, resolved against the executor's. */
export interface BatchSetup {
  readonly engine: Engine
  readonly number: number
  readonly options: CallOptions
  readonly logger: Logger | undefined
  /** The call that makes its calls, if one does. */
  readonly nesting: Nesting | undefined
  /** Where in arguments references to results are found. */
  readonly referenceSyntax: ReferenceSyntax
  /** Draws the run's name where the caller gave none; most runs are never asked for it. */
  readonly drawRun: () => string
  /** Called once, when the batch is closed and every call has its result. */
  readonly onSettled: () => void
}

/**
 * The calls of one turn.
 *
 * Duty: a place for each call, in order; know when all have their results; pass an abort on to each.
 * Boundary: calls change their own state; this counts.
 * 1. `records[i].index === i`; places are only ever added, and none after closing.
 * 2. `results` resolves once the batch is closed and no call is without a result, with exactly one per place, in order.
 * 3. It listens to the caller's signal from opening until it is settled, and no longer; its deadline likewise.
 */
export class Batch implements ResultOwner {
  readonly engine: Engine
  readonly number: number
  readonly turn: number
  readonly context: unknown
  readonly timeLimits: OwnTimeLimits
  readonly budget: Budget | undefined
  readonly log: LogLines | undefined
  readonly records: CallRecord[] = []
  /** By place; what is not settled has none yet. */
  readonly #results: (ToolResult | undefined)[] = []
  readonly openedAt: number
  readonly nesting: Nesting | undefined
  /** How deep its calls are nested in other calls, from 0. */
  readonly depth: number
  /** Its place among all batches of the admission controller. */
  readonly order: number
  /** What its run has had of the permits. */
  readonly share: RunShare
  /** Of its calls, where they have none of their own. */
  readonly priority: number | undefined
  /** How many calls it may make. */
  readonly maxCalls: number
  /** Whether calls of others, or of its own, may wait for one of its calls to end. */
  hasFollowers = false
  /** Whether any of its calls may read or write something. */
  #hasEffects = false
  /** Which of its calls depend on which, if any do. */
  #graph: CallGraph | undefined
  /** Gets each result as it is decided, if the batch is read that way. */
  onResult: ((result: ToolResult) => void) | undefined
  /** Told when the last result is decided and no more calls will come, whoever closed the batch. */
  onEnd: (() => void) | undefined
  readonly #setup: BatchSetup
  readonly #hasListener: boolean
  readonly #place: DenseSetPlace<Batch> | undefined
  #run: string | undefined
  readonly #privacy: unknown
  /** When each call got its place; none where all got theirs when the batch was opened. */
  readonly #acceptedAt: number[] | undefined
  #queued: Queued | undefined
  /** The tool whose attempts were limited last, and how. */
  #limitedTool: CompiledTool | undefined
  #attemptLimits: AttemptLimits | undefined
  #resultStore: ResultStore | undefined
  #whenSettled: (() => void)[] | undefined
  #smallBytes = 0
  #unsettled = 0
  #succeeded = 0
  /** Whether {@link close} was called. */
  #isClosing = false
  /** How many calls are being added at this moment: a listener that hears of one may add another. */
  #adding = 0
  #closed = false
  #settled = false
  /** Whether its run has to be left. */
  #hasJoined = false
  #aborted: { readonly reason: unknown } | undefined
  #done: { readonly promise: Promise<ToolResult[]>; readonly resolve: (results: ToolResult[]) => void } | undefined
  #particulars: Map<CallRecord, Particulars> | undefined
  #deadline: { readonly at: number; readonly expiry: Expiry } | undefined
  #hasOwnDeadlines = false
  #expired: TimeLimit | undefined
  #watched: Map<CallRecord, (result: ToolResult) => void> | undefined

  constructor(setup: BatchSetup, size: number | undefined) {
    const { engine, options, logger } = setup
    this.#setup = setup
    this.#hasListener = options.onEvent !== undefined
    this.#acceptedAt = size === undefined ? [] : undefined
    this.#results.length = Math.min(size ?? 0, MANY_CALLS)
    this.engine = engine
    // First, since a clock of the application's own may throw: a batch that is not made joins nothing.
    this.openedAt = engine.clock.now()
    this.number = setup.number
    this.#run = typeof options.run === 'object' ? options.run.id : options.run
    this.nesting = setup.nesting
    this.#privacy = this.#run ?? setup.nesting?.call.batch.privacy ?? this
    this.depth = setup.nesting === undefined ? 0 : setup.nesting.depth + 1
    this.order = engine.controller.nextBatch()
    this.share = this.#joinShare()
    this.priority = options.priority
    this.maxCalls = options.maxCalls ?? Infinity
    this.#place = this.nesting?.enter(this)
    this.turn = this.#turnOf(options.turn)
    this.context = options.context
    this.timeLimits = ownTimeLimits(options)
    this.budget = options.budget
    this.log = logger && new LogLines(logger, engine.events.loggerFailed)
  }

  /**
   * The batch has its place among those of its executor and its parent: it may take calls. Not a part of the constructor,
   * since a listener of `batch_opened` may abort or close all that is under way, this batch with it.
   */
  begin(size: number | undefined): void {
    try {
      this.#begin(size)
    } catch (thrown) {
      this.#breakOff(thrown)
      throw thrown
    }
  }

  #begin(size: number | undefined): void {
    const { nesting } = this
    const { signal } = this.#setup.options
    if (this.isObserved) {
      this.emit({
        type: 'batch_opened',
        at: this.openedAt,
        ...this.#about(),
        ...(size !== undefined && { size }),
        ...(nesting !== undefined && { madeBy: placeOf(nesting.call) }),
      })
    }
    if (this.#settled) return
    this.#setDeadline()
    if (signal?.aborted === true) this.#aborted ??= { reason: signal.reason }
    else signal?.addEventListener('abort', this.#onAbort)
  }

  get run(): string {
    return (this.#run ??= this.#setup.drawRun())
  }

  /** The run to which effects are private that say so: the one that was named, else that of the call that makes its calls. */
  get privacy(): unknown {
    return this.#privacy
  }

  get referenceSyntax(): ReferenceSyntax {
    return this.#setup.referenceSyntax
  }

  get limits(): EngineLimits {
    return this.engine.limits
  }

  /** Whether other batches may belong to its run. */
  get isNamedRun(): boolean {
    return this.#setup.options.run !== undefined
  }

  /** Calls `act` when it is settled. */
  whenSettled(act: () => void): void {
    ;(this.#whenSettled ??= []).push(act)
  }

  /** The batch whose call makes the calls of this one, however many are in between; this one where there is none. */
  get #outermost(): Batch {
    return this.nesting === undefined ? this : this.nesting.call.batch.#outermost
  }

  /** Where its results are kept, once they have to be counted. */
  get resultStore(): ResultStore {
    const { limits, spillStore: store, spilledFiles: files } = this.engine
    const stored = { store, files, owner: () => this.#outermost }
    return (this.#resultStore ??= new ResultStore(limits, stored, this.#smallBytes, () => this.#retained()))
  }

  reserveSmall(atMost: number): boolean {
    if (this.#resultStore !== undefined || this.#smallBytes + atMost > this.engine.limits.maxBatchBytes) return false
    this.#smallBytes += atMost
    return true
  }

  /** Whether all its calls come at once, and not all have come: none starts before that. */
  get isBeingAccepted(): boolean {
    return this.#acceptedAt === undefined && !this.#closed
  }

  /** Whether it takes no more calls. */
  get isClosed(): boolean {
    return this.#closed || this.#isClosing
  }

  get isAborted(): boolean {
    return this.#aborted !== undefined
  }

  /** Whether it ends all its calls, or a call that made them is being ended. */
  get isStopping(): boolean {
    return this.#aborted !== undefined || this.#expired !== undefined || this.nesting?.isStopping === true
  }

  /** Its deadline, once that has passed. */
  get expired(): TimeLimit | undefined {
    return this.#expired
  }

  get abortReason(): unknown {
    return this.#aborted?.reason
  }

  /** The next place, for a call that may still be on its way. */
  reserve(id: unknown, name: unknown, tool?: CompiledTool, limits?: OwnTimeLimits): CallRecord {
    const index = this.records.length
    const record = new CallRecord(
      this,
      index,
      typeof id === 'string' ? id : `call-${index}`,
      typeof name === 'string' ? name : '',
    )
    this.#acceptedAt?.push(this.engine.clock.now())
    this.records.push(record)
    this.#unsettled++
    if (limits !== undefined) this.particulars(record).limits = limits
    if (limits !== undefined || this.engine.hasDeadlines) this.#limitCall(record, limits, tool)
    if (tool?.effects !== undefined) this.#claim(record, tool.effects)
    // A graph that a listener makes knows this call already.
    const graph = this.#graph
    // A listener may end the call, so nothing else that listeners hear of comes before this.
    record.announce()
    if (graph !== undefined) this.#arrive(graph, record)
    if (this.#aborted !== undefined) record.abort()
    else if (this.#expired !== undefined) record.expire(this.#expired)
    return record
  }

  /**
   * A place for a call, and its arguments; it still has to be requested. Anything at all may come as a call: what makes
   * no sense is settled as invalid.
   *
   * @param tool given where the application itself says which tool is meant, else looked up by name
   */
  accept(call: ToolCall, tool?: CompiledTool): CallRecord {
    let id: unknown
    let name: unknown
    let given: unknown
    let limits: OwnTimeLimits | undefined
    let priority: unknown
    let dependsOn: unknown
    let odd: string | undefined
    let incomplete: unknown
    let isReadable = true
    try {
      ;({ id, name, arguments: given, priority, dependsOn, incomplete } = call)
      limits = ownLimits(call)
      if (propertyCount(call) !== USUAL_PROPERTIES || id === undefined || name === undefined || given === undefined)
        odd = oddShape(call)
    } catch {
      isReadable = false
    }
    const known = tool ?? (typeof name === 'string' ? this.engine.registry.get(name) : undefined)
    const impossible = limits && impossibleTimeLimit(limits)
    const isRanked = priority === undefined || isPriority(priority)
    const names = dependsOn === undefined ? NO_NAMES : readCallNames(dependsOn)
    const record = this.reserve(
      id,
      known === undefined ? name : known.tool.name,
      known,
      impossible === undefined ? limits : undefined,
    )
    if (!isReadable)
      record.drop('malformed_call', 'The call cannot be read: it is no object, or a property of it throws.')
    else if (odd !== undefined) record.drop('malformed_call', odd)
    else if (typeof name !== 'string')
      record.drop('malformed_call', 'A call needs a name: the name of a tool, as a string.')
    else if (impossible !== undefined)
      record.drop('malformed_call', `${impossible} of a call takes 1 to ${MAX_DELAY_MS} milliseconds, or Infinity.`)
    else if (!isRanked) record.drop('malformed_call', 'priority of a call takes a whole number from −100 to 100.')
    else if (names === undefined)
      record.drop(
        'malformed_call',
        `dependsOn of a call takes an array of ids of calls, or of places from 0; at most ${MAX_DEPENDENCIES}.`,
      )
    else if (incomplete !== undefined) record.drop('incomplete_call', incompleteCall(record.name, incomplete))
    else if (!record.isSettled) {
      if (priority !== undefined) this.particulars(record).priority = priority as number
      if (names.length > 0) this.particulars(record).dependsOn = names
      record.complete(given, known)
    }
    this.#graph?.placeAwaiting()
    return record
  }

  /** A call of an open batch, with its arguments; it still has to be requested. */
  add(call: ToolCall): CallRecord {
    this.#adding++
    try {
      return this.accept(call)
    } finally {
      this.#added()
    }
  }

  /** A place in an open batch for a call that comes without its arguments. */
  reserveAlone(id: unknown, name: unknown, tool: CompiledTool | undefined): CallRecord {
    this.#adding++
    try {
      const record = this.reserve(id, name, tool)
      this.#graph?.placeAwaiting()
      return record
    } finally {
      this.#added()
    }
  }

  /** What only this call has, if it has any of that. */
  particularsOf(record: CallRecord): Particulars | undefined {
    return this.#particulars?.get(record)
  }

  /** What only this call has, to be added to. */
  particulars(record: CallRecord): Particulars {
    this.#particulars ??= new Map()
    let particulars = this.#particulars.get(record)
    if (particulars === undefined) this.#particulars.set(record, (particulars = new Particulars()))
    return particulars
  }

  /** A call depends on others; it may be told so before this returns. */
  dependOn(precedence: Precedence, names: readonly CallName[]): Dependent {
    this.hasFollowers = true
    const { admission } = this.engine
    if (this.#graph === undefined) {
      this.#graph = new CallGraph((act) => admission.afterwards(act), this.#acceptedAt === undefined, this.#hasEffects)
      for (const each of this.records) this.#graph.enter(this.precedence(each))
      for (const result of this.#results)
        if (result !== undefined) this.#graph.settledBefore(result.index, outcomeOf(result))
    }
    const graph = this.#graph
    return admission.together(() => graph.add(precedence, names))
  }

  /** The result of the call that a call depends on by that name. */
  resultNamed(name: CallName): ToolResult | undefined {
    const call = this.#graph?.named(name)
    return call && this.#results[call.index]
  }

  /** The result of the call of that place. */
  resultAt(index: number): ToolResult | undefined {
    return this.#results[index]
  }

  /** The place of a call in the order of those that are in conflict. */
  orderKey(index: number, place: number = index, depth = 0): OrderKey {
    const acceptedAt = place === Infinity ? Infinity : this.acceptedAt(place)
    return { acceptedAt, batch: this.order, place, depth, index }
  }

  /** What comes before a call, and after it. */
  precedence(record: CallRecord): Precedence {
    const particulars = this.particulars(record)
    return (particulars.precedence ??= new Precedence(record))
  }

  /**
   * The limits of an attempt of a tool. Nearly all calls of a batch are of one tool and have none of their own.
   *
   * @param own those of the call itself
   */
  attemptLimits(tool: CompiledTool, own: OwnTimeLimits | undefined): AttemptLimits {
    if (own === undefined && this.#limitedTool === tool) return this.#attemptLimits as AttemptLimits
    const limits = attemptLimits(own, this.timeLimits, tool.timeLimits, this.engine.limits)
    if (own === undefined) {
      this.#limitedTool = tool
      this.#attemptLimits = limits
    }
    return limits
  }

  /** The moment by which a call must have its result. */
  deadlineOf(record: CallRecord): number {
    return Math.min(this.#deadline?.at ?? Infinity, this.#particulars?.get(record)?.deadlineAt ?? Infinity)
  }

  /** Keeps what further attempts of a call need: its arguments as they came, and where it came from. */
  keepForRetry(record: CallRecord, given: unknown): void {
    const particulars = this.particulars(record)
    particulars.arguments = copyJson(given, { maxBytes: Infinity })
    particulars.context = captureAsyncContext()
  }

  /** Its calls whose tools run at this moment. */
  running(): RunningCall[] {
    return this.records.map((record) => record.running).filter((running) => running !== undefined)
  }

  /** When the call of this place got it. */
  acceptedAt(index: number): number {
    return this.#acceptedAt?.[index] ?? this.openedAt
  }

  /** All calls of a turn that has arrived whole. Every one has its own copy of its arguments before the first one starts. */
  acceptAll(calls: readonly ToolCall[]): void {
    this.#orBreakOff(() => {
      this.#logStart(calls.length)
      for (const call of calls) this.accept(call)
      this.#seal()
      if (this.hasFollowers) for (const record of this.#ranked()) record.request()
      else this.#requestAll()
    })
  }

  /** The only call of its turn. */
  acceptOne(call: ToolCall, tool: CompiledTool | undefined): void {
    this.#orBreakOff(() => {
      this.accept(call, tool).request()
      this.close()
    })
  }

  /** Does what must not be left half done: where it throws, all calls that there are end, so that nothing waits for them. */
  #orBreakOff(act: () => void): void {
    try {
      act()
    } catch (thrown) {
      this.#breakOff(thrown)
      throw thrown
    }
  }

  #breakOff(thrown: unknown): void {
    try {
      this.abort(thrown)
    } finally {
      this.close()
    }
  }

  /** Where nobody looks and no call has anything of its own, a call that has to wait takes those along that are like it. */
  #requestAll(): void {
    const { records } = this
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as CallRecord
      record.request()
      if (this.#particulars === undefined && this.nesting === undefined && !this.isObserved)
        i += record.takeAlong(records)
    }
  }

  /**
   * No more places. A call that is reserved and has no arguments will never get any, so it is settled as invalid. A listener
   * that closes the batch while a call is being added closes it as soon as that call has all that it came with.
   */
  close(): void {
    if (this.isClosed) return
    this.#isClosing = true
    if (this.#adding === 0) this.#finishClosing()
  }

  #added(): void {
    this.#adding--
    if (this.#adding === 0 && this.#isClosing) this.#finishClosing()
  }

  #finishClosing(): void {
    this.#logStart(this.records.length)
    try {
      forEachSafely(this.records, (record) => record.giveUp())
    } finally {
      this.#seal()
    }
  }

  /** Whether anybody wants this batch's events; whoever emits asks first, so that nothing is made up for nobody. */
  get isObserved(): boolean {
    return this.#hasListener || this.engine.events.active
  }

  emit(event: ToolEvent): void {
    const { events } = this.engine
    const { onEvent } = this.#setup.options
    if (events.active) events.emit(event)
    if (onEvent !== undefined) events.deliver(event, onEvent)
  }

  /** Aborts every call that is not settled, and all that come. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return
    this.#aborted = { reason }
    // What the first of them gives back must not start another of them.
    this.engine.admission.together(() => forEachSafely(this.records, (record) => record.abort()))
  }

  /**
   * All results, in call order; resolves once the batch is closed and settled, never rejects. Those of nested calls come
   * when the call that made them may go on.
   */
  results(): Promise<ToolResult[]> {
    return this.nesting === undefined ? this.#allResults() : this.#whenGoingOn(this.#allResults(), this.nesting)
  }

  #allResults(): Promise<ToolResult[]> {
    if (this.#done === undefined) {
      this.#done = Promise.withResolvers<ToolResult[]>()
      if (this.#isDone()) this.#done.resolve(this.#collect())
    }
    return this.#done.promise
  }

  /** The result of one call; of a nested one, when the call that made it may be told. */
  resultOf(record: CallRecord): Promise<ToolResult> {
    return this.nesting === undefined ? this.#resultOf(record) : this.#whenGoingOn(this.#resultOf(record), this.nesting)
  }

  async #whenGoingOn<T>(decided: Promise<T>, nesting: Nesting): Promise<T> {
    const value = await decided
    await nesting.pending
    return value
  }

  #resultOf(record: CallRecord): Promise<ToolResult> {
    const result = this.#results[record.index]
    if (result !== undefined) return Promise.resolve(result)
    this.#watched ??= new Map()
    const { promise, resolve } = Promise.withResolvers<ToolResult>()
    const others = this.#watched.get(record)
    this.#watched.set(record, others === undefined ? resolve : (value) => (others(value), resolve(value)))
    return promise
  }

  /**
   * The state of a call that has to wait, with its caller's async context: it may be started from somebody else's. A turn
   * that came whole has one; where calls come one by one, each may come from another.
   */
  queued(flow: Flow): Queued {
    if (this.#acceptedAt === undefined && this.#queued?.flow === flow) return this.#queued
    const queued = new Queued(flow, this.#acceptedAt === undefined ? this.#queued?.context : undefined)
    return (this.#queued = queued)
  }

  /** For calls alone: one of them has its result now. */
  callSettled(record: CallRecord, result: ToolResult, now: number): void {
    this.#results[record.index] = result
    this.#unsettled--
    if (result.success) this.#succeeded++
    try {
      if (this.nesting !== undefined && this.#particulars?.get(record)?.began === true) this.nesting.ended()
      if (this.onResult !== undefined) this.onResult(result)
      if (this.#particulars !== undefined) this.#forget(record, result)
      if (this.#watched !== undefined) {
        this.#watched.get(record)?.(result)
        this.#watched.delete(record)
      }
    } finally {
      this.#settleIfDone(now)
    }
  }

  /** Whether any of its calls, or of those that made them, may have a deadline. */
  get hasDeadlines(): boolean {
    return this.#deadline !== undefined || this.#hasOwnDeadlines || this.nesting?.call.batch.hasDeadlines === true
  }

  /**
   * Ends a call whose deadline has passed, or that of a call which made it, though the timer has not fired yet: the event loop
   * may have stood still.
   *
   * @returns whether it has ended
   */
  expireIfDue(record: CallRecord, now: number): boolean {
    const particulars = this.#particulars?.get(record)
    const own = particulars !== undefined && particulars.deadlineAt <= now ? particulars.deadline : undefined
    const shared = this.#deadline !== undefined && this.#deadline.at <= now ? this.#deadline.expiry : undefined
    for (const due of [own, shared]) {
      if (due === undefined) continue
      this.engine.timeouts.remove(due)
      due.expire()
    }
    const maker = this.nesting?.call
    maker?.batch.expireIfDue(maker, now)
    return record.isSettled
  }

  /** By the batch's own deadline, or by the end of its budget's time where that is earlier. */
  #setDeadline(): void {
    const { deadlineMs = Infinity } = this.timeLimits
    const budgetMs = this.budget?.start(this.openedAt) ?? Infinity
    const leftMs = Math.min(deadlineMs, budgetMs)
    if (leftMs === Infinity) return
    const limit =
      deadlineMs <= budgetMs
        ? { ms: deadlineMs, source: "the batch's deadlineMs" }
        : { ms: this.budget?.limits.wallMs ?? budgetMs, source: "the budget's wallMs" }
    const pass = (): void => {
      this.#expired = limit
      if (budgetMs < deadlineMs) this.budget?.exceed('wallMs')
      this.engine.admission.together(() => forEachSafely(this.records, (record) => record.expire(limit)))
    }
    if (leftMs <= 0) return pass()
    this.#deadline = { at: this.openedAt + leftMs, expiry: new Expiry(pass) }
    this.engine.timeouts.addSince(this.#deadline.expiry, leftMs, this.openedAt)
  }

  /** @param given the turn that the caller gives */
  #turnOf(given: number | undefined): number {
    if (this.nesting !== undefined) return given ?? this.nesting.opened - 1
    return this.#hasJoined ? this.engine.controller.turns.take(this.run, given) : (given ?? 0)
  }

  /**
   * The share of the call that makes its calls, whatever its run is called: a run pays for all that it delegates. Without such a
   * call, and where the batch has a weight, the share of its run.
   */
  #joinShare(): RunShare {
    const { run } = this.#setup.options
    const { controller } = this.engine
    if (this.nesting?.engine.controller === controller && typeof run !== 'object') return this.nesting.share
    this.#hasJoined = run !== undefined
    if (run === undefined) return new RunShare(1, this.engine.admission.busyPeriod)
    return typeof run === 'string' ? controller.joinRun(run, 1) : controller.joinRun(run.id, run.weight)
  }

  #limitCall(record: CallRecord, limits: OwnTimeLimits | undefined, tool: CompiledTool | undefined): void {
    const limit = callDeadline(limits, tool?.timeLimits, this.engine.limits)
    if (limit === undefined) return
    this.#hasOwnDeadlines = true
    const particulars = this.particulars(record)
    particulars.deadlineAt = record.acceptedAt + limit.ms
    particulars.deadline = new Expiry(() => record.expire(limit))
    this.engine.timeouts.addSince(particulars.deadline, limit.ms, record.acceptedAt)
  }

  /** The graph gets to know a call, which may be over already. */
  #arrive(graph: CallGraph, record: CallRecord): void {
    const precedence = this.precedence(record)
    graph.enter(precedence)
    const result = this.#results[record.index]
    if (result !== undefined) graph.settled(precedence, outcomeOf(result))
  }

  #forget(record: CallRecord, result: ToolResult): void {
    const { deadline, queueDeadline, precedence } = this.#particulars?.get(record) ?? {}
    // First: calls that depend on this one may settle the batch below, and then no timer may be left.
    if (deadline !== undefined) this.engine.timeouts.remove(deadline)
    if (queueDeadline !== undefined) this.engine.timeouts.remove(queueDeadline)
    if (precedence?.claim !== undefined) this.engine.conflicts.settle(precedence.claim)
    if (precedence !== undefined) this.#graph?.settled(precedence, outcomeOf(result))
    this.#particulars?.delete(record)
  }

  /** Those that hold up most come first; all else alike, call order. */
  #ranked(): CallRecord[] {
    for (const { precedence } of this.records.toReversed()) if (precedence !== undefined) raiseRemaining(precedence)
    return this.records.toSorted((a, b) => a.compareRank(b))
  }

  #claim(record: CallRecord, { bound }: ToolEffects): void {
    this.hasFollowers = true
    this.#hasEffects = true
    this.#graph?.order()
    this.precedence(record).claims(bound)
  }

  *#retained(): Generator<unknown> {
    for (const result of this.#results) {
      if (result?.success !== true) continue
      yield result.content === undefined ? result.data : [result.data, result.content]
    }
  }

  #logStart(size: number): void {
    if (size > 1) this.log?.batchStarted(size, this.engine.limit.max)
  }

  #seal(): void {
    if (this.#closed) return
    this.#closed = true
    const now = this.engine.clock.now()
    const graph = this.#graph
    try {
      if (this.isObserved) this.emit({ type: 'batch_closed', at: now, ...this.#about(), size: this.records.length })
      if (graph !== undefined) this.engine.admission.together(() => graph.close())
    } finally {
      this.#settleIfDone(now)
    }
  }

  #isDone(): boolean {
    return this.#closed && this.#unsettled === 0
  }

  #settleIfDone(now: number): void {
    if (!this.#isDone() || this.#settled) return
    this.#settled = true
    try {
      this.#leave()
      this.#reportSettled(now)
    } finally {
      this.#done?.resolve(this.#collect())
      this.onEnd?.()
      this.#setup.onSettled()
      forEachSafely(this.#whenSettled ?? [], (act) => act())
    }
  }

  /** It listens and waits for nothing any more. */
  #leave(): void {
    if (this.#hasJoined) this.engine.controller.leaveRun(this.run)
    if (this.#place !== undefined) this.nesting?.leave(this.#place)
    if (this.#deadline !== undefined) this.engine.timeouts.remove(this.#deadline.expiry)
    try {
      this.#setup.options.signal?.removeEventListener('abort', this.#onAbort)
    } catch {
      // A signal that is none of the platform's: if it aborts all the same, there is nothing left to abort.
    }
  }

  #reportSettled(now: number): void {
    const size = this.records.length
    const wallMs = now - this.openedAt
    const succeeded = this.#succeeded
    if (size > 1) this.log?.batchSettled(size, wallMs, succeeded)
    if (!this.isObserved) return
    const counts = { size, succeeded, failed: size - succeeded }
    this.emit({ type: 'batch_settled', at: now, ...this.#about(), ...counts, wallMs })
  }

  #collect(): ToolResult[] {
    return this.#results.slice(0, this.records.length) as ToolResult[]
  }

  #about(): { readonly run: string; readonly turn: number; readonly batch: number } {
    return { run: this.run, turn: this.turn, batch: this.number }
  }

  /** Its caller may abort from deep in a recursion: then the abort comes right after, on an empty stack. */
  readonly #onAbort = (): void => {
    const abort = (): void => this.abort(this.#setup.options.signal?.reason)
    if (hasStackRoom()) abort()
    else void emptyStack.then(abort)
  }
}

const NO_NAMES: readonly CallName[] = []

/** A call is nearly always its id, its name and its arguments. */
const USUAL_PROPERTIES = 3

/** For up to so many calls room is made at once; more make it as they come. */
const MANY_CALLS = 10_000

/** What the host says of this very call, if it says anything. */
function ownLimits({ timeoutMs, idleTimeoutMs, deadlineMs }: ToolCall): OwnTimeLimits | undefined {
  if (timeoutMs === undefined && idleTimeoutMs === undefined && deadlineMs === undefined) return undefined
  return { timeoutMs, idleTimeoutMs, deadlineMs }
}

function outcomeOf({ success }: ToolResult): 'succeeded' | 'failed' {
  return success ? 'succeeded' : 'failed'
}

function isPriority(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -100 && value <= 100
}
