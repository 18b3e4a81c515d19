import { comesBefore, exactEffects, isWithin, keyOf, privacyOf } from './conflicts.ts'
import { type AttemptFacts, type CallFacts, isMadeBy } from './facts.ts'

/** The registers that calls read and write. */
const REGISTERS = ['a', 'a/x', 'a/y', 'b', 'b/c', 's'] as const

interface Touched {
  readonly name: string
  readonly isWrite: boolean
}

/**
 * A memory that shows when calls have met that must not: each call reads what it touches when it begins, and looks again, and
 * writes, when it ends.
 */
export class Registers {
  readonly #fault: (invariant: string, what: string) => void
  readonly #written = new Map<string, readonly CallFacts[]>()

  /** @param fault reports a violation of an invariant */
  constructor(fault: (invariant: string, what: string) => void) {
    this.#fault = fault
  }

  /** @returns what is to be done when the attempt ends */
  begin({ call, ...attempt }: AttemptFacts, isHeld: () => boolean): () => void {
    const seen = touchedBy(call).map((each) => ({ ...each, value: this.#read(each.name) }))
    // A register that nested calls may write too is written at once.
    const hasNested = call.plan.acts.some(({ does }) => does === 'nest')
    if (hasNested) for (const { name, isWrite } of seen) if (isWrite && attempt.number === 1) this.#write(name, call)
    return () => {
      if (hasNested) return
      for (const { name, isWrite, value } of seen) {
        // An attempt that was abandoned holds its reads no longer, and its writes for a while.
        if (isWrite ? !isHeld() : call.attempts.some(({ abandonedAt }) => abandonedAt !== undefined)) continue
        // A call that was tried again may write while one that it had made before, and abandoned, still runs.
        const since = this.#read(name).slice(value.length)
        const other = since.find((each) => each !== call && !isMadeBy(call, each) && !isMadeBy(each, call))
        if (other !== undefined) this.#fault('I32', `${name} has been written to by ${other.mark} beside ${call.mark}`)
        if (isWrite) this.#write(name, call)
      }
    }
  }

  /** I52: of one batch, each register was written in the order of the calls. */
  atEnd(): void {
    for (const [name, calls] of this.#written)
      for (const [i, call] of calls.entries())
        for (const later of calls.slice(i + 1))
          if (call.batch === later.batch && comesBefore(keyOf(later), keyOf(call)))
            this.#fault('I52', `${name} was written by ${call.mark} before ${later.mark}`)
  }

  #read(name: string): readonly CallFacts[] {
    let value = this.#written.get(name)
    if (value === undefined) this.#written.set(name, (value = []))
    return value
  }

  #write(name: string, call: CallFacts): void {
    this.#written.set(name, [...this.#read(name), call])
  }
}

/** The registers that a call touches; one that is private to its run differs from the shared one. */
function touchedBy(call: CallFacts): Touched[] {
  const found = new Map<string, boolean>()
  for (const { resource, mode, scope } of exactEffects(call))
    for (const register of REGISTERS) {
      if (!isWithin(register, resource)) continue
      const name = scope === 'run' ? `${privacyOf(call)}: ${register}` : register
      found.set(name, mode === 'write' || found.get(name) === true)
    }
  return Array.from(found, ([name, isWrite]) => ({ name, isWrite }))
}
