import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of shared timers. */
export const timeouts: readonly PlantedBug[] = [
  bug('host/timeouts.ts', 'a removed timeout expires all the same', 'entry.timeoutList?.remove(entry)', 'void entry'),
  bug(
    'host/timeouts.ts',
    'after the first timeout the others have no timer',
    'if (this.#first !== undefined) {',
    'if (this.#first === undefined) {',
  ),
  bug(
    'host/timeouts.ts',
    'a timeout expires a millisecond too early',
    'if (first.addedAt + this.durationMs > now) return',
    'if (first.addedAt + this.durationMs > now + 1) return',
  ),
  bug(
    'host/timeouts.ts',
    'timers stay set when nothing is under way',
    'if (this.#first !== undefined || this.#timer === undefined) return',
    'return',
  ),
  bug(
    'host/timeouts.ts',
    'the list is linked wrongly when an entry in the middle is removed',
    'else entry.before.after = entry.after',
    'else entry.before.after = undefined',
  ),
  bug(
    'host/timeouts.ts',
    'calls of one duration share the list of another',
    'return this.#last?.durationMs === durationMs ?',
    'return this.#last !== undefined ?',
  ),
  bug(
    'host/timeouts.ts',
    'of several timeouts that expire at one moment only the first does',
    '      this.remove(first)\n      first.expire()\n',
    '      this.remove(first)\n      return first.expire()\n',
  ),
  bug(
    'host/timeouts.ts',
    'a timeout whose time began earlier is set for its whole duration',
    'isNow ? this.durationMs : dueAt - this.#clock.now()',
    'this.durationMs',
  ),
  bug(
    'host/timeouts.ts',
    'a timeout whose time began earlier waits for those that were added before it',
    'while (before !== undefined && before.addedAt > since) before = before.before\n',
    '',
  ),
  bug(
    'host/timeouts.ts',
    'a timer that is set is never moved',
    'if (dueAt >= this.#firesAt || this.#firing) return',
    'if (this.#timer !== undefined || this.#firing) return',
  ),
]
