import { ExpectedDuration } from '../../../packages/aof-runtime/src/core/admission/expected-duration.ts'
import type {
  AdmissionController,
  ToolEvent,
  ToolExecutor,
  ToolResult,
} from '../../../packages/aof-runtime/src/index.ts'
import type { Simulation } from '../../../packages/aof-runtime/src/testing/index.ts'
import { AdmissionModel, type ModelCall, type ModelLimit } from '../admission-model.ts'
import {
  type AttemptFacts,
  type BatchFacts,
  type CallFacts,
  type CallState,
  Candidate,
  type ExecutorFacts,
  type RunFacts,
  runOf,
} from './facts.ts'
import { judgeCall } from './judge.ts'
import type { CrowdPlan } from './plan.ts'

export interface Site {
  readonly executor: ToolExecutor
  readonly facts: ExecutorFacts
}

type CallEvent = Extract<ToolEvent, { index: number }>

const KINDS = ['dependency', 'conflict', 'breaker', 'rate', 'key', 'tool', 'executor', 'process'] as const

/**
 * Knows the rules of admission, follows every call of a crowd through its events, and reports violations.
 *
 * Duty: at every start compare with the {@link AdmissionModel}; at every rest look at all waiting calls.
 * Boundary: takes no part in the crowd; it asks the executors only for their statistics, to compare them.
 */
export class CrowdOracle {
  readonly #simulation: Simulation
  readonly #plan: CrowdPlan
  readonly #process: ModelLimit
  readonly #model: AdmissionModel
  readonly #calls = new Map<string, CallFacts>()
  readonly #unsettled = new Set<CallFacts>()
  readonly #abandoned = new Set<AttemptFacts>()
  readonly #runs = new Map<string, RunFacts>()
  readonly faults: string[] = []
  /** Counts what ran between two moves of time. */
  move = 0
  /** The batch that is being opened. */
  opening: BatchFacts | undefined
  #runCount = 0
  #batchCount = 0
  /** Reported ends whose permits are not released yet: the event of an end comes before the release. */
  #leaving: (() => void)[] = []

  constructor(simulation: Simulation, plan: CrowdPlan, process: ModelLimit) {
    this.#simulation = simulation
    this.#plan = plan
    this.#process = process
    this.#model = new AdmissionModel(plan.ageMs)
  }

  get now(): number {
    return this.#simulation.clock.now()
  }

  fault(invariant: string, what: string): void {
    this.faults.push(`${invariant}: ${what} (at ${this.now} ms)`)
  }

  comes(call: CallFacts): void {
    this.#calls.set(call.mark, call)
    this.#unsettled.add(call)
  }

  sees(executor: ExecutorFacts, event: ToolEvent): void {
    const what = event.type === 'parked' ? `waits for ${event.waitsFor}:` : event.type
    this.#simulation.scheduler.record('index' in event ? `${what} ${event.id}` : what)
    switch (event.type) {
      case 'batch_opened':
        return this.#opened(executor, event.batch)
      case 'batch_settled':
        return this.#batchSettled(executor.batches[event.batch] as BatchFacts)
      case 'batch_closed':
      case 'limit_changed':
        return
      case 'listener_failed':
        return this.fault('S1', `the oracle itself failed: ${String((event.thrown as Error)?.stack)}`)
      default:
    }
    if (!('index' in event)) return this.fault('S1', `${event.type} came`)
    const call = this.#calls.get(event.id)
    if (call === undefined || call.index !== event.index) return this.fault('I2', `${event.type} of ${event.id}`)
    this.#seesCall(call, event)
  }

  /** A tool goes on after it has waited for calls of its own. */
  goesOn({ call, nested }: AttemptFacts, isCut: boolean): void {
    // Others may have been under way at the time of the event, and just have ended.
    if (!isCut && call.state !== 'running' && nested.size === 0 && call.stateSince < this.move)
      this.fault('I26', `${call.mark} goes on and is ${call.state}`)
  }

