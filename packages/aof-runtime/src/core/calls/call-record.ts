import type { Demands } from '../admission/demands.ts'
import type { ExpectedDuration } from '../admission/expected-duration.ts'
import type { Flow } from '../admission/flow.ts'
import { type DemandKind, expectedMs, type Waiter } from '../admission/waiter.ts'
import type { Limit } from '../admission/limit.ts'
import { readArguments } from '../values/arguments.ts'
import { Attempt, type AttemptOwner, type Cut, type LateOutcome } from '../attempt/attempt.ts'
import { Backoff } from '../attempt/backoff.ts'
import type { Batch } from './batch.ts'
import { CallContext } from './call-context.ts'
import {
  placeOf,
  tellAbandoned,
  tellAccepted,
  tellAttemptFailed,
  tellEndedLate,
  tellParked,
  tellProgress,
  tellSettled,
  tellStarted,
} from './call-events.ts'
import { type CallFailure, cutFailure, lostFailure, stoppedFailure } from './call-failure.ts'
import { keyOf } from './call-key.ts'
import { startedTiming, succeeded, unstartedTiming, unsuccessful } from './call-result.ts'
import { delayBeforeRetry, pauseRate } from './call-retry.ts'
import {
  type Admitted,
  type CallState,
  Outside,
  Queued,
  READING,
  READY,
  RESERVED,
  SETTLED,
  WITHDRAWN,
} from './call-state.ts'
import {
  argumentsDoNotFit,
  CLOSED,
  effectsFailed,
  keyFailed,
  neverCompleted,
  notConcluded,
  notStarted,
  overBudget,
  queueFull,
  schemaFailed,
  schemaTimedOut,
  tooDeep,
  tooManyInTurn,
  tooManyNested,
  unknownTool,
  waitedTooLong,
} from './call-words.ts'
import type { CompiledTool } from '../tool/compiled-tool.ts'
import type { CallInfo } from '../contract/call-info.ts'
import { type FilledArguments, fillArguments } from '../order/dependencies/fill-arguments.ts'
import { findReferences, type FoundReferences } from '../order/dependencies/references.ts'
import type { OverlapWatch } from '../order/effects/overlap-watch.ts'
import type { ToolEffects } from '../order/effects/tool-effects.ts'
import type { Engine } from './engine.ts'
import type { ErrorCode } from '../contract/error-code.ts'
import type { Expiry } from '../host/expiry.ts'
import { failureKind } from '../contract/failure-kind.ts'
import { thrownMessage } from '../values/failure.ts'
import { Hold } from './hold.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { InputCheck } from './input-check.ts'
import type { IsolatedCall, WorkerLost } from '../contract/isolation.ts'
import { copyJson } from '../values/json-copy.ts'
import type { ResultOwner } from '../values/result-store.ts'
import { Nesting } from './nesting.ts'
import type { Output } from '../values/output.ts'
import type { Tried } from './particulars.ts'
import { Precedence } from './precedence.ts'
import { ProbeWait, type ProbeWaiter } from './probe-wait.ts'
import type { Execution, ToolResult, ToolTiming, UnsuccessfulResult } from '../contract/result.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import { describeIssues, isLater, type Validation } from '../contract/schema.ts'
import type { RunningCall } from './stall-watch.ts'
import { type Layers, sourceOf, type TimeLimit, timeoutOf } from '../contract/time-limits.ts'
import {
  isRefusal,
  type Pass,
  PLAIN_PASS,
  PROBE_UNDER_WAY,
  type Refusal,
  type ToolGuard,
} from '../attempt/tool-guard.ts'
import type { QueuedCall } from '../admission/bounded-queue.ts'
import type { CallName } from '../contract/call.ts'

/** What a call has for its arguments while it waits for the results to which they refer. */
interface Unfilled {
  readonly value: unknown
  readonly producers: readonly CallName[]
}

/**
 * One call, from its place in the batch to its result.
 *
 * Duty: exactly one result, whatever happens, and every change of state in this file.
 * Boundary: the batch counts results, admission decides when it starts, its attempts run the tool.
 * 1. reserved → reading → (preceded → reading →) (checking →) ready → (preceded → ready →) (queued →) running → settled; from
 *    running by way of backing off to reading again; from every state straight to settled.
 * 2. It holds its permits exactly while it is running and not suspended, and gives them back in the step that ends the
 *    attempt; one that is abandoned keeps those of its tool and key until it ends, or `abandonedHoldMs` have passed.
 * 3. What comes for a state that has passed (a late validation, a late outcome, a second abort) changes nothing.
 * 4. A hundred thousand of them may wait: what few calls have is kept by the batch, not in a field of each.
 * 5. What its arguments refer to is there before they are validated, and nothing comes before it when it asks for permits.
 * 6. What may have acted is tried again only if its tool is read-only or idempotent (I20).
 */
export class CallRecord implements Waiter, AttemptOwner, QueuedCall, ProbeWaiter {
  readonly batch: Batch
  readonly index: number
  readonly id: string
  readonly name: string
  #state: CallState = RESERVED
  /** What it will run, and with which input: of a call that is ready, queued or backing off. */
  #tool: CompiledTool | undefined
  #input: unknown

  constructor(batch: Batch, index: number, id: string, name: string) {
    this.batch = batch
    this.index = index
    this.id = id
    this.name = name
  }

