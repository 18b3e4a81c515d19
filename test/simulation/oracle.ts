import type {
  ParkedEvent,
  ToolEvent,
  ToolEventListener,
  ToolExecutor,
  ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { breakerChanges, breakerHoldsBack, breakerLearns, breakerLetsIn, checkProbeWait } from './breaker-model.ts'
import { deadlineAt, shownId } from './calls.ts'
import { type BatchFacts, begunOf, type CallFacts, doneAt, type ExecutorFacts, newAttempt } from './facts.ts'
import { abandonedOf, judge } from './judge.ts'
import { judgeRetry } from './retries.ts'
import type { Stage } from './stage.ts'
import { checkUnsettled } from './unsettled.ts'

interface Site {
  readonly executor: ToolExecutor
  readonly facts: ExecutorFacts
}

/** Made once: a stack for each would be half of the work. */
const BROKEN = new Error('the listener of a batch broke')

type CallEvent = Extract<ToolEvent, { index: number }>

/**
 * Knows what must hold of an executor, sees every event at once, and says what is wrong.
 *
 * Duty: follow each call through its events and compare them with what its tool really did.
 * Boundary: has no part in what happens; what it knows comes from the world and from the tools, never from the executor.
 */
export class Oracle {
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** The batch is about to be aborted. */
  aborts(batch: BatchFacts): void {
    if (batch.abortedAt !== undefined) return
    batch.abortedAt = this.#stage.when()
    this.#stage.record(`abort ${batch.label}`)
  }

  /** A listener for one batch. */
  batchListener(batch: BatchFacts): ToolEventListener {
    return (event) => {
      batch.eventsHeard++
      if (!('batch' in event) || event.batch !== batch.number)
        this.#stage.fault('S1', `${batch.label} heard another's event`)
      if (batch.plan.onEvent === 'throws') {
        batch.executor.listenersFailed++
        throw BROKEN
      }
    }
  }

  sees(facts: ExecutorFacts, executor: ToolExecutor, event: ToolEvent): void {
    const stage = this.#stage
    if (event.at !== stage.now) stage.fault('S1', `${event.type} says it is ${event.at} ms`)
    this.#checkStats(facts, executor, event.type)
    if (event.type !== 'listener_failed') facts.numbers.set(event, ++facts.events)
    if (event.type === 'breaker_changed') return breakerChanges(stage, facts, event.state)
    if (event.type === 'files_removed') return stage.fault('S1', 'no file had to make room')
    if (event.type === 'limit_changed') return stage.fault('S1', 'nobody changed a limit')
    if (event.type === 'stalled') return stage.fault('I28', 'the event loop is said to have stood still')
    if (event.type === 'overlap_suspected') return stage.fault('S1', 'nobody wants to know of overlaps')
    if (event.type === 'listener_failed') {
      facts.failuresReported++
      return
    }
    const batch = facts.batches[event.batch - 1]
    if (batch === undefined) return stage.fault('S1', `${event.type} of a batch that was never opened`)
    batch.eventsSeen++
    if ('index' in event) {
      const call = batch.calls[event.index]
      if (call === undefined) return stage.fault('I2', `${event.type} of no call, ${batch.label}.${event.index}`)
      stage.record(`${event.type} ${call.mark}`)
      this.#seesCall(call, event)
    } else this.#seesBatch(batch, event)
  }

  /** A call's own promise has settled. */
  resolves(call: CallFacts, result: ToolResult): void {
    if (call.result === undefined) this.#settled(call, result)
    else if (call.result !== result) this.#stage.fault('I1', `${call.mark} has two results`)
  }

  /** Nothing is left to do at this moment. */
  atRest(sites: readonly Site[]): void {
    for (const { executor, facts } of sites) {
      for (const call of facts.unsettled) checkUnsettled(this.#stage, call)
      if (facts.timers > 0 && facts.batches.every(({ results }) => results !== undefined))
        this.#stage.fault('I17', `${facts.timers} timers are left while nothing is under way`)
      if (!facts.plan.observed) continue
      for (const attempt of facts.abandoned)
        if (doneAt(attempt) !== undefined)
          this.#stage.fault('I14', `${attempt.call.mark} ended late and nobody was told`)
      this.#checkCounts(executor, facts)
      for (const batch of facts.batches) this.#checkRead(batch)
    }
  }

  /** Nothing will ever happen any more. */
  atEnd(sites: readonly Site[]): void {
    const stage = this.#stage
    for (const { executor, facts } of sites) {
      for (const batch of facts.batches) this.#batchAtEnd(batch)
      if (facts.unsettled.size > 0) stage.fault('I1', `${facts.unsettled.size} calls are without a result`)
      const { running, waiting, abandoned } = executor.stats()
      const begun = facts.batches.flatMap(({ calls }) => calls).flatMap((call) => begunOf(call))
      const hung = begun.filter(({ ended }) => ended === undefined).length
      // For an unobserved call it is unknown whether an output schema that never answers was called.
      const most = begun.filter((attempt) => doneAt(attempt) === undefined).length
      if (running !== 0 || waiting !== 0 || abandoned < hung || abandoned > most)
        stage.fault('I25', `at the end ${running} run, ${waiting} wait, ${abandoned} are abandoned of ${hung}`)
      for (const heard of facts.heard)
        if (heard() !== facts.events) stage.fault('S1', `a listener heard ${heard()} events of ${facts.events}`)
      if (facts.timers !== 0) stage.fault('I17', `${facts.timers} timers are left`)
      if (facts.plan.observed && facts.failuresReported !== facts.listenersFailed)
        stage.fault('S1', `${facts.listenersFailed} failures of listeners, ${facts.failuresReported} reports`)
    }
    if (stage.simulation.clock.pending !== 0) stage.fault('I17', 'the clock still has timers')
  }

  #seesBatch(batch: BatchFacts, event: Extract<ToolEvent, { size?: number }>): void {
    const stage = this.#stage
    const { calls } = batch
    switch (event.type) {
      case 'batch_opened':
        if (batch.eventsSeen !== 1) stage.fault('S1', `${batch.label} opened after an event`)
        return
      case 'batch_closed':
        if (event.size !== calls.length)
          stage.fault('I1', `${batch.label} closed with ${event.size} of ${calls.length}`)
        if (batch.closedAt === undefined) stage.fault('S1', `${batch.label} was closed by nobody`)
        return
      case 'batch_settled': {
        if (batch.settledAt !== undefined) stage.fault('I1', `${batch.label} settled twice`)
        batch.settledAt = stage.when()
        const succeeded = calls.filter(({ result }) => result?.success === true).length
        const { size, failed, wallMs } = event
        const isRight =
          size === calls.length &&
          event.succeeded === succeeded &&
          failed === size - succeeded &&
          wallMs === stage.now - (batch.openedAt?.at ?? 0) &&
          calls.every(({ state }) => state === 'settled')
        if (!isRight) stage.fault('I1', `${batch.label} settled as ${JSON.stringify(event)}`)
      }
    }
  }

  #seesCall(call: CallFacts, event: CallEvent): void {
    const stage = this.#stage
    const { executor } = call.batch
    if (event.id !== shownId(call)) stage.fault('I3', `${event.type} of ${call.mark} has the id ${event.id}`)
    const attempt = call.attempts.at(-1)
    switch (event.type) {
      case 'accepted':
        call.acceptedAt = stage.when()
        return this.#goes(call, ['coming'], 'accepted')
      case 'parked':
        if (event.waitsFor === 'retry') return this.#goes(call, ['failed'], 'backing off')
        return this.#parked(call, event)
      case 'started':
        return this.#started(call, event)
      case 'progress':
        if (call.state !== 'started' || event.value !== attempt?.lastProgress)
          stage.fault('I12', `progress of ${call.mark}, ${call.state}`)
        call.progressSeen++
        return
      case 'attempt_failed':
        return this.#attemptFailed(call, event)
      case 'abandoned':
        if (call.state !== 'started' || attempt === undefined || attempt.abandonedAt !== undefined)
          return stage.fault('I14', `${call.mark}, ${call.state}, abandoned`)
        attempt.abandonedAt = stage.when()
        executor.abandoned.add(attempt)
        return
      case 'settled':
        if (event.result.status === 'failed' && attempt?.ended?.by === 'throw' && event.thrown !== attempt.ended.value)
          stage.fault('I7', `${call.mark} settled with another's error`)
        return this.#settled(call, event.result)
      case 'ended_late':
        return this.#endedLate(call, event)
      case 'suspended':
      case 'resumed':
      case 'hold_ended':
      case 'rate_paused':
        return stage.fault('S1', `${call.mark} is ${event.type}`)
    }
  }

  /** A call waits for a permit, or, once it has its permit, for a probe; and then for a permit again. */
  #parked(call: CallFacts, { waitsFor }: ParkedEvent): void {
    const wasForProbe = call.waitsFor === 'breaker'
    call.batch.executor.parked.add(call)
    if (waitsFor === 'breaker') breakerHoldsBack(this.#stage, call)
    const mayFollow = (waitsFor === 'breaker') !== wasForProbe
    this.#goes(call, mayFollow ? ['accepted', 'backing off', 'parked'] : ['accepted', 'backing off'], 'parked')
    call.waitsFor = waitsFor
    call.waitsSince = this.#stage.now
  }

  #started(call: CallFacts, { queuedMs, attempt: number }: Extract<ToolEvent, { type: 'started' }>): void {
    const stage = this.#stage
    const { batch } = call
    const { executor } = batch
    executor.parked.delete(call)
    executor.started.add(call)
    this.#goes(call, ['accepted', 'parked', 'backing off'], 'started')
    const attempt = newAttempt(call)
    attempt.startedAt = stage.when()
    if (number !== attempt.number)
      stage.fault('I20', `${call.mark} starts attempt ${number}, which is the ${attempt.number}th`)
    if (call.retryAt !== undefined && stage.now < call.retryAt) stage.fault('I33', `${call.mark} starts too early`)
    if (batch.abortedAt !== undefined) stage.fault('I13', `${call.mark} started after its batch was aborted`)
    if (batch.expiredAt !== undefined) stage.fault('I13', `${call.mark} started after the deadline of its batch`)
    if (stage.now > stage.fires(deadlineAt(call))) stage.fault('I13', `${call.mark} started after its deadline`)
    if (executor.started.size > executor.plan.maxParallelTools)
      stage.fault('I25', `${executor.started.size} run of ${executor.plan.maxParallelTools}`)
    if (abandonedOf(call) >= executor.plan.maxAbandoned)
      stage.fault('I27', `${call.mark} started, ${abandonedOf(call)} are abandoned`)
    const run = batch.calls.filter(({ attempts }) => attempts.length > 0).length
    if (batch.plan.budget !== undefined && run > batch.plan.budget.toolCalls)
      stage.fault('I27', `${run} calls run of ${batch.plan.budget.toolCalls}`)
    if (queuedMs !== stage.now - (call.acceptedAt?.at ?? 0)) stage.fault('S1', `${call.mark} queued ${queuedMs} ms`)
    if (call.plan.tool === 'fragile') breakerLetsIn(stage, attempt)
  }

  #attemptFailed(call: CallFacts, event: Extract<ToolEvent, { type: 'attempt_failed' }>): void {
    const stage = this.#stage
    const attempt = call.attempts.at(-1)
    if (attempt === undefined || event.attempt !== attempt.number)
      return stage.fault('I20', `attempt ${event.attempt} of ${call.mark} failed, which was not made`)
    this.#goes(call, ['started'], 'failed')
    attempt.failedAt = stage.when()
    call.batch.executor.started.delete(call)
    call.retryAt = stage.now + event.retryInMs
    judgeRetry(stage, attempt, event.error, event.retryInMs)
  }

  #settled(call: CallFacts, result: ToolResult): void {
    const stage = this.#stage
    const { batch } = call
    const { executor } = batch
    if (call.state === 'settled') return stage.fault('I1', `${call.mark} settled twice`)
    call.result = result
    judge(stage, call, result)
    const last = call.attempts.at(-1)
    if (call.state === 'started' && call.plan.tool === 'fragile' && last?.began !== undefined)
      breakerLearns(stage, last, result)
    call.settledAt = stage.when()
    call.state = 'settled'
    if (!result.success && result.error.message.includes("the batch's deadlineMs")) batch.expiredAt ??= stage.when()
    batch.decided.push(call)
    executor.parked.delete(call)
    executor.started.delete(call)
    executor.unsettled.delete(call)
  }

  #endedLate(call: CallFacts, event: Extract<ToolEvent, { type: 'ended_late' }>): void {
    const stage = this.#stage
    const outcome = 'returned' in event.outcome ? event.outcome.returned : event.outcome.thrown
    const attempt = call.attempts.find(
      ({ abandonedAt, endedLateAt, ended }) =>
        abandonedAt !== undefined && endedLateAt === undefined && ended !== undefined && ended.value === outcome,
    )
    if (attempt?.abandonedAt === undefined) return stage.fault('I14', `${call.mark} ended late, which it did not`)
    if (event.lateMs !== stage.now - attempt.abandonedAt.at)
      stage.fault('I14', `${call.mark} was ${event.lateMs} ms late`)
    attempt.endedLateAt = stage.when()
    call.batch.executor.abandoned.delete(attempt)
  }

  #goes(call: CallFacts, from: readonly CallFacts['state'][], to: CallFacts['state']): void {
    if (!from.includes(call.state)) this.#stage.fault('S1', `${call.mark} is ${to}, and was ${call.state}`)
    call.state = to
  }

  #checkStats({ plan }: ExecutorFacts, executor: ToolExecutor, during: string): void {
    const { running, waiting, abandoned } = executor.stats()
    if (running < 0 || waiting < 0 || abandoned < 0 || running > plan.maxParallelTools)
      this.#stage.fault('I25', `${running} run, ${waiting} wait and ${abandoned} are abandoned at ${during}`)
  }

  #checkCounts(executor: ToolExecutor, { plan, parked, started, abandoned }: ExecutorFacts): void {
    const stats = executor.stats()
    if (stats.running !== started.size || stats.waiting !== parked.size || stats.abandoned !== abandoned.size)
      this.#stage.fault(
        'I25',
        `${started.size} run, ${parked.size} wait, ${abandoned.size} abandoned; told ${JSON.stringify(stats)}`,
      )
    const forPermits = [...parked].filter(({ waitsFor }) => waitsFor !== 'breaker').length
    if (stats.waitingFor.breaker !== parked.size - forPermits)
      this.#stage.fault('I25', `${stats.waitingFor.breaker} are said to wait for a probe, of ${parked.size}`)
    for (const call of parked) if (call.waitsFor === 'breaker') checkProbeWait(this.#stage, call)
    if (forPermits > 0 && started.size < plan.maxParallelTools)
      this.#stage.fault('I51', `${forPermits} wait though ${started.size} run of ${plan.maxParallelTools}`)
  }

  /** Who iterates gets each result as it is decided. */
  #checkRead(batch: BatchFacts): void {
    if (batch.plan.way !== 'open') return
    const expected = Math.min(batch.plan.reads, batch.decided.length)
    if (batch.read.length === expected && batch.checkedReads === expected) return
    batch.checkedReads = expected
    // A listener may cause a further result when it gets one, and the further one is then read first.
    const decided = new Set(batch.decided.map(({ result }) => result))
    const isRight = batch.read.length === expected && batch.read.every((result) => decided.delete(result))
    if (!isRight)
      this.#stage.fault('I9', `${batch.label} gave ${batch.read.length} results to who reads, of ${expected}`)
  }

  #batchAtEnd(batch: BatchFacts): void {
    const stage = this.#stage
    const { results, calls, label, plan, executor } = batch
    if (results === undefined) return stage.fault('I1', `${label} never came to its results`)
    if (results.length !== calls.length)
      stage.fault('I1', `${label} has ${results.length} results of ${calls.length} calls`)
    calls.forEach((call, index) => {
      const result = results[index]
      if (result === undefined) stage.fault('I1', `${call.mark} has no result`)
      else this.resolves(call, result)
    })
    if (batch.listeners.size > 0) stage.fault('I17', `the signal of ${label} has ${batch.listeners.size} listeners`)
    if (executor.plan.observed && batch.settledAt === undefined)
      stage.fault('I1', `${label} was never said to be settled`)
    if (executor.plan.observed && plan.onEvent !== 'none' && batch.eventsHeard !== batch.eventsSeen)
      stage.fault('S1', `${label} heard ${batch.eventsHeard} events of ${batch.eventsSeen}`)
  }
}