  /** Nothing is left to do at this moment. */
  atRest(sites: readonly Site[], admission: AdmissionController): void {
    this.#flush()
    this.#forgetCut()
    for (const call of this.#unsettled) this.#checkUnsettled(call)
    this.#checkStats(sites, admission)
  }

  /** Nothing will ever happen any more. */
  atEnd(): void {
    this.#flush()
    for (const { mark, state } of this.#unsettled) this.fault('I1', `${mark} is ${state} for ever`)
    if (this.#model.waiting.size > 0) this.fault('I51', `${this.#model.waiting.size} wait for ever`)
    if (this.#process.inUse !== 0) this.fault('I25', `${this.#process.inUse} permits of the process never came back`)
  }

  /** Whether the call or one of its ancestors has been cut. */
  isCut(call: CallFacts): boolean {
    const { abortedAt, attempt } = call.batch
    return abortedAt !== undefined || (attempt !== undefined && this.#isOver(attempt))
  }

  #isOver({ call, isOver }: AttemptFacts): boolean {
    return isOver || this.isCut(call)
  }

  #opened(executor: ExecutorFacts, number: number): void {
    const batch = this.opening
    if (batch === undefined) return this.fault('S1', 'a batch was opened by nobody')
    this.opening = undefined
    executor.batches[number] = batch
    batch.order = ++this.#batchCount
    batch.run = this.#join(batch)
  }

  #join({ plan, parent }: BatchFacts): RunFacts {
    if (plan.run === undefined) return parent === undefined ? this.#newRun(1) : runOf(parent)
    let run = this.#runs.get(plan.run.id)
    if (run === undefined) this.#runs.set(plan.run.id, (run = this.#newRun(plan.run.weight)))
    run.users++
    return run
  }

  #newRun(weight: number): RunFacts {
    const model = { order: this.#runCount++, weight, held: [], credit: 0, want: 0 }
    return { model, expected: new ExpectedDuration(), users: 0 }
  }

  #batchSettled(batch: BatchFacts): void {
    batch.isSettled = true
    for (const { mark, state } of batch.calls)
      if (state !== 'settled') this.fault('I1', `the batch of ${mark} is settled, it is ${state}`)
    const { run } = batch.plan
    if (run === undefined || batch.run === undefined) return
    if (--batch.run.users === 0) this.#runs.delete(run.id)
  }

  #seesCall(call: CallFacts, event: CallEvent): void {
    switch (event.type) {
      case 'accepted':
        call.acceptedAt = this.now
        return this.#goes(call, ['coming'], 'accepted')
      case 'parked':
        return this.#parked(call, event.waitsFor)
      case 'started':
        return this.#started(call)
      case 'suspended':
        return this.#suspended(call)
      case 'resumed':
        return this.#resumed(call)
      case 'attempt_failed':
        this.#learns(call, event.error.code === 'tool_error')
        this.#ends(call)
        return this.#goes(call, ['running', 'suspended', 'resuming'], 'failed')
      case 'abandoned':
        return this.#abandons(call)
      case 'ended_late':
        return this.#endedLate(call, event.lateMs)
      case 'hold_ended':
        return this.#holdEnded(call)
      case 'rate_paused': {
        const rate =
          call.attempts.at(-1)?.holdsAs.call === call
            ? new Candidate(call, false, this.#model).needs.rates[0]
            : undefined
        if (rate === undefined) return this.fault('I33', `${call.mark} pauses no rate`)
        return rate.pause(this.now + event.forMs, this.now)
      }
      case 'settled':
        return this.#settled(call, event.result)
      case 'progress':
        return this.fault('S1', `${call.mark} has progress`)
    }
  }

  #parked(call: CallFacts, waitsFor: string): void {
    if (waitsFor === 'retry') return this.#goes(call, ['failed'], 'backing off')
    if (waitsFor === 'queue') {
      this.#began(call)
      return this.#goes(call, ['accepted', 'backing off'], 'outside')
    }
    call.waitsFor = waitsFor
    if (call.state === 'waiting' || call.state === 'resuming') return
    const goesOn = call.state === 'suspended'
    if (!goesOn) this.#began(call)
    this.#goes(call, ['accepted', 'backing off', 'outside', 'suspended'], goesOn ? 'resuming' : 'waiting')
    this.#forgetCut()
    call.waitsAs = new Candidate(call, goesOn, this.#model)
    call.waitsSince = this.now
    call.waitsAs.likeItSince = this.#likeItSince(call.waitsAs)
    this.#model.waits(call.waitsAs, this.now)
  }

  #likeItSince(candidate: Candidate): number {
    const others = [...(this.#model.waiting as Set<Candidate>)].filter((other) => other.isLike(candidate))
    return Math.min(this.now, ...others.map(({ likeItSince }) => likeItSince))
  }

  /** The call wants to run: who makes it is not to hold anything from now on. */
  #began(call: CallFacts): void {
    const { attempt } = call.batch
    if (attempt === undefined) return
    if (!attempt.nested.has(call)) this.#checkCaps(call, ++attempt.begun)
    attempt.nested.add(call)
    const { call: parent } = attempt
    if (parent.state === 'resuming') {
      this.#stopsWaiting(parent)
      parent.state = 'suspended'
    }
    if (parent.state === 'running' && !this.#isOver(attempt))
      this.fault('I26', `${parent.mark} runs while ${call.mark} wants to`)
  }

  #checkCaps({ mark, depth, batch }: CallFacts, count: number): void {
    const { maxDepth, maxNestedCalls } = batch.executor.plan
    if (depth > maxDepth) this.fault('I27', `${mark} is let in, ${depth} deep`)
    if (count > maxNestedCalls) this.fault('I27', `${mark} is let in, as number ${count}`)
  }

  #started(call: CallFacts): void {
    const { waitsAs } = call
    if (call.state !== 'waiting') this.#began(call)
    this.#goes(call, ['accepted', 'waiting', 'backing off'], 'running')
    const holdsAs = waitsAs ?? new Candidate(call, false, this.#model)
    this.#granted(holdsAs, waitsAs !== undefined)
    call.attempts.push({
      call,
      number: call.attempts.length + 1,
      startedAt: this.now,
      isOver: false,
      endedIn: undefined,
      heldSince: this.now,
      holdsAs,
      ranMs: 0,
      nested: new Set(),
      taken: 0,
      begun: 0,
      abandonedAt: undefined,
      kept: [],
    })
    if (this.isCut(call)) this.fault('I13', `${call.mark} starts after it was aborted`)
  }

  #suspended(call: CallFacts): void {
    this.#goes(call, ['running'], 'suspended')
    this.#leaves(call)
  }

