import type { CallFacts } from './facts.ts'
import { isMadeBy, isWithin } from './facts.ts'
import type { EffectPlan } from './plan.ts'

/** What there is to be read and written. */
const REGISTERS = ['a', 'a/x', 'a/y', 'b', 'b/c', 's'] as const

/**
 * A memory that shows when calls have met that must not: each call reads what it touches when it begins, and looks again, and
 * writes, when it ends.
 */
export class Registers {
  readonly #values = new Map<string, readonly CallFacts[]>()
  readonly #fault: (invariant: string, what: string) => void

  constructor(fault: (invariant: string, what: string) => void) {
    this.#fault = fault
  }

  /** @returns what is to be done when the call ends */
  begin(call: CallFacts, effects: readonly EffectPlan[]): () => void {
    const seen = touched(call, effects).map(({ name, isWrite }) => ({ name, isWrite, value: this.#read(name) }))
    // What calls of its own may write as well is written at once.
    const hasNested = call.plan.acts.some(({ does }) => does === 'nest')
    if (hasNested) for (const { name, isWrite } of seen) if (isWrite) this.#write(name, call)
    return () => {
      for (const { name, isWrite, value } of hasNested ? [] : seen) {
        if (isWrite ? call.kept === 0 && call.abandoned > 0 : call.abandoned > 0) continue
        // A call that was tried again may write while one that it had made before, and abandoned, still runs.
        const since = this.#read(name).slice(value.length)
        if (since.some((other) => !isMadeBy(call, other)))
          this.#fault('I32', `${name} has been written to beside ${call.mark}`)
        if (isWrite) this.#write(name, call)
      }
    }
  }

  /** By register, who has written, in order. */
  *written(): Generator<readonly [string, readonly CallFacts[]], void, undefined> {
    yield* this.#values
  }

  #read(name: string): readonly CallFacts[] {
    let value = this.#values.get(name)
    if (value === undefined) this.#values.set(name, (value = []))
    return value
  }

  #write(name: string, call: CallFacts): void {
    this.#values.set(name, [...this.#read(name), call])
  }
}

/** What a call touches; what is private to its run is not the same as what is not. */
function touched(call: CallFacts, effects: readonly EffectPlan[]): { name: string; isWrite: boolean }[] {
  const found = new Map<string, boolean>()
  for (const { resource, mode, scope } of effects)
    for (const register of REGISTERS) {
      if (!isWithin(register, resource)) continue
      const name = scope === 'run' ? `${call.batch.run}: ${register}` : register
      found.set(name, mode === 'write' || found.get(name) === true)
    }
  return Array.from(found, ([name, isWrite]) => ({ name, isWrite }))
}
