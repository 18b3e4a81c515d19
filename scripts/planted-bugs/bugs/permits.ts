import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of who runs next. */
export const permits: readonly PlantedBug[] = [
  bug(
    'admission/permits.ts',
    'one permit too many',
    'if (this.#inUse >= this.limit ||',
    'if (this.#inUse > this.limit ||',
  ),
  bug('admission/permits.ts', 'who comes overtakes who waits', ' || this.waiting > 0) return false', ') return false'),
  bug(
    'admission/permits.ts',
    'a lost wake-up: of two permits that come back only one is handed on',
    'while (this.#head < this.#queue.length && this.#inUse < this.limit) {',
    'while (this.#head < this.#queue.length && this.#inUse === this.limit - 1) {',
  ),
  bug(
    'admission/permits.ts',
    'who was admitted is not counted',
    'this.#inUse++\n      waiter.admit(now)',
    'waiter.admit(now)',
  ),
  bug(
    'admission/permits.ts',
    'who withdrew is admitted',
    'if (waiter?.wantsPermit !== true) {',
    'if (waiter === undefined) {',
  ),
  bug('admission/permits.ts', 'who withdrew is counted for ever', '        this.#withdrawn--\n', ''),
  bug('admission/permits.ts', 'who withdrew is not counted', '    this.#withdrawn++\n', ''),
  bug(
    'admission/permits.ts',
    'a permit that comes back wakes nobody',
    'if (!this.#handing) this.#handOver(now)',
    'if (!this.#handing && this.waiting > 1) this.#handOver(now)',
  ),
  bug(
    'admission/permits.ts',
    'permits are handed over one inside the other',
    'this.#handing = true',
    'this.#handing = false',
    'Who is admitted and when stays the same; only the stack grows with each, which the tests of permits see with a hundred thousand.',
  ),
  bug(
    'admission/permits.ts',
    'the last come is the first served',
    'this.#queue.push(waiter)',
    'this.#queue.splice(this.#head, 0, waiter)',
  ),
  bug(
    'admission/permits.ts',
    'the sweep forgets the first of those who wait',
    'this.#queue = this.#queue.slice(this.#head).filter(',
    'this.#queue = this.#queue.slice(this.#head + 1).filter(',
  ),
]