  #resumed(call: CallFacts): void {
    const { waitsAs } = call
    const attempt = call.attempts.at(-1)
    this.#goes(call, ['suspended', 'resuming'], 'running')
    if (attempt === undefined) return
    attempt.holdsAs = waitsAs ?? new Candidate(call, true, this.#model)
    this.#granted(attempt.holdsAs, waitsAs !== undefined)
    attempt.heldSince = this.now
    if (attempt.nested.size > 0) this.fault('I26', `${call.mark} resumes while calls of its own are under way`)
  }

  /** Checks a start: its demands must have had room, and no other call may come before it. */
  #granted(candidate: Candidate, waited: boolean): void {
    const model = this.#model
    const { now } = this
    this.#forgetCut()
    if (!waited) this.#checkBarging(candidate)
    this.#flush()
    const lacking = model.lacks(candidate, now)
    if (lacking !== undefined) this.fault('I25', `${candidate.call.mark} starts without ${lacking.kind}`)
    if (waited && this.#isRankKnown) this.#checkRank(candidate)
    candidate.call.waitsAs = candidate.call.waitsFor = undefined
    model.starts(candidate, now)
  }

  #checkBarging(candidate: Candidate): void {
    if (this.#mayReserve) return
    const [other] = this.#able().filter((each) => each.call.waitsFor !== 'rate')
    if (other !== undefined) this.fault('I51', `${candidate.call.mark} starts, and ${other.call.mark} waited and could`)
  }

