import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Expiring, type TimeoutList, Timeouts } from '../../src/core/timeouts.ts'
import { VirtualClock } from '../../src/testing/index.ts'

class Entry implements Expiring {
  timeoutList: TimeoutList | undefined
  addedAt = 0
  before: Expiring | undefined
  after: Expiring | undefined
  readonly expiredAt: number[] = []
  readonly #clock: VirtualClock
  readonly #onExpire: ((entry: Entry) => void) | undefined

  constructor(clock: VirtualClock, onExpire?: (entry: Entry) => void) {
    this.#clock = clock
    this.#onExpire = onExpire
  }

  expire(): void {
    this.expiredAt.push(this.#clock.now())
    this.#onExpire?.(this)
  }
}

type Command =
  | { readonly type: 'add'; readonly durationMs: number; readonly againMs: number | undefined }
  | { readonly type: 'remove'; readonly which: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'rest' }

const durations = fc.constantFrom(1, 2, 3, 5, 8, 50, Infinity)
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('add' as const),
        durationMs: durations,
        againMs: fc.option(durations, { nil: undefined, freq: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('remove' as const), which: fc.nat(30) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 12 }) }) },
    { weight: 1, arbitrary: fc.constant({ type: 'rest' as const }) },
  ),
  { maxLength: 40 },
)

/** What one entry is to do, worked out without the timeouts. */
class Expectation {
  readonly entry: Entry
  readonly expiredAt: number[] = []
  #dueAt: number
  #againMs: number | undefined

  constructor(timeouts: Timeouts, clock: VirtualClock, durationMs: number, againMs: number | undefined) {
    this.#dueAt = clock.now() + durationMs
    this.#againMs = againMs
    let again = againMs
    this.entry = new Entry(clock, (self) => {
      if (again !== undefined) timeouts.add(self, again, clock.now())
      again = undefined
    })
    timeouts.add(this.entry, durationMs, clock.now())
  }

  removed(): void {
    this.#dueAt = Infinity
  }

  advanceTo(moment: number): void {
    while (this.#dueAt <= moment) {
      this.expiredAt.push(this.#dueAt)
      this.#dueAt += this.#againMs ?? Infinity
      this.#againMs = undefined
    }
  }
}

describe('timeouts', () => {
  test('each entry expires exactly once, at its moment, unless it was removed; no timer is left (I17)', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (program) => {
        const clock = new VirtualClock()
        const timeouts = new Timeouts(clock)
        const expected: Expectation[] = []
        for (const command of program) {
          if (command.type === 'add')
            expected.push(new Expectation(timeouts, clock, command.durationMs, command.againMs))
          else if (command.type === 'advance') await clock.advance(command.ms)
          else if (command.type === 'rest') timeouts.rest()
          else {
            const chosen = expected[command.which]
            if (chosen === undefined) continue
            timeouts.remove(chosen.entry)
            chosen.removed()
          }
          for (const each of expected) {
            each.advanceTo(clock.now())
            expect(each.entry.expiredAt).toEqual(each.expiredAt)
          }
          expect(clock.pending).toBeLessThanOrEqual(6)
        }
        for (const { entry } of expected) timeouts.remove(entry)
        timeouts.rest()
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  test('one that expires may remove another that is due at the same moment', async () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const second = new Entry(clock)
    const first = new Entry(clock, () => timeouts.remove(second))
    const third = new Entry(clock)
    for (const entry of [first, second, third]) timeouts.add(entry, 10, 0)
    await clock.advance(10)
    expect([first, second, third].map(({ expiredAt }) => expiredAt)).toEqual([[10], [], [10]])
  })

  test('a thousand entries of one duration share one timer', async () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const entries = Array.from({ length: 1_000 }, () => new Entry(clock))
    for (const entry of entries) {
      timeouts.add(entry, 30_000, clock.now())
      await clock.advance(1)
      expect(clock.pending).toBe(1)
    }
    await clock.runAll()
    expect(entries.map(({ expiredAt }) => expiredAt)).toEqual(entries.map((_, i) => [i + 30_000]))
  })

  test('durations that were used once leave neither list nor timer behind', () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    for (let durationMs = 1; durationMs <= 500; durationMs++) {
      const entry = new Entry(clock)
      timeouts.add(entry, durationMs, 0)
      timeouts.remove(entry)
      expect(clock.pending).toBeLessThanOrEqual(64)
    }
    timeouts.rest()
    expect(clock.pending).toBe(0)
  })

  test('Infinity is entered nowhere', () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const entry = new Entry(clock)
    timeouts.add(entry, Infinity, 0)
    expect([clock.pending, entry.timeoutList]).toEqual([0, undefined])
    timeouts.remove(entry)
  })

  test('a timer that fires early, as those of the machine may, expires nothing before its moment', () => {
    const timers: (() => void)[] = []
    let now = 0
    const clock = { now: () => now, setTimer: (fire: () => void) => (timers.push(fire), { clear: () => {} }) }
    const timeouts = new Timeouts(clock)
    const watched = new Entry(new VirtualClock())
    timeouts.add(watched, 10, now)
    now = 9.4
    timers[0]?.()
    expect(watched.expiredAt.length).toBe(0)
    now = 10.4
    timers[1]?.()
    expect(watched.expiredAt.length).toBe(1)
  })
})
