import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Expiring, type TimeoutList, Timeouts } from '../../packages/aof-runtime/src/core/host/timeouts.ts'
import type { ToolEvent } from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, deaf, failureOf, setUp, type SetUp, type SetUpOptions } from './harness.ts'

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
  | {
      readonly type: 'add'
      readonly durationMs: number
      readonly againMs: number | undefined
      readonly agoMs: number | undefined
    }
  | { readonly type: 'remove'; readonly which: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'rest' }

type Added = Extract<Command, { type: 'add' }>

const durations = fc.constantFrom(1, 2, 3, 5, 8, 50, Infinity)
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('add' as const),
        durationMs: durations,
        againMs: fc.option(durations, { nil: undefined, freq: 4 }),
        agoMs: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 2 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('remove' as const), which: fc.nat(30) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 12 }) }) },
    { weight: 1, arbitrary: fc.constant({ type: 'rest' as const }) },
  ),
  { maxLength: 40 },
)

/** The expected behaviour of one entry, worked out without the timeouts. */
class Expectation {
  readonly entry: Entry
  readonly expiredAt: number[] = []
  #dueAt: number
  #againMs: number | undefined

  constructor(timeouts: Timeouts, clock: VirtualClock, { durationMs, againMs, agoMs }: Added) {
    const since = clock.now() - (agoMs ?? 0)
    // An entry that is due already expires at the next turn of the event loop.
    this.#dueAt = Math.max(clock.now(), since + durationMs)
    this.#againMs = againMs
    let again = againMs
    this.entry = new Entry(clock, (self) => {
      if (again !== undefined) timeouts.add(self, again, clock.now())
      again = undefined
    })
    if (agoMs === undefined) timeouts.add(this.entry, durationMs, since)
    else timeouts.addSince(this.entry, durationMs, since)
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
          if (command.type === 'add') {
            expected.push(new Expectation(timeouts, clock, command))
            await clock.advance(0)
          } else if (command.type === 'advance') await clock.advance(command.ms)
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

  test('an expiring entry may remove another that is due at the same moment', async () => {
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

  test('I17 a duration that was used once leaves neither list nor timer behind', () => {
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

  test('an entry of Infinity sets no timer', () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const entry = new Entry(clock)
    timeouts.add(entry, Infinity, 0)
    expect([clock.pending, entry.timeoutList]).toEqual([0, undefined])
    timeouts.remove(entry)
  })

  test('a timer that fires early, as real timers may, expires no entry before its moment', () => {
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

  test('an entry whose time began earlier expires first, and the timer is set for it', async () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const [now, before, between] = [new Entry(clock), new Entry(clock), new Entry(clock)]
    clock.leap(20)
    timeouts.add(now, 10, 20)
    timeouts.addSince(before, 10, 15)
    timeouts.addSince(between, 10, 17)
    expect(clock.pending).toBe(1)
    await clock.advance(10)
    expect([before, between, now].map(({ expiredAt }) => expiredAt)).toEqual([[25], [27], [30]])
  })

  test('an expiring entry that blocks the event loop does not delay the next one', async () => {
    const clock = new VirtualClock()
    const timeouts = new Timeouts(clock)
    const blocking = new Entry(clock, () => clock.leap(30))
    const next = new Entry(clock)
    timeouts.add(blocking, 100, 0)
    await clock.advance(50)
    timeouts.add(next, 100, 50)
    await clock.advance(60)
    await clock.advance(40)
    expect([blocking.expiredAt, next.expiredAt]).toEqual([[100], [150]])
  })
})

describe('a listener that blocks the event loop', () => {
  const blockedAt = (type: ToolEvent['type'], ms: number, options: SetUpOptions = {}): SetUp => {
    const clock = new VirtualClock()
    const set = setUp([{ ...deaf().tool, annotations: { readOnlyHint: true } }], { clock, graceMs: 0, ...options })
    let hasBlocked = false
    set.executor.subscribe((event) => {
      if (event.type === type && !hasBlocked) {
        hasBlocked = true
        clock.leap(ms)
      }
    })
    return set
  }

  test.each([
    ['timeoutMs', 'timeout'],
    ['idleTimeoutMs', 'idle_timeout'],
  ])('I11 a listener that blocks the event loop at the start of a call does not delay its %s', async (limit, code) => {
    const { run, clock } = blockedAt('started', 100)
    const [result] = await run([callOf('deaf')], { [limit]: 250 })
    expect([failureOf(result).error.code, clock.now()]).toEqual([code, 250])
  })

  test('I11 a timeout that passes while a listener blocks the start of a call ends the call at once', async () => {
    const { run, clock } = blockedAt('started', 100)
    const [result] = await run([callOf('deaf')], { timeoutMs: 50 })
    expect([failureOf(result).error.code, clock.now()]).toEqual(['timeout', 100])
  })

  test('I11 two calls have timeouts of their own if the start of the first starts the second', async () => {
    const { executor, clock } = blockedAt('started', 100)
    const ends: number[] = []
    const start = (): Promise<unknown> =>
      executor.executeTools([callOf('deaf')], { timeoutMs: 250 }).then(() => ends.push(clock.now()))
    const runs: Promise<unknown>[] = []
    executor.subscribe(({ type }) => {
      if (type === 'started' && executor.stats().running === 1) runs.push(start())
    })
    runs.push(start())
    await clock.runAll()
    await Promise.all(runs)
    expect(ends).toEqual([250, 350])
  })

  test.each(['batch_opened', 'accepted'] as const)(
    'I11 a listener that blocks the event loop at %s does not delay deadlines',
    async (type) => {
      for (const whose of ['batch', 'call', 'executor'] as const) {
        const deadlineMs = 250
        const { run, clock } = blockedAt(type, 100, whose === 'executor' ? { deadlineMs } : {})
        const calls = [callOf('deaf'), callOf('deaf')].map((call) =>
          whose === 'call' ? { ...call, deadlineMs } : call,
        )
        const results = await run(calls, whose === 'batch' ? { deadlineMs } : {})
        expect([results.map((result) => failureOf(result).error.code), clock.now()]).toEqual([
          ['deadline', 'deadline'],
          250,
        ])
      }
    },
  )
})