  #checkRank(candidate: Candidate): void {
    const { waitsFor, tool, plan } = candidate.call
    const isLikeIt = ({ call }: Candidate): boolean =>
      waitsFor === 'rate' && call.tool === tool && call.plan.key === plan.key
    // Whose rate has a token is not looked at before its timer fires.
    const able = this.#able().filter((each) => each.call.waitsFor !== 'rate' || isLikeIt(each))
    const best = this.#model.best(this.now, able)
    if (best !== candidate)
      this.fault('I51', `${candidate.call.mark} starts before ${(best as Candidate | undefined)?.call.mark}`)
  }

  /** Those that wait and could start. */
  #able(): Candidate[] {
    return this.#model.admissible(this.now) as Candidate[]
  }

  /** A call that was cut while it waited to resume waits no more; no event reports that. */
  #forgetCut(): void {
    for (const each of this.#model.waiting as Set<Candidate>)
      if (each.call.state === 'resuming' && this.isCut(each.call)) this.#model.waiting.delete(each)
  }

  /**
   * Whether the first of the waiting calls is known. It is not if calls wait outside of a queue: such a call enters the
   * queue after the decision about the next start, and its event comes before the event of that start.
   */
  get #isRankKnown(): boolean {
    return !this.#mayReserve && this.#plan.executors.every(({ queue }) => queue.policy === 'reject')
  }

  /** Whether any flow may have a reservation. */
  get #mayReserve(): boolean {
    return this.#plan.reserveAfterMs !== Infinity
  }

  /** The outcome of its attempt is decided, or that of the call if it had none. */
  #ends(call: CallFacts): void {
    const attempt = call.attempts.at(-1)
    if (attempt !== undefined) attempt.isOver = true
    this.#leaves(call)
    this.#stopsWaiting(call)
  }

  /** It gives back what it holds, or keeps what is its tool's where it is abandoned. */
  #leaves(call: CallFacts): void {
    const attempt = call.attempts.at(-1)
    if (attempt?.heldSince === undefined) return
    const { heldSince, holdsAs, abandonedAt } = attempt
    attempt.ranMs += this.now - heldSince
    attempt.heldSince = undefined
    if (abandonedAt !== undefined)
      attempt.kept = holdsAs.needs.limits.filter(({ kind }) => kind === 'key' || kind === 'tool')
    const { kept } = attempt
    const { now } = this
    this.#leaving.push(() => this.#model.ends(holdsAs, heldSince, now, kept))
  }

  #abandons(call: CallFacts): void {
    const attempt = call.attempts.at(-1)
    if (attempt === undefined || attempt.abandonedAt !== undefined)
      return this.fault('I14', `${call.mark} is abandoned, and was not running`)
    if ((attempt.endedIn ?? Infinity) < this.move) this.fault('I14', `${call.mark} is abandoned, and has ended`)
    attempt.abandonedAt = this.now
    this.#abandoned.add(attempt)
  }

  #endedLate(call: CallFacts, lateMs: number): void {
    const attempt = call.attempts.find((each) => this.#abandoned.has(each) && each.abandonedAt === this.now - lateMs)
    if (attempt === undefined) return this.fault('I14', `${call.mark} ends late, and was not abandoned`)
    this.#abandoned.delete(attempt)
    this.#letGo(attempt)
  }

  #holdEnded(call: CallFacts): void {
    const { abandonedHoldMs } = call.batch.executor.plan
    const attempt = call.attempts.find(
      ({ kept, abandonedAt = Infinity }) => kept.length > 0 && abandonedAt + abandonedHoldMs === this.now,
    )
    if (attempt === undefined) return this.fault('I25', `${call.mark} held nothing until now`)
    this.#letGo(attempt)
  }

  #letGo(attempt: AttemptFacts): void {
    const { kept } = attempt
    attempt.kept = []
    this.#leaving.push(() => {
      for (const limit of kept) limit.inUse--
    })
  }

  #flush(): void {
    for (const leave of this.#leaving.splice(0)) leave()
  }

  #settled(call: CallFacts, result: ToolResult): void {
    if (call.state === 'settled') return this.fault('I1', `${call.mark} is settled twice`)
    judgeCall(this, call, result)
    this.#learns(call, result.execution === 'ended' && (result.status === 'succeeded' || result.status === 'failed'))
    this.#ends(call)
    call.state = 'settled'
    call.result = result
    call.settledAt = this.now
    call.batch.attempt?.nested.delete(call)
    this.#unsettled.delete(call)
  }

  #stopsWaiting(call: CallFacts): void {
    if (call.waitsAs !== undefined) this.#model.waiting.delete(call.waitsAs)
    call.waitsAs = call.waitsFor = undefined
  }

  /** How long a tool took that ended by itself. */
  #learns(call: CallFacts, isMeasured: boolean): void {
    const attempt = call.attempts.at(-1)
    if (!isMeasured || attempt === undefined || attempt.isOver) return
    const ms = this.now - attempt.startedAt
    call.tool.expected.add(ms, this.#model.wants)
    runOf(call).expected.add(ms)
  }

  #goes(call: CallFacts, from: readonly CallState[], to: CallState): void {
    if (!from.includes(call.state)) this.fault('S1', `${call.mark} is ${to}, and was ${call.state}`)
    call.state = to
    call.stateSince = this.move
  }

  #checkUnsettled(call: CallFacts): void {
    const { mark, state, batch, tool } = call
    const { queue } = batch.executor.plan
    const isCut = this.isCut(call)
    const attempt = call.attempts.at(-1)
    this.#checkEndOfParent(call)
    switch (state) {
      case 'waiting':
      case 'resuming':
        if (!isCut || state === 'waiting') this.#checkWait(call)
        if (state === 'waiting' && this.#waitingIn(batch.executor) > queue.max)
          this.fault('I27', `${mark} is one too many in the queue`)
        if (state === 'waiting' && this.now > call.waitsSince + queue.deadlineMs)
          this.fault('I51', `${mark} waits longer than ${queue.deadlineMs} ms`)
        return
      case 'outside':
        if (this.#waitingIn(batch.executor) < queue.max) this.fault('I51', `${mark} waits outside, and there is room`)
        return
      case 'running':
        if (attempt === undefined || isCut) return
        if (attempt.nested.size > 0) this.fault('I26', `${mark} holds permits while it waits for its own calls`)
        if (
          attempt.ranMs + this.now - (attempt.heldSince ?? this.now) >
          tool.plan.timeoutMs + batch.executor.plan.graceMs + 1
        )
          this.fault('I11', `${mark} runs for longer than its timeout`)
        return
      case 'suspended':
        if (attempt?.nested.size === 0 && !isCut) this.fault('I26', `${mark} is suspended, and waits for nothing`)
        return
      case 'accepted':
        return this.fault('I51', `${mark} neither waits nor runs`)
      default:
    }
  }

  /** Nested calls end with their parent. */
  #checkEndOfParent({ mark, batch }: CallFacts): void {
    const { attempt, executor } = batch
    const endedAt = attempt?.call.settledAt
    if (endedAt !== undefined && this.now > endedAt + executor.plan.graceMs + 1)
      this.fault('I26', `${mark} goes on, and ${attempt?.call.mark} has ended`)
  }

  /** A waiting call is said to wait for what it really lacks. */
  #checkWait(call: CallFacts): void {
    const { mark, waitsAs, waitsFor } = call
    if (waitsAs === undefined) return this.fault('I51', `${mark} waits for nothing`)
    const { rates, limits } = waitsAs.needs
    if (waitsFor === 'rate') {
      // Its timer fires in this millisecond.
      if (rates.every((rate) => rate.hasRoom(this.now - 1))) this.fault('I51', `${mark} waits for a rate that has room`)
      return
    }
    const limit = limits.find(({ kind }) => kind === waitsFor)
    if (limit === undefined) return this.fault('I51', `${mark} waits for ${waitsFor}, which it does not need`)
    if (limit.inUse < limit.max && !this.#isKept(limit, waitsAs))
      this.fault('I51', `${mark} waits for ${waitsFor}, ${limit.inUse} of ${limit.max} in use`)
  }

  /** Whether a permit may be reserved for another flow that was passed over for long. */
  #isKept(limit: ModelLimit, waiter: ModelCall): boolean {
    const { reserveAfterMs } = this.#plan
    return (
      reserveAfterMs !== Infinity &&
      [...(this.#model.waiting as Set<Candidate>)].some(
        (other) =>
          other !== waiter &&
          other.call.waitsFor !== 'rate' &&
          other.needs.limits.includes(limit) &&
          this.now - other.likeItSince >= reserveAfterMs,
      )
    )
  }

  #waitingIn(executor: ExecutorFacts): number {
    return [...this.#unsettled].filter(({ state, batch }) => state === 'waiting' && batch.executor === executor).length
  }

  #checkStats(sites: readonly Site[], admission: AdmissionController): void {
    const compare = (who: string, told: object, isMeant: (call: CallFacts) => boolean, running: number): void => {
      const calls = [...this.#unsettled].filter(isMeant)
      const count = (state: CallState): number => calls.filter((call) => call.state === state).length
      const waiting = calls.filter(({ state }) => state === 'waiting')
      const known = {
        running,
        waiting: waiting.length + (who === 'the controller' ? 0 : count('outside')),
        waitingFor: Object.fromEntries(
          KINDS.map((kind) => [kind, waiting.filter(({ waitsFor }) => waitsFor === kind).length]),
        ),
        suspended: calls.filter(
          (call) => (call.state === 'suspended' || call.state === 'resuming') && !this.isCut(call),
        ).length,
        abandoned: [...this.#abandoned].filter(({ call }) => isMeant(call)).length,
      }
      const { running: r, waiting: w, waitingFor, suspended, abandoned } = told as typeof known
      const given = JSON.stringify({ running: r, waiting: w, waitingFor, suspended, abandoned })
      if (given !== JSON.stringify(known)) this.fault('I25', `${who} tells ${given}, it is ${JSON.stringify(known)}`)
    }
    compare('the controller', admission.stats(), () => true, this.#process.inUse)
    for (const { executor, facts } of sites)
      compare(`executor ${facts.index}`, executor.stats(), ({ batch }) => batch.executor === facts, facts.limit.inUse)
  }
}
