import type { AdmissionController } from '../../../packages/aof-runtime/src/index.ts'
import { type EffectHolders, hasEffects, isMet, isReady, namesOf } from './conflicts.ts'
import { type CallFacts, deadlineAt, type ExecutorFacts, isCut, isStopped, limitOf, parentOf } from './facts.ts'
import type { Observer } from './observer.ts'
import type { Permits, PermitsInUse } from './permits.ts'
import type { Stage } from './stage.ts'

const WAITS = ['dependency', 'conflict', 'breaker', 'rate', 'key', 'tool', 'executor', 'process'] as const

/** Timers of many calls are shared, and late by up to a millisecond. */
const LATE_MS = 1

/**
 * Looks at every call where nothing is left to do at this moment.
 *
 * Duty: every wait is for what is really not there, nothing lasts longer than it may, and what the executors count is so.
 */
export class RestCheck {
  readonly #stage: Stage
  readonly #permits: Permits
  readonly #holders: EffectHolders
  readonly #observer: Observer
  readonly #admission: AdmissionController | undefined

  constructor(
    stage: Stage,
    permits: Permits,
    holders: EffectHolders,
    observer: Observer,
    admission: AdmissionController | undefined,
  ) {
    this.#stage = stage
    this.#permits = permits
    this.#holders = holders
    this.#observer = observer
    this.#admission = admission
  }

  check(): void {
    const stage = this.#stage
    const used = this.#permits.inUse(stage.unsettled, this.#observer.abandoned)
    stage.hasResized = false
    stage.move++
    // A timer that was due while a step blocked is late, and fires with the next moves.
    const { nextAt = Infinity } = stage.simulation.clock
    if (nextAt > stage.now && stage.now > stage.blockedAt + LATE_MS) stage.hasBlocked = false
    const isLate = stage.hasBlocked
    for (const call of stage.unsettled) {
      call.isKnown = isReady(call)
      if (call.state === 'coming') continue
      if (!isLate) this.#lastsTooLong(call)
      this.#waitsRightly(call, used)
      this.#restsRightly(call)
    }
    for (const site of stage.sites) if (site.cutAt !== undefined) this.#isClosedWith(site, site.cutAt)
    this.#checkCounts()
  }

