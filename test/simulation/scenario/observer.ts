import type { ToolEvent } from '../../../packages/aof-runtime/src/index.ts'
import { Abandoned } from './abandoned.ts'
import { Breakers } from './breakers.ts'
import { shownId } from './call-arguments.ts'
import { type EffectHolders, hasEffects, isMet, namesOf } from './conflicts.ts'
import {
  type AttemptFacts,
  type BatchFacts,
  type CallFacts,
  type CallState,
  deadlineAt,
  type ExecutorFacts,
  hasImpossibleLimit,
  isCut,
  limitOf,
  newAttempt,
  parentOf,
} from './facts.ts'
import { budgetUse, judge } from './judge.ts'
import { checkUnmade, makerOf } from './makers.ts'
import type { Permits } from './permits.ts'
import { judgeRetry } from './retries.ts'
import type { Stage } from './stage.ts'

type CallEvent = Extract<ToolEvent, { index: number }>
type BatchEvent = Extract<ToolEvent, { type: 'batch_opened' | 'batch_closed' | 'batch_settled' }>

const PERMITS: readonly string[] = ['rate', 'key', 'tool', 'executor', 'process', 'queue']

/**
 * Follows every call through its events, and says at each what must not be.
 *
 * Duty: each call goes from acceptance to one result by steps that there are; nothing starts that must not.
 * Boundary: has no part in what happens; what it knows comes from the events, the tools and the callers.
 */
export class Observer {
  readonly #stage: Stage
  readonly #permits: Permits
  readonly #holders: EffectHolders
  readonly abandoned: Abandoned
  readonly breakers: Breakers
  /** The batch that is being opened. */
  opening: BatchFacts | undefined
  /** The events are of calls that only see whether executors still run what comes. */
  isProbing = false
  #batches = 0
  #acceptances = 0
  /** Turns of named runs. */
  readonly #turns = new Set<string>()

  constructor(stage: Stage, permits: Permits, holders: EffectHolders) {
    this.#stage = stage
    this.#permits = permits
    this.#holders = holders
    this.abandoned = new Abandoned(stage, holders)
    this.breakers = new Breakers(stage)
  }

  sees(site: ExecutorFacts, event: ToolEvent): void {
    const stage = this.#stage
    if (this.isProbing) return
    stage.sees(event)
    stage.comesFrom = undefined
    this.#checkStats(site, event.type)
    switch (event.type) {
      case 'listener_failed':
        stage.reported++
        return
      case 'breaker_changed':
        this.breakers.changes(site, event)
        return stage.record(`${event.type} ${event.tool} ${event.state}`)
      case 'limit_changed':
        return stage.record(event.type)
      case 'stalled':
      case 'overlap_suspected':
      case 'files_removed':
        return stage.fault('S1', `${event.type} came`)
      case 'batch_opened':
        return this.#opened(site, event)
      default:
    }
    const batch = site.batches.get(event.batch)
    if (batch === undefined) return stage.fault('S1', `${event.type} of batch ${event.batch}, which was never opened`)
    batch.seen++
    if (batch.isSettled && event.type !== 'ended_late' && event.type !== 'hold_ended')
      stage.fault('S1', `${event.type} in ${batch.label}, which is settled`)
    if (!('index' in event)) return this.#seesBatch(batch, event as BatchEvent)
    const call = batch.calls[event.index]
    if (call === undefined) return stage.fault('I2', `${event.type} of ${batch.label}.${event.index}, no call`)
    stage.record(`${event.type === 'parked' ? `waits for ${event.waitsFor}` : event.type} ${call.mark}`)
    if (event.id !== shownId(call)) stage.fault('I3', `${event.type} of ${call.mark} has the id ${event.id}`)
    if (call.state === 'settled' && event.type !== 'ended_late' && event.type !== 'hold_ended')
      return stage.fault('I1', `${event.type} of ${call.mark}, which has its result`)
    this.#seesCall(call, event)
  }

