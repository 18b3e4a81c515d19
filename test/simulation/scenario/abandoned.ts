import { type EffectHolders, hasEffects } from './conflicts.ts'
import type { AttemptFacts, CallFacts, ExecutorFacts } from './facts.ts'
import type { Stage } from './stage.ts'

/** Attempts whose tools go on though the runtime has stopped waiting for them, and what is kept for each. */
export class Abandoned {
  readonly #stage: Stage
  readonly #holders: EffectHolders
  readonly #attempts = new Set<AttemptFacts>()

  constructor(stage: Stage, holders: EffectHolders) {
    this.#stage = stage
    this.#holders = holders
  }

  [Symbol.iterator](): IterableIterator<AttemptFacts> {
    return this.#attempts.values()
  }

  add(call: CallFacts, at: number): void {
    const attempt = call.attempts.at(-1)
    if (attempt === undefined || attempt.isOver || attempt.abandonedAt !== undefined)
      return this.#stage.fault('I14', `${call.mark} is abandoned, and does not run`)
    if (attempt.ended !== undefined && attempt.ended.move < this.#stage.move)
      this.#stage.fault('I14', `${call.mark} is abandoned, and its tool has ended`)
    attempt.abandonedAt = at
    attempt.keepsPermits = call.state === 'running'
    attempt.keepsWrites = true
    this.#attempts.add(attempt)
  }

  /** The tool has ended after all. */
  endLate(call: CallFacts, abandonedAt: number): void {
    const attempt = call.attempts.find(
      (each) => this.#attempts.has(each) && each.abandonedAt === abandonedAt && each.ended !== undefined,
    )
    if (attempt === undefined) return this.#stage.fault('I14', `${call.mark} ends late, and was not abandoned`)
    this.#attempts.delete(attempt)
    attempt.isGone = true
    attempt.keepsPermits = attempt.keepsWrites = false
    this.#holders.settle(call)
  }

  /** Releases its retained permits; its possible writes are then uncertain, if the executor has that policy. */
  endHold(call: CallFacts): void {
    const attempt = call.attempts.find(
      ({ abandonedAt, isGone, isHoldOver }) => abandonedAt !== undefined && !isGone && !isHoldOver,
    )
    if (attempt === undefined) return this.#stage.fault('I25', `${call.mark} has held nothing`)
    attempt.isHoldOver = true
    attempt.keepsPermits = false
    if (call.batch.site.plan.onUncertain === 'start') attempt.keepsWrites = false
    else if (hasEffects(call)) this.#stage.happened.add('uncertain effects')
    this.#holders.settle(call)
  }

  /** An executor that is closed keeps nothing, unless it shares its controller. */
  forget(site: ExecutorFacts): void {
    if (this.#stage.plan.process !== undefined) return
    for (const attempt of this.#attempts)
      if (attempt.call.batch.site === site) attempt.keepsPermits = attempt.keepsWrites = false
  }
}