  /** Batches that were open when the time to drain was over take no more calls. */
  #isClosedWith({ batches, index }: ExecutorFacts, cutAt: number): void {
    for (const { label, isClosed, openedAt, within, maker } of batches.values())
      if (!isClosed && openedAt < cutAt && within === undefined && maker === undefined)
        this.#stage.fault('I27', `${label} is open, and executor ${index} has been closed`)
  }

  #waitsRightly(call: CallFacts, used: PermitsInUse): void {
    const { mark, state, waitsFor } = call
    const stage = this.#stage
    switch (state) {
      case 'accepted': {
        const isFilling = call.isComplete && stage.plan.features.has('spills') && call.plan.refersTo.length > 0
        if (call.isComplete && !call.isChecking && !isFilling) stage.fault('I51', `${mark} neither waits nor runs`)
        return
      }
      case 'outside': {
        const { queue } = call.batch.site.plan
        const inside = [...stage.unsettled].filter(
          (other) => other.batch.site === call.batch.site && this.#isInQueue(other),
        )
        if (inside.length < queue.max) stage.fault('I51', `${mark} waits outside of a queue that has room`)
        return
      }
      case 'waiting':
      case 'resuming':
        if (waitsFor === 'dependency') return this.#waitsForCalls(call)
        if (waitsFor === 'conflict') return this.#waitsForEffects(call)
        if (waitsFor === 'breaker') return this.#observer.breakers.waits(call)
        if (state === 'resuming' && (this.#isStopped(call) || this.#hasOwnThatWait(call))) return
        if (stage.hasBlocked && waitsFor === 'rate') return
        if (this.#permits.maySetAside(call, stage.unsettled, stage.now)) return
        return this.#fault('I51', this.#permits.waits(call, used, stage.now))
      default:
    }
  }

  /** A call that waits to go on is suspended again, without an event, when calls of its own wait for those of others. */
  #hasOwnThatWait(call: CallFacts): boolean {
    const waits = ({ batch, waitsFor }: CallFacts): boolean => parentOf(batch) === call && waitsFor === 'conflict'
    return [...this.#stage.unsettled].some(waits)
  }

  #isInQueue({ state, waitsFor }: CallFacts): boolean {
    return state === 'waiting' && waitsFor !== 'dependency' && waitsFor !== 'conflict' && waitsFor !== 'breaker'
  }

  #fault(invariant: string, what: string | undefined): void {
    if (what !== undefined) this.#stage.fault(invariant, what)
  }

  #isStopped(call: CallFacts): boolean {
    const attempt = call.attempts.at(-1)
    return attempt !== undefined && isStopped(attempt)
  }

  #waitsForCalls(call: CallFacts): void {
    if (isMet(call)) {
      const isFilling = this.#stage.plan.features.has('spills') && call.plan.refersTo.length > 0
      if (!isFilling && !call.isChecking)
        this.#stage.fault('I51', `${call.mark} waits for calls that have all succeeded`)
      return
    }
    const isHopeless = namesOf(call).some((name) => {
      const producer = call.found.get(name)
      return producer === undefined ? call.batch.isClosed : producer.result?.success === false
    })
    if (isHopeless) this.#stage.fault('I51', `${call.mark} waits for what will never be`)
  }

  #waitsForEffects(call: CallFacts): void {
    if (hasEffects(call) && this.#holders.against(call) !== undefined) return
    this.#stage.fault('I51', `${call.mark} waits for effects that no call has`)
  }

  /** Checks a call that runs or has been cut. */
  #restsRightly(call: CallFacts): void {
    const { mark, state, batch } = call
    const stage = this.#stage
    if (isCut(call) && state !== 'running' && state !== 'suspended' && state !== 'resuming')
      stage.fault('I13', `${mark} is ${state} though it was aborted`)
    if (state !== 'running' && state !== 'suspended') return
    const attempt = call.attempts.at(-1)
    if (attempt === undefined || isStopped(attempt)) return
    const own = [...stage.unsettled].filter(({ batch: { maker } }) => maker === attempt)
    const begun = own.filter((each) => each.attempts.length > 0 || each.state === 'outside' || this.#isInQueue(each))
    if (state === 'running' && begun.length > 0)
      stage.fault('I26', `${mark} holds permits while it waits for ${(begun[0] as CallFacts).mark}`)
    if (state === 'suspended' && own.length === 0) stage.fault('I26', `${mark} is suspended and waits for nothing`)
    if (batch.isSettled) stage.fault('I1', `${mark} runs, and its batch is settled`)
  }

  #lastsTooLong(call: CallFacts): void {
    const { mark, state, batch } = call
    const { plan } = batch.site
    const { now, blockedAt } = this.#stage
    // A timer that was due while a step blocked was late, and so is the end of its grace.
    if (now <= blockedAt + plan.graceMs + LATE_MS) return
    const graceMs = state === 'running' || state === 'suspended' || state === 'resuming' ? plan.graceMs + LATE_MS : 0
    const wrong = (invariant: string, what: string): void =>
      this.#stage.fault(invariant, `${mark} is ${state}, ${what}`)
    if (now > deadlineAt(call) + LATE_MS + graceMs) wrong('I11', `and its deadline was at ${deadlineAt(call)} ms`)
    if (state === 'backing off' && !call.isChecking && now > call.retryAt)
      wrong('I33', `and was to start at ${call.retryAt} ms`)
    const attempt = call.attempts.at(-1)
    if (state === 'running' && attempt !== undefined) {
      const { ranMs, heardAt, runsSince } = attempt
      // At the least a millisecond is left to an attempt that goes on, also where a step has blocked for all its time.
      const isOver = ranMs + now - runsSince > limitOf(call, 'timeoutMs') + LATE_MS + graceMs
      if (isOver && now - runsSince > 1 + LATE_MS + graceMs) wrong('I11', 'and its time is over')
      if (now - Math.max(heardAt, runsSince) > limitOf(call, 'idleTimeoutMs') + LATE_MS + graceMs)
        wrong('I11', 'and is silent for too long')
    }
    if (call.isChecking && now > call.checksSince + limitOf(call, 'timeoutMs') + LATE_MS)
      wrong('I11', 'and a schema of its tool has had its time')
    const waitedMs = now - call.waitsSince
    if (this.#isInQueue(call) && waitedMs > plan.queue.deadlineMs + LATE_MS) wrong('I51', `since ${call.waitsSince} ms`)
    if (call.waitsFor === 'breaker' && waitedMs > (call.tool?.breaker?.openMs ?? 0) + LATE_MS)
      wrong('I27', `waiting for a probe since ${call.waitsSince} ms`)
    const { maker } = batch
    if (maker?.call.state === 'settled' && now > (maker.overAt ?? now) + plan.graceMs + LATE_MS)
      wrong('I26', 'and the call that made it has its result')
  }

  #checkCounts(): void {
    const { sites } = this.#stage
    for (const site of sites) this.#compare(site)
    if (this.#admission !== undefined) this.#compare(undefined)
  }

  /** The statistics of an executor, or of the controller, must equal the facts. */
  #compare(site: ExecutorFacts | undefined): void {
    const calls = [...this.#stage.unsettled].filter(({ batch }) => site === undefined || batch.site === site)
    const count = (state: CallFacts['state']): number => calls.filter((call) => call.state === state).length
    const waiting = calls.filter(({ state, isChecking }) => state === 'waiting' && !isChecking)
    const known = {
      running: count('running'),
      waiting: waiting.length + (site === undefined ? 0 : count('outside')),
      waitingFor: Object.fromEntries(
        WAITS.map((kind) => [kind, waiting.filter(({ waitsFor }) => waitsFor === kind).length]),
      ),
      suspended: calls.filter(
        (call) => (call.state === 'suspended' || call.state === 'resuming') && !this.#isStopped(call),
      ).length,
      abandoned: [...this.#observer.abandoned].filter(({ call }) => site === undefined || call.batch.site === site)
        .length,
    }
    const stats = site === undefined ? this.#admission?.stats() : site.executor.stats()
    if (stats === undefined) return
    const { running, waiting: waits, waitingFor, suspended, abandoned } = stats
    const said = JSON.stringify({ running, waiting: waits, waitingFor, suspended, abandoned })
    const who = site === undefined ? 'the controller' : `executor ${site.index}`
    if (said !== JSON.stringify(known)) this.#stage.fault('I25', `${who} says ${said}, it is ${JSON.stringify(known)}`)
  }
}