  /** A call gets its arguments: the calls on which it depends are found by their names. */
  completes(call: CallFacts): void {
    if (call.state === 'settled') return
    call.isComplete = true
    for (const name of namesOf(call)) {
      const named = namedBy(call, name)
      if (named.length === 1) call.found.set(name, named[0] as CallFacts)
    }
  }

  #opened(
    site: ExecutorFacts,
    { batch: number, at, run, turn, madeBy }: Extract<ToolEvent, { type: 'batch_opened' }>,
  ): void {
    const batch = this.opening
    this.opening = undefined
    if (batch === undefined) return this.#stage.fault('S1', 'a batch opens that no code has opened')
    site.batches.set(number, batch)
    batch.order = this.#batches++
    batch.openedAt = at
    batch.runName = run
    batch.isOpened = true
    batch.seen++
    if (madeBy === undefined) {
      this.#checkTurn(batch, turn)
      return checkUnmade(this.#stage, batch)
    }
    batch.maker = makerOf(this.#stage, batch, madeBy)
    this.#stage.happened.add(batch.isByContext ? 'nested calls' : 'tracked calls')
    // Closing lets nested calls end, as parts of their parents.
    if (batch.maker?.call.batch.site === site && site.cutAt !== undefined) batch.isAborted = true
    if (batch.maker === undefined) this.#stage.fault('I26', `${batch.label} is made by a call that does not run`)
  }

  /** I3: idempotency keys of a named run tell its batches apart by their turns. */
  #checkTurn({ label, plan, within }: BatchFacts, turn: number): void {
    // Of a batch that a call opens which is over nothing runs.
    if (plan.run === undefined || within !== undefined) return
    const place = `${plan.run.id}/${turn}`
    if (this.#turns.has(place)) this.#stage.fault('I3', `${label} is turn ${turn} of its run, as another batch is`)
    this.#turns.add(place)
  }

  #seesBatch(batch: BatchFacts, event: BatchEvent): void {
    const stage = this.#stage
    const { calls, label } = batch
    if (event.type === 'batch_closed') {
      if (batch.isClosed) stage.fault('S1', `${label} is closed twice`)
      batch.isClosed = true
      if (event.size !== calls.length) stage.fault('I1', `${label} is closed with ${event.size} of ${calls.length}`)
      return
    }
    if (event.type !== 'batch_settled') return
    batch.isSettled = true
    const succeeded = calls.filter(({ result }) => result?.success === true).length
    const isRight =
      batch.isClosed &&
      event.size === calls.length &&
      event.succeeded === succeeded &&
      event.failed === calls.length - succeeded &&
      calls.every(({ state }) => state === 'settled')
    if (!isRight) stage.fault('I1', `${label} is settled as ${JSON.stringify(event)}`)
  }

  #seesCall(call: CallFacts, event: CallEvent): void {
    const stage = this.#stage
    const attempt = call.attempts.at(-1)
    switch (event.type) {
      case 'accepted':
        return this.#accepted(call, event.at)
      case 'parked':
        return this.#parked(call, event.waitsFor)
      case 'started':
        return this.#started(call, event.attempt, event.at)
      case 'suspended':
        if (attempt !== undefined) attempt.ranMs += event.at - attempt.runsSince
        return this.#goes(call, ['running'], 'suspended')
      case 'resumed':
        if (attempt !== undefined) attempt.runsSince = event.at
        return this.#goes(call, ['suspended', 'resuming'], 'running')
      case 'progress':
        if (attempt === undefined || attempt.isOver)
          return stage.fault('I12', `progress of ${call.mark}, which is over`)
        attempt.heardAt = event.at
        if (event.at - attempt.progressedAt < limitOf(call, 'idleTimeoutMs')) attempt.progressedAt = event.at
        return
      case 'attempt_failed':
        this.#ends(attempt)
        // A listener may have blocked since the attempt failed: the delay begins with this event.
        call.retryAt = stage.now + event.retryInMs
        if (attempt !== undefined) judgeRetry(stage, attempt, event)
        return this.#goes(call, ['running', 'suspended', 'resuming'], 'failed')
      case 'abandoned':
        return this.abandoned.add(call, event.at)
      case 'ended_late':
        return this.abandoned.endLate(call, event.at - event.lateMs)
      case 'hold_ended':
        return this.abandoned.endHold(call)
      case 'rate_paused':
        this.#permits.rates(call)[0]?.pause(event.at + event.forMs, event.at)
        return
      case 'settled':
        return this.#settles(call, event)
    }
  }

  #accepted(call: CallFacts, at: number): void {
    call.acceptedAt = at
    call.acceptance = this.#acceptances++
    call.acceptedIn = this.#stage.move
    this.#goes(call, ['coming'], 'accepted')
    for (const other of call.batch.calls) {
      if (!other.isComplete || other.state === 'settled') continue
      for (const name of namesOf(other))
        if (!other.found.has(name) && (name === call.plan.id || name === call.index)) other.found.set(name, call)
    }
    // It comes with its arguments.
    if (call.isComplete) this.completes(call)
  }

  #parked(call: CallFacts, waitsFor: string): void {
    if (waitsFor === 'retry') return this.#goes(call, ['failed'], 'backing off')
    const goesOn = call.state === 'suspended' || call.state === 'resuming'
    if ((isForPermits(waitsFor) || waitsFor === 'breaker') && !goesOn) this.#wants(call)
    if (waitsFor === 'breaker') this.breakers.waits(call)
    const isInQueue = call.state === 'resuming' || (call.state === 'waiting' && isForPermits(call.waitsFor))
    if (!isInQueue || waitsFor === 'breaker') {
      call.waitsSince = this.#stage.now
      call.flowSince = this.#flowSince(call)
    }
    call.waitsFor = waitsFor
    if (waitsFor === 'queue') return this.#goes(call, ['accepted', 'backing off', 'waiting'], 'outside')
    if (call.state === 'outside') this.#stage.comesFrom = 'outside'
    else if (call.state === 'waiting') this.#stage.comesFrom = 'elsewhere'
    if (goesOn) return this.#goes(call, ['suspended', 'resuming'], 'resuming')
    this.#goes(call, ['accepted', 'backing off', 'waiting', 'outside'], 'waiting', waitsFor)
  }

  #flowSince({ plan, batch, key }: CallFacts): number {
    let since = this.#stage.now
    for (const other of this.#stage.unsettled) {
      const isAlike = other.plan.tool === plan.tool && other.key === key && other.batch.run === batch.run
      if (isAlike && other.state === 'waiting') since = Math.min(since, other.flowSince)
    }
    return since
  }

  #started(call: CallFacts, number: number, at: number): void {
    const stage = this.#stage
    this.#wants(call)
    this.#checkQueueDeadline(call, at)
    if (call.state === 'backing off' && at < call.retryAt) stage.fault('I33', `${call.mark} starts before its time`)
    this.#goes(call, ['accepted', 'waiting', 'backing off'], 'running')
    if (number !== call.attempts.length + 1) stage.fault('I20', `${call.mark} starts attempt ${number}`)
    if (isCut(call)) stage.fault('I13', `${call.mark} starts after it was aborted`)
    for (let each: CallFacts | undefined = call; each !== undefined; each = parentOf(each.batch))
      if (at >= deadlineAt(each)) stage.fault('I11', `${call.mark} starts after the deadline of ${each.mark}`)
    if (hasImpossibleLimit(call)) stage.fault('I11', `${call.mark} starts with an impossible limit`)
    if (!call.isComplete || call.isDropped) stage.fault('I37', `${call.mark} starts without its arguments`)
    if (call.batch.plan.way === 'whole' && namesOf(call).some((name) => namedBy(call, name).length > 1))
      stage.fault('I6', `${call.mark} starts, and several calls have a name that it depends on`)
    if (!isMet(call)) stage.fault('I6', `${call.mark} starts before what it depends on`)
    for (const rate of this.#permits.rates(call)) {
      if (!rate.hasRoom(at)) stage.fault('I25', `${call.mark} starts, and its rate has no room`)
      rate.start(at)
    }
    const attempt = newAttempt(call, number, at)
    const { started, limit } = budgetUse(stage, call)
    if (started > limit) stage.fault('I27', `${call.mark} starts, ${started} calls of a budget of ${limit}`)
    this.breakers.starts(attempt)
    this.#checkLimits(call)
  }

  /** Not after its time in the queue is over, unless a listener has blocked since it was admitted. */
  #checkQueueDeadline({ mark, state, waitsFor, waitsSince, batch }: CallFacts, at: number): void {
    const { deadlineMs } = batch.site.plan.queue
    if (state !== 'waiting' || !isForPermits(waitsFor) || this.#stage.hasListenerBlocked) return
    if (at >= waitsSince + deadlineMs) this.#stage.fault('I51', `${mark} starts, and has waited since ${waitsSince} ms`)
  }

  /** No limit is exceeded; one that shrank may be until enough have ended. */
  #checkLimits(call: CallFacts): void {
    if (this.#stage.hasResized) return
    const used = this.#permits.inUse(this.#stage.unsettled, this.abandoned)
    for (const { name, max } of this.#permits.limitsOf(call)) {
      const count = used.get(name)?.count ?? 0
      if (count > max) this.#stage.fault('I25', `${call.mark} starts, ${count} of ${max} permits of ${name} are in use`)
    }
  }

  /** It wants permits: its effects are its own, and the call that makes it waits. */
  #wants(call: CallFacts): void {
    this.#stage.wants(call)
    const parent = parentOf(call.batch)
    if (parent?.state === 'resuming') this.#goes(parent, ['resuming'], 'suspended')
    this.#granted(call)
  }

  #granted(call: CallFacts): void {
    if (call.isGranted) return
    call.isGranted = true
    if (!hasEffects(call)) return
    // A call gets its effects before the event that shows it. A callback may open a batch while a batch of the same moment is
    // being accepted: the calls of the opened batch then have their effects before the later calls of the other have a place.
    const { move } = this.#stage
    const wasThere = ({ isGranted, acceptance, acceptedIn }: CallFacts): boolean =>
      isGranted || acceptance < call.acceptance || acceptedIn !== move
    const against = this.#holders.against(call, wasThere)
    if (against !== undefined) this.#stage.fault('I32', `${call.mark} goes though ${against.mark} comes first`)
    this.#holders.grant(call)
  }

  #settles(call: CallFacts, { result }: Extract<ToolEvent, { type: 'settled' }>): void {
    call.result = result
    judge(this.#stage, call, result, this.#holders, this.breakers)
    this.#ends(call.attempts.at(-1))
    this.#goes(
      call,
      ['accepted', 'waiting', 'outside', 'backing off', 'failed', 'running', 'suspended', 'resuming'],
      'settled',
    )
    this.#stage.unsettled.delete(call)
    this.#holders.settle(call)
  }

  #ends(attempt: AttemptFacts | undefined): void {
    if (attempt === undefined || attempt.isOver) return
    attempt.isOver = true
    attempt.overAt = this.#stage.now
  }

  #goes(call: CallFacts, from: readonly CallState[], to: CallState, waitsFor?: string): void {
    if (!from.includes(call.state)) this.#stage.fault('S1', `${call.mark} is ${to}, and was ${call.state}`)
    call.state = to
    if (to !== 'outside' && to !== 'resuming') call.waitsFor = waitsFor
  }

  #checkStats({ executor, index }: ExecutorFacts, during: string): void {
    const { running, waiting, abandoned, suspended } = executor.stats()
    if (running < 0 || waiting < 0 || abandoned < 0 || suspended < 0)
      this.#stage.fault('I25', `executor ${index} tells ${running} running, ${waiting} waiting at ${during}`)
  }
}

function isForPermits(waitsFor: string | undefined): boolean {
  return waitsFor !== undefined && PERMITS.includes(waitsFor)
}

function namedBy(call: CallFacts, name: string | number): CallFacts[] {
  return call.batch.calls.filter(
    ({ state, index, plan }) => state !== 'coming' && (typeof name === 'number' ? index === name : plan.id === name),
  )
}