  /** It has its place. Said once, after the batch has it: a listener may add a call itself. */
  announce(): void {
    tellAccepted(this)
  }

  get engine(): Engine {
    return this.batch.engine
  }

  get resultOwner(): ResultOwner {
    return this.batch
  }

  get isStopping(): boolean {
    return this.batch.isStopping
  }

  get acceptedAt(): number {
    return this.batch.acceptedAt(this.index)
  }

  get depth(): number {
    return this.batch.depth
  }

  get batchOrder(): number {
    return this.batch.order
  }

  get isObserved(): boolean {
    return this.batch.isObserved
  }

  get expected(): ExpectedDuration {
    return (this.#tool as CompiledTool).admission.expected
  }

  get remainingMs(): number {
    return this.precedence?.remainingMs ?? 0
  }

  /** What comes before it and after it, if anything may. */
  get precedence(): Precedence | undefined {
    return this.batch.particularsOf(this)?.precedence
  }

  /** Whether it may still start for the first time. */
  get isYetToStart(): boolean {
    return this.#state !== SETTLED && !(this.#state instanceof Attempt)
  }

  /**
   * How long its tool is expected to take; of a call that has none yet, as long as others of its run. At least 1, so that
   * of paths of which nothing is known the one with most calls is the longest.
   */
  get expectedMs(): number {
    const { share } = this.batch
    return Math.max(1, expectedMs(this.#tool?.admission.expected ?? share.expected, share))
  }

  /** Its priority may be higher now: so may be those of the calls that it waits for, or that it has made. */
  raised(others: Precedence[]): void {
    const state = this.#state
    if (state.phase === 'queued') this.rankChanged()
    else if (state.phase === 'preceded') state.raise(this.priority, others)
    else if (state.phase === 'running') state.nesting?.raised(others)
  }

  /** Whether its tool is known, and so its own priority. */
  get isRanked(): boolean {
    return this.#tool !== undefined || this.#state.phase === 'running'
  }

  /** Whether it has its result still to come, and effects of its own to write, or calls that have. */
  get mayWrite(): boolean {
    const state = this.#state
    if (state === SETTLED) return false
    const claim = this.precedence?.claim
    if (claim?.isHeld === true && claim.hasWrites) return true
    return state instanceof Attempt && state.nesting?.mayStillWrite === true
  }

  get isSettled(): boolean {
    return this.#state === SETTLED
  }

  /** Where it waits in the queue, it has another place there. */
  rankChanged(): void {
    const state = this.#state
    if (state.phase !== 'queued') return
    const { batch, engine } = this
    const flow = batch.share.flow(state.flow.demands, this.priority)
    this.#state = state instanceof Outside ? new Outside(flow, state.context) : new Queued(flow, state.context)
    if (state instanceof Outside) return
    const waitedFor = state.flow.parkedOn?.kind
    engine.admission.move(this, state.flow, flow)
    const waitsFor = flow.parkedOn?.kind
    if (waitsFor !== undefined && waitsFor !== waitedFor) tellParked(this, waitsFor)
    engine.admission.look()
  }

  /** That of the call's host, its batch or its tool; at least that of the call that made it, and of those that wait for it. */
  priorityWith({ tool }: CompiledTool): number {
    const { batch } = this
    const particulars = batch.particularsOf(this)
    const own = particulars?.priority ?? batch.priority ?? tool.priority ?? 0
    const least = Math.max(particulars?.precedence?.inherited ?? -Infinity, batch.nesting?.priority ?? -Infinity)
    return Math.max(own, least)
  }

  get wantsPermit(): boolean {
    return this.#state.phase === 'queued'
  }

  /** Takes the arguments: afterwards the call is settled as invalid, being checked, or ready to be {@link request}ed. */
  complete(given: unknown, tool: CompiledTool | undefined): void {
    if (this.#state !== RESERVED) return
    if (this.batch.isAborted) return this.#stopped('abort', undefined)
    // What its own calls make is a part of what it lets end.
    if (this.engine.closing && this.batch.nesting?.engine !== this.engine)
      return this.#refuse('rejected', 'closed', CLOSED)
    const { maxCalls } = this.batch
    if (this.index >= maxCalls) return this.#refuse('rejected', 'too_many_calls', tooManyInTurn(maxCalls))
    if (tool === undefined)
      return this.#refuse('invalid', 'unknown_tool', unknownTool(this.name, [...this.engine.registry.keys()]))
    this.#state = READING
    // Reading and validating run code that is not ours and may end this call, e.g. by an abort.
    const { limits, redaction } = this.engine
    const read = readArguments(given, limits.maxArgumentsBytes, redaction.quoted)
    if (this.#state !== READING) return
    if (!read.ok) return this.#refuse('invalid', read.code, read.message)
    const found =
      read.mayRefer || this.batch.referenceSyntax.templates ? this.#referencesIn(tool, read.value) : undefined
    if (found !== undefined || this.batch.particularsOf(this)?.dependsOn !== undefined)
      this.#depend(tool, read.value, found)
    else this.#take(tool, read.value)
  }

  /** Starts if all that it needs is there, else waits; does nothing unless it is ready. */
  request(): void {
    if (this.#state !== READY && !(this.#state instanceof Precedence)) return
    const { nesting } = this.batch
    if (nesting === undefined) return this.#proceed()
    const particulars = this.batch.particulars(this)
    if (!particulars.isLetIn) {
      if (!this.#mayNest(nesting)) return
      particulars.isLetIn = true
    }
    // Who suspends its maker is among those who may have what that gives back.
    if (nesting.isSuspended) this.#proceed()
    else this.engine.admission.together(() => this.#proceed())
  }

  /** What it waits for is no business of the call that made it, so that call waits from now on, if one did. */
  waitsForOthers(): void {
    this.#begin(() => {})
  }

  /**
   * Tells the call that made it, if one did, that there is something to wait for: a permit, or calls of others. Not so while it
   * waits for calls of the same maker: either they have told, or they wait for what only their maker can give, such as
   * arguments, and its time must run.
   */
  #begin(ask: () => void): void {
    const { nesting } = this.batch
    if (nesting === undefined) return ask()
    // A listener may have ended the call on the way here; its parent would be suspended for ever.
    if (this.#state === SETTLED || this.#state === WITHDRAWN) return
    const particulars = this.batch.particulars(this)
    if (particulars.began) return ask()
    particulars.began = true
    nesting.began(ask)
  }

  /**
   * If it waits, those wait with it that come right after it and are just like it. It is what it would come to if each asked by
   * itself, since no code of others runs in between; and costs half as much.
   *
   * @param records of its batch, none of which has particulars
   * @returns how many there are
   */
  takeAlong(records: readonly CallRecord[]): number {
    const state = this.#state
    const tool = this.#tool
    if (state.phase !== 'queued' || this.isOutside || tool === undefined || tool.tool.key !== undefined) return 0
    const { room, admission } = this.engine
    const from = this.index + 1
    const most = Math.min(records.length, from + room.left)
    let end = from
    for (; end < most; end++) {
      const record = records[end] as CallRecord
      if (record.#state !== READY || record.#tool !== tool) break
      record.#state = state
    }
    const count = end - from
    if (count > 0) {
      room.enter(count)
      admission.waitBehind(this, state.flow, records, end)
    }
    return count
  }

  /** All results are there that its arguments refer to. */
  resultsAreThere(precedence: Precedence): void {
    if (this.#state === precedence) this.#fill(precedence)
  }

  /** Nothing comes before it any more, of what it waited for. */
  goOn(precedence: Precedence): void {
    if (this.#state !== precedence) return
    precedence.end()
    this.#state = READY
    this.#proceed()
  }

  /** It will never start, unless it is over already. */
  cannotStart(status: 'skipped' | 'invalid' | 'rejected', code: ErrorCode, message: string, retryable = false): void {
    if (this.#leave()) this.#refuse(status, code, message, undefined, retryable)
  }

  admit(now: number | undefined): void {
    const state = this.#state
    if (state.phase !== 'queued') return
    const { admitted } = state
    const { room } = this.engine
    const hasWaitedTooLong = room.limitsWaits && room.isOver(this.queueDeadline, now)
    // Its place in the queue goes to a call outside of it, and a listener that hears of that may end this one.
    this.#state = admitted
    try {
      room.leave(this)
      if (this.#state !== admitted) this.engine.admission.undo(admitted.demands)
      else if (hasWaitedTooLong) this.#refuseAdmitted(admitted)
      else state.context.runInAsyncScope(this.#startAdmitted, this, now)
    } catch (thrown) {
      this.#couldNotStart(admitted.demands, thrown)
    }
  }

  /** Its time in the queue passed while the event loop stood still. */
  #refuseAdmitted({ demands }: Admitted): void {
    const message = waitedTooLong(this.engine.room.bound.deadlineMs)
    try {
      this.#refuse('rejected', 'queue_timeout', message, undefined, true)
    } finally {
      this.engine.admission.undo(demands)
    }
  }

  #startAdmitted(now: number | undefined): void {
    const state = this.#state
    if (state.phase === 'admitted') this.#start(now, state.demands)
  }

  /** Starts with `demands`, all of which it has just taken. */
  #startWith(demands: Demands): void {
    try {
      this.#start(undefined, demands)
    } catch (thrown) {
      this.#couldNotStart(demands, thrown)
    }
  }

  /** Something in the way of its start threw, e.g. the clock: what it has taken is given back, and it fails. */
  #couldNotStart(demands: Demands, thrown: unknown): void {
    const state = this.#state
    // An attempt gives back what it holds, whatever throws once it has begun.
    if (state === SETTLED || state === WITHDRAWN || state instanceof Attempt) throw thrown
    try {
      this.#refuse('failed', 'tool_error', notStarted(this.name, thrownMessage(thrown)), thrown)
    } finally {
      this.engine.admission.undo(demands)
    }
  }

  parked(kind: DemandKind): void {
    tellParked(this, kind)
  }

  /** There is a place in the queue for a call that waits outside of it. */
  enter(): void {
    const state = this.#state
    if (state instanceof Outside) this.#wait(state.flow, new Queued(state.flow, state.context))
  }

  /** Ends its wait in the queue. */
  get queueDeadline(): Expiry | undefined {
    return this.batch.particularsOf(this)?.queueDeadline
  }

  /** Whether it waits outside of the queue. */
  get isOutside(): boolean {
    return this.#state instanceof Outside
  }

  /** Ends a call that will get no arguments, or none that make sense; nothing runs. */
  drop(code: 'incomplete_call' | 'malformed_call', message: string): void {
    if (this.#state === RESERVED) this.#refuse('invalid', code, message)
  }

  /** Ends a call whose arguments never came, now that no more will come. */
  giveUp(): void {
    if (this.#state === RESERVED) this.#refuse('invalid', 'incomplete_call', neverCompleted(this.name))
  }

  /** Ends it if it has not started, else signals its tool. */
  abort(): void {
    this.#stop('abort', undefined)
  }

  /** Its deadline has passed: ends it if it has not started, else signals its tool. */
  expire(limit: TimeLimit): void {
    this.#stop('deadline', limit)
  }

  /** What the tool's signal gives as its reason. */
  abortReason(cut: Cut): unknown {
    return cut === 'abort'
      ? this.batch.abortReason
      : new DOMException(`The tool call '${this.name}' ran out of time.`, 'TimeoutError')
  }

  makeNesting(attempt: Attempt): Nesting {
    return new Nesting(this, attempt)
  }

  isolatedCall(attempt: Attempt): IsolatedCall {
    const { input, number } = attempt
    const { id, name, index } = this
    return { id, name, index, input, attempt: number, idempotencyKey: idempotencyKey(this, attempt) }
  }

  /** Its place: the run of the calls that it makes, where they are given none. */
  get path(): string {
    const { run, turn } = this.batch
    return `${run}/${turn}/${this.index}`
  }

  attemptBegan(attempt: Attempt): boolean {
    const { isObserved, log } = this.batch
    if (isObserved) tellStarted(this, attempt)
    // A listener may have ended the call.
    if (this.#state === attempt) log?.callStarted(this.index, this.name)
    return isObserved || log !== undefined
  }

  progressed(value: unknown): void {
    tellProgress(this, value)
  }

  logged(level: 'debug' | 'info' | 'warn' | 'error', message: string): void {
    this.batch.log?.ofCall(this.index, this.name)[level](message)
  }

  attemptEnded(attempt: Attempt, output: Output): void {
    if (this.#hasFollowers(attempt)) this.engine.admission.together(() => this.#ended(attempt, output))
    else this.#ended(attempt, output)
  }

  attemptCut(attempt: Attempt, cut: Cut, execution: Execution): void {
    this.#inOneStep(attempt, () => this.#wasCut(attempt, cut, execution))
  }

  attemptLost(attempt: Attempt, lost: WorkerLost): void {
    this.#inOneStep(attempt, () => {
      const now = this.engine.clock.now()
      try {
        this.#failed(attempt, lostFailure(lost), now)
      } catch (thrown) {
        this.#couldNotConclude(attempt, 'unknown', thrown, now)
      } finally {
        this.#release(attempt, now)
      }
    })
  }

  /** Calls that can start since the attempt has ended ask for permits once those of the attempt are free. */
  #inOneStep(attempt: Attempt, end: () => void): void {
    if (this.#hasFollowers(attempt)) this.engine.admission.together(end)
    else end()
  }

  /** Whether other calls may wait for the attempt to end: for its result, its effects, or as the probe of their tool. */
  #hasFollowers({ pass }: Attempt): boolean {
    return this.batch.hasFollowers || pass !== PLAIN_PASS
  }

  #ended(attempt: Attempt, output: Output): void {
    const now = this.engine.clock.now()
    try {
      this.#conclude(attempt, output, now)
    } catch (thrown) {
      this.#couldNotConclude(attempt, 'ended', thrown, now)
    } finally {
      this.#release(attempt, now)
    }
  }

  /** Something threw after its attempt had ended, e.g. the clock that was to wait for the next one: it fails with that. */
  #couldNotConclude(attempt: Attempt, execution: Execution, thrown: unknown, now: number): void {
    if (this.#state !== attempt) throw thrown
    const error = {
      code: 'tool_error',
      message: notConcluded(this.name, thrownMessage(thrown)),
      retryable: false,
    } as const
    this.#settle(unsuccessful(this, 'failed', error, execution, this.#timing(attempt, now)), now, thrown)
  }

  #conclude(attempt: Attempt, output: Output, now: number): void {
    const ranMs = now - attempt.startedAt
    attempt.tool.admission.expected.add(ranMs, this.batch.share.period)
    this.batch.share.ran(ranMs)
    const { stalls } = this.engine
    if (stalls?.isLate(now) === true) stalls.note({ ...this.#running(attempt), endedAt: now })
    if (output.ok) {
      // Nearly no tool has a breaker.
      if (attempt.pass !== PLAIN_PASS) attempt.tool.guard.left(attempt.pass, 'success', now)
      this.#settle(succeeded(this, output, this.#timing(attempt, now)), now, undefined)
    } else {
      const { error, thrown } = output
      this.#failed(attempt, { status: 'failed', error, execution: 'ended', thrown }, now)
    }
  }

  #wasCut(attempt: Attempt, cut: Cut, execution: Execution): void {
    const now = this.engine.clock.now()
    try {
      this.#concludeCut(attempt, cut, execution, now)
    } catch (thrown) {
      this.#couldNotConclude(attempt, execution, thrown, now)
    } finally {
      if (execution === 'unknown') this.#giveBack(attempt, attempt.demands.wide, now)
      else this.#release(attempt, now)
    }
  }

  #concludeCut(attempt: Attempt, cut: Cut, execution: Execution, now: number): void {
    if (execution === 'none') {
      attempt.tool.guard.left(attempt.pass, 'neither', now)
      return this.#stopped(cut, attempt.cutBy)
    }
    if (execution === 'unknown') this.#abandoned(attempt, cut, now)
    const reason = this.abortReason(cut)
    const failure = cutFailure(this.name, attempt, cut, execution, this.#layers(attempt.tool), reason)
    if (cut === 'timeout' || cut === 'idle') this.#failed(attempt, failure, now)
    else {
      attempt.tool.guard.left(attempt.pass, 'neither', now)
      this.#settle(this.#unsuccessful(failure, this.#timing(attempt, now)), now, undefined)
    }
  }

  abandonedEnded(attempt: Attempt, since: number, outcome: LateOutcome): void {
    this.engine.census.count('abandoned', -1)
    attempt.tool.guard.abandonedEnded()
    tellEndedLate(this, since, outcome)
    attempt.hold?.end()
  }

  /** Its running tool; undefined where none runs. */
  get running(): RunningCall | undefined {
    const state = this.#state
    return state.phase === 'running' ? this.#running(state) : undefined
  }

  #running({ startedAt }: Attempt): RunningCall {
    const { batch, index, id, name } = this
    return { startedAt, call: { run: batch.run, turn: batch.turn, batch: batch.number, index, id, name } }
  }

  /** Gives back what the attempt holds. */
  #release(attempt: Attempt, now: number): void {
    if (attempt.isPlain) {
      this.batch.share.ended(attempt.startedAt, now)
      return this.engine.admission.release(attempt.tool.demands.limits, this.#ifFresh(now))
    }
    this.#giveBack(attempt, attempt.demands.limits, now)
  }

  /** Its tool goes on: what it shares with other tools is free, what is the tool's own is not yet, nor what it may write. */
  #hold(attempt: Attempt): void {
    const narrow = attempt.nesting?.holds === false ? [] : attempt.demands.narrow
    const claim = this.precedence?.claim
    const writing = claim?.hasWrites === true ? claim : undefined
    if (narrow.length > 0 || writing !== undefined) attempt.keep(new Hold(this, narrow, writing))
  }

  /** The calls that it made end with it; while it waits for those it holds nothing. */
  #giveBack({ nesting, heldSince }: Attempt, limits: readonly Limit[], now: number): void {
    const { admission } = this.engine
    const release = (): void => {
      this.batch.share.ended(heldSince, now)
      admission.release(limits, this.#ifFresh(now))
    }
    if (nesting === undefined) return release()
    admission.together(() => {
      const { holds } = nesting
      nesting.end(new DOMException('The call that made this one has ended.', 'AbortError'))
      if (holds) release()
    })
  }

  /** Whoever gets the permit starts at once, so its start is our end, unless somebody was told in between. */
  #ifFresh(now: number): number | undefined {
    return this.batch.isObserved || this.batch.log !== undefined ? undefined : now
  }

  #mayNest(nesting: Nesting): boolean {
    const { maxDepth, maxNestedCalls } = this.engine.limits
    if (this.depth > maxDepth) this.cannotStart('rejected', 'too_deep', tooDeep(this.depth, maxDepth))
    else if (nesting.takeCall(maxNestedCalls)) return true
    else this.cannotStart('rejected', 'too_many_calls', tooManyNested(maxNestedCalls))
    return false
  }

  #proceed(): void {
    const state = this.#state
    if (state !== READY) {
      if (state instanceof Precedence) state.tell()
      return
    }
    const { precedence } = this
    if (precedence === undefined || precedence.isClear) return this.#ask()
    const { room, census } = this.engine
    if (room.bound.policy === 'reject' && room.isFull(census.besideQueue)) return this.#refuseForQueue()
    this.#state = precedence
    if (!precedence.wait() || this.#state !== precedence) return
    this.#state = READY
    this.#ask()
  }

  get priority(): number {
    const state = this.#state
    if (state.phase === 'running') return this.priorityWith(state.tool)
    return this.#tool === undefined ? 0 : this.priorityWith(this.#tool)
  }

  /** Whether it comes before another of its batch that can start, too; negative where it does. */
  compareRank(other: CallRecord): number {
    const difference = other.priority - this.priority
    return difference === 0 ? other.expectedMs + other.remainingMs - this.expectedMs - this.remainingMs : difference
  }

  #ask(): void {
    if (this.batch.nesting === undefined) this.#askFor()
    else this.#begin(() => this.#askFor())
  }

  #askFor(): void {
    const tool = this.#tool
    if (this.#state !== READY || tool === undefined) return
    const { admission } = this.engine
    const demands = tool.tool.key === undefined ? tool.demands : this.#keyedDemands(tool)
    // A tool's `key` is code that is not ours, and may have ended this call.
    if (demands === undefined || this.#state !== READY) return
    if (admission.take(demands)) return this.#startWith(demands)
    // Those before it may start now, and leave it their places; what they run is not ours either.
    admission.look()
    if (this.#state !== READY) return
    const flow = this.batch.share.flow(demands, this.priorityWith(tool))
    const { room } = this.engine
    if (!room.isFull(0)) return this.#wait(flow, this.batch.queued(flow))
    if (admission.take(demands, true)) return this.#startWith(demands)
    if (room.bound.policy === 'reject') return this.#refuseForQueue()
    this.#state = new Outside(flow)
    room.waitOutside(this)
    tellParked(this, 'queue')
  }

  #refuseForQueue(): void {
    this.#refuse('rejected', 'queue_full', queueFull(this.engine.room.bound.max), undefined, true)
  }

  #wait(flow: Flow, state: Queued): void {
    const { engine } = this
    this.#state = state
    engine.room.enter(1)
    engine.admission.wait(this, flow)
    if (engine.room.limitsWaits) this.#limitWait()
    tellParked(this, flow.parkedOn?.kind ?? 'executor')
    engine.admission.look()
  }

  #limitWait(): void {
    this.batch.particulars(this).queueDeadline = this.engine.room.limit(() => this.#waitedTooLong())
  }

  #waitedTooLong(): void {
    const state = this.#state
    if (state.phase !== 'queued' || this.isOutside) return
    const message = waitedTooLong(this.engine.room.bound.deadlineMs)
    this.#withdraw(state, () => this.#refuse('rejected', 'queue_timeout', message, undefined, true))
  }

  /**
   * Gives its place in the queue up, and ends. It withdraws before anybody is told, since a listener may free a permit or
   * want one; who can have its place, or start for that, does so when it has ended.
   */
  #withdraw(state: Queued, end: () => void): void {
    const { engine } = this
    this.#state = WITHDRAWN
    if (state instanceof Outside) return end()
    engine.admission.together(() => {
      engine.admission.withdraw(this, state.flow)
      engine.room.withdraw(end)
    })
  }

  /** What a call of its key needs; undefined where the key cannot be told, which ends the call. */
  #keyedDemands(tool: CompiledTool): Demands | undefined {
    let key: string | undefined
    try {
      key = keyOf(tool.tool, this.#input, this.#info())
    } catch (thrown) {
      if (this.#state === READY)
        this.#refuse('failed', 'key_failed', keyFailed(tool.tool.name, thrownMessage(thrown)), thrown)
      return undefined
    }
    if (key === undefined) return tool.demands
    this.batch.particulars(this).key = key
    return tool.admission.forKey(key, tool.demands, this.engine.clock.now())
  }

  #referencesIn({ tool }: CompiledTool, value: unknown): FoundReferences | undefined {
    return tool.references === false ? undefined : findReferences(value, this.batch.referenceSyntax)
  }

  /** @param found undefined where only its host says that it depends on others */
  #depend(tool: CompiledTool, value: unknown, found: FoundReferences | undefined): void {
    if (found?.ok === false) return this.#refuse('invalid', 'invalid_reference', found.message)
    const { dependsOn = [] } = this.batch.particulars(this)
    const producers = found?.producers ?? []
    const precedence = this.batch.precedence(this)
    if (dependsOn.length + producers.length > 0) precedence.dependsOn([...dependsOn, ...producers])
    if (this.#state !== READING) return
    if (found === undefined) return this.#take(tool, value)
    this.#tool = tool
    this.#input = { value, producers } satisfies Unfilled
    this.#state = precedence
    precedence.waitForResults()
    // Its priority is passed on meanwhile: the calls that it waits for may start and end for that, and a listener may end it.
    if (precedence.isMet) precedence.dependenciesMet()
  }

  #fill(precedence: Precedence): void {
    const { value, producers } = this.#input as Unfilled
    const { batch, engine } = this
    const filled = fillArguments(value, producers, {
      syntax: batch.referenceSyntax,
      maxBytes: engine.limits.maxArgumentsBytes,
      resultOf: (name) => batch.resultNamed(name),
      read: (file) => batch.resultStore.read(file),
    })
    if (filled instanceof Promise) void filled.then((later) => this.#filled(precedence, later))
    else this.#filled(precedence, filled)
  }

  #filled(precedence: Precedence, filled: FilledArguments): void {
    const tool = this.#tool
    if (this.#state !== precedence || tool === undefined) return
    precedence.end()
    this.#state = READING
    if (!filled.ok) return this.#refuse(filled.status, filled.code, filled.message, filled.thrown)
    this.#take(tool, filled.value)
    this.request()
  }

  #take(tool: CompiledTool, value: unknown): void {
    if (tool.retry !== undefined) this.batch.keepForRetry(this, value)
    this.#check(tool, value)
  }

  #check(tool: CompiledTool, value: unknown): void {
    if (tool.validateInput === undefined) return this.#makeReady(tool, value)
    try {
      const validation = tool.validateInput(value)
      if (this.#state !== READING) return ignoreLater(validation)
      if (isLater(validation)) this.#checkLater(tool, validation)
      else this.#checked(tool, validation)
    } catch (thrown) {
      if (this.#state === READING) this.#checkFailed(tool, thrown)
    }
  }

  #checkLater(tool: CompiledTool, validation: Promise<Validation>): void {
    const { timeouts, clock } = this.engine
    const layers = this.#layers(tool)
    const timeoutMs = timeoutOf(layers.call, layers.batch, layers.tool, this.engine.limits)
    const check = new InputCheck(() =>
      this.#refuse('timed_out', 'timeout', schemaTimedOut(this.name, timeoutMs, sourceOf('timeoutMs', layers))),
    )
    this.#state = check
    timeouts.add(check, timeoutMs, clock.now())
    const answered = (conclude: () => void): void => {
      if (this.#state !== check) return
      timeouts.remove(check)
      try {
        conclude()
      } catch (thrown) {
        this.#checkFailed(tool, thrown)
      }
      this.request()
    }
    validation.then(
      (verdict) => answered(() => this.#checked(tool, verdict)),
      (thrown: unknown) => answered(() => this.#checkFailed(tool, thrown)),
    )
  }

  #checked(tool: CompiledTool, verdict: Validation): void {
    if (verdict.ok) this.#makeReady(tool, verdict.value)
    else this.#refuse('invalid', 'invalid_arguments', argumentsDoNotFit(this.name, describeIssues(verdict.issues)))
  }

  #checkFailed(tool: CompiledTool, thrown: unknown): void {
    this.#refuse('failed', 'tool_error', schemaFailed(tool.tool.name, thrownMessage(thrown)), thrown)
  }

  #makeReady(tool: CompiledTool, input: unknown): void {
    const { budget } = this.batch
    if (budget !== undefined && this.#tried() === undefined) {
      const limit = budget.takeCall(tool.tool.name)
      if (limit !== undefined) return this.#refuse('rejected', 'budget_exceeded', overBudget(limit))
    }
    this.#state = READY
    this.#tool = tool
    this.#input = input
    if (this.#tried() === undefined) this.batch.nesting?.keys.add(this.batch.order, this.index, tool.tool.name, input)
    if (tool.effects !== undefined) this.#tellEffects(tool.effects, tool.tool.name)
  }

  /** A tool's \`effects\` is code that is not ours, and may end this call. */
  #tellEffects(of: ToolEffects, name: string): void {
    const { precedence } = this
    if (precedence === undefined || precedence.holdsEffects) return
    try {
      const effects = of.of(this.#input, this.#info())
      if (this.#state === READY) precedence.refine(effects)
    } catch (thrown) {
      if (this.#state === READY)
        this.#refuse('failed', 'effects_failed', effectsFailed(name, thrownMessage(thrown)), thrown)
    }
  }

  #info(): CallInfo {
    const { id, name, index } = this
    return { context: this.batch.context, call: { id, name, arguments: this.#input }, index }
  }

  /** It holds all of `demands`: those for which it has waited, where it has. */
  #start(at: number | undefined, demands: Demands): void {
    const { engine, batch } = this
    const now = at ?? engine.clock.now()
    const tool = this.#tool as CompiledTool
    if (batch.hasDeadlines && batch.expireIfDue(this, now)) return engine.admission.undo(demands)
    const { guard } = tool
    const pass = guard.isFree ? PLAIN_PASS : this.#enter(guard, now)
    if (pass === undefined) return engine.admission.undo(demands)
    const particulars = batch.particularsOf(this)
    const number = (particulars?.tried?.attempts ?? 0) + 1
    const { timeoutMs, idleTimeoutMs } = batch.attemptLimits(tool, particulars?.limits)
    const isPlain = number === 1 && pass === PLAIN_PASS && idleTimeoutMs === Infinity && demands === tool.demands
    const rarities = isPlain ? undefined : { number, pass, idleTimeoutMs, demands }
    const attempt = new Attempt(this, tool, this.#input, timeoutMs, now, rarities)
    this.#tool = this.#input = undefined
    this.#state = attempt
    batch.share.began(now)
    if (engine.overlaps !== undefined && tool.effects === undefined) this.#watchOverlaps(engine.overlaps, attempt)
    attempt.run(new CallContext(this, attempt))
  }

  #watchOverlaps(overlaps: OverlapWatch<CallRecord>, { tool, input }: Attempt): void {
    const isReadOnly = tool.tool.annotations?.readOnlyHint === true
    overlaps.started(this, { tool: tool.tool.name, place: () => placeOf(this), isReadOnly, input })
  }

  /** @returns undefined where the call cannot start now: it waits for a probe, was refused, or was ended by a listener */
  #enter(guard: ToolGuard, now: number): Pass | undefined {
    const answer = guard.enter(now)
    if (answer === PROBE_UNDER_WAY) return this.#awaitProbe(guard, now)
    if (isRefusal(answer)) return this.#refuseFor(answer)
    // A breaker that opens for a probe emits an event, and a listener may have ended this call.
    if (this.#state !== SETTLED) return answer
    guard.left(answer, 'neither', now)
    return undefined
  }

  #awaitProbe(guard: ToolGuard, now: number): undefined {
    const { room, census } = this.engine
    if (this.batch.nesting?.isWithinProbeOf(guard) === true) this.#refuseFor(guard.ownProbeRefusal)
    else if (room.bound.policy === 'reject' && room.isFull(census.besideQueue)) this.#refuseForQueue()
    else {
      this.#state = new ProbeWait(this, guard, now)
      tellParked(this, 'breaker')
    }
  }

  probeEnded(wait: ProbeWait): void {
    if (this.#state !== wait) return
    wait.end()
    this.#state = READY
    const refusal = wait.guard.openRefusal(this.engine.clock.now())
    if (refusal === undefined) this.#ask()
    else this.#refuseFor(refusal)
  }

  probeIsLate(wait: ProbeWait): void {
    if (this.#state === wait && this.#leave()) this.#refuseFor(wait.guard.lateProbeRefusal)
  }

  #refuseFor({ code, message }: Refusal): undefined {
    this.#refuse('rejected', code, message)
  }

  #abandoned(attempt: Attempt, cut: Cut, now: number): void {
    const { batch } = this
    this.#hold(attempt)
    this.engine.census.count('abandoned', 1)
    attempt.tool.guard.abandon()
    batch.log?.callAbandoned(this.index, this.name)
    tellAbandoned(this, now, cut)
  }

  /** An attempt has failed: the call is tried again, or settled. */
  #failed(attempt: Attempt, failure: CallFailure, now: number): void {
    const { guard } = attempt.tool
    const isHealthy = attempt.pass.breaker !== undefined && failureKind(failure.thrown).lasting === 'permanent'
    guard.left(attempt.pass, isHealthy ? 'success' : 'failure', now)
    if (attempt.demands.rates.length > 0) pauseRate(this, attempt, failure.thrown, now)
    const delayMs = delayBeforeRetry(this, attempt, failure, now)
    if (delayMs === undefined)
      this.#settle(this.#unsuccessful(failure, this.#timing(attempt, now)), now, failure.thrown)
    else this.#backOff(attempt, failure, delayMs, now)
  }

  #backOff(attempt: Attempt, failure: CallFailure, delayMs: number, now: number): void {
    const particulars = this.batch.particulars(this)
    const firstStartedAt = particulars.tried?.firstStartedAt ?? attempt.startedAt
    particulars.tried = { ...failure, firstStartedAt, attempts: attempt.number }
    this.#tool = attempt.tool
    const backoff = new Backoff(this.engine.clock.setTimer(() => this.#tryAgain(), delayMs))
    this.#state = backoff
    tellAttemptFailed(this, attempt, failure, delayMs, now)
    // Whoever was told may have ended the call.
    if (this.#state === backoff) tellParked(this, 'retry')
  }

  #tryAgain(): void {
    const particulars = this.batch.particulars(this)
    particulars.context?.runInAsyncScope(this.#readAgain, this, particulars.arguments)
  }

  /** The validator and the tool get arguments that no earlier attempt has had in its hands. */
  #readAgain(given: unknown): void {
    const tool = this.#tool
    if (tool === undefined || this.#state.phase !== 'backing_off') return
    this.#state = READING
    this.#check(tool, copyJson(given, { maxBytes: Infinity }))
    this.request()
  }

  #stop(cut: 'abort' | 'deadline', limit: TimeLimit | undefined): void {
    const state = this.#state
    if (state.phase === 'running') state.cut(cut, limit)
    else if (state.phase === 'queued') this.#withdraw(state, () => this.#stopped(cut, limit))
    else if (this.#leave()) this.#stopped(cut, limit)
  }

  /**
   * It is about to have its result, wherever it is but in the queue or running: nothing that it waits for is to come.
   *
   * @returns whether it is not over already
   */
  #leave(): boolean {
    const state = this.#state
    switch (state.phase) {
      case 'running':
      case 'queued':
      case 'withdrawn':
      case 'settled':
        return false
      case 'checking':
        this.engine.timeouts.remove(state)
        break
      case 'backing_off':
        state.timer.clear()
        break
      case 'preceded':
      case 'awaiting_probe':
        state.end()
        break
      case 'reserved':
      case 'reading':
      case 'ready':
      case 'admitted':
        break
    }
    this.#state = WITHDRAWN
    return true
  }

  /** Settles a call that was stopped before it started, or between two attempts. */
  #stopped(cut: Cut, limit: TimeLimit | undefined): void {
    const now = this.engine.clock.now()
    const failure = stoppedFailure(this.name, cut, limit, this.#tried())
    this.#settle(this.#unsuccessful(failure, this.#timing(undefined, now)), now, undefined)
  }

  #tried(): Tried | undefined {
    return this.batch.particularsOf(this)?.tried
  }

  #layers({ timeLimits }: CompiledTool): Layers {
    const { batch, name, engine } = this
    const { nameTimeLimit } = engine.limits
    const call = batch.particularsOf(this)?.limits
    return { call, batch: batch.timeLimits, tool: timeLimits, name, nameTimeLimit }
  }

  #timing(attempt: Attempt | undefined, now: number): ToolTiming {
    if (attempt?.isPlain === true) return startedTiming(this, attempt.startedAt, now, 1)
    const tried = this.#tried()
    const startedAt = tried?.firstStartedAt ?? attempt?.startedAt
    if (startedAt === undefined) return unstartedTiming(this, now)
    return startedTiming(this, startedAt, now, attempt?.number ?? tried?.attempts ?? 1)
  }

  #unsuccessful({ status, error, execution }: CallFailure, timing: ToolTiming): UnsuccessfulResult {
    return unsuccessful(this, status, error, execution, timing)
  }

  /** Settles a call that may not run; one that has been tried before keeps what came of that. */
  #refuse(
    status: UnsuccessfulResult['status'],
    code: ErrorCode,
    message: string,
    thrown?: unknown,
    retryable = false,
  ): void {
    const now = this.engine.clock.now()
    const failure = this.#tried() ?? { status, error: { code, message, retryable }, execution: 'none', thrown }
    this.#settle(this.#unsuccessful(failure, this.#timing(undefined, now)), now, failure.thrown)
  }

  #settle(result: ToolResult, now: number, thrown: unknown): void {
    this.#state = SETTLED
    this.#tool = this.#input = undefined
    const { batch } = this
    try {
      this.engine.overlaps?.ended(this)
      batch.log?.callSettled(result, result.status === 'failed' ? thrown : undefined)
      tellSettled(this, now, result, thrown)
    } finally {
      batch.callSettled(this, result, now)
    }
  }
}
