import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_DELAY_MS, MisuseError, type TimerHandle } from '../../packages/aof-runtime/src/index.ts'
import { StalledError, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { countingSignal } from './counting-signal.ts'

/** A clock whose timers note their names and moments. */
function recording(clock = new VirtualClock()) {
  const fired: [name: string, at: number][] = []
  const set = (name: string, delayMs: number, then?: () => void): TimerHandle =>
    clock.setTimer(() => {
      fired.push([name, clock.now()])
      then?.()
    }, delayMs)
  return { clock, fired, set }
}

describe('advance', () => {
  test('time stands still until it is advanced', async () => {
    const { clock, fired, set } = recording()
    set('a', 0)
    await Promise.resolve()
    expect([clock.now(), clock.pending, clock.nextAt, fired]).toEqual([0, 1, 0, []])
    await clock.advance(0)
    expect([clock.now(), clock.pending, clock.nextAt, fired]).toEqual([0, 0, undefined, [['a', 0]]])
  })

  test('advance fires due timers in the order of their moments and ends at the given moment', async () => {
    const { clock, fired, set } = recording(new VirtualClock({ startMs: 1_000 }))
    set('late', 30)
    set('beyond', 51)
    set('early', 10.5)
    set('last', 50)
    await clock.advance(50)
    expect(fired).toEqual([
      ['early', 1_010.5],
      ['late', 1_030],
      ['last', 1_050],
    ])
    expect([clock.now(), clock.pending]).toEqual([1_050, 1])
    await clock.advanceTo(1_051)
    expect(fired.at(-1)).toEqual(['beyond', 1_051])
  })

  test('advance fires timers that are set meanwhile', async () => {
    const { clock, fired, set } = recording()
    set('outer', 10, () => set('inner', 5, () => set('too late', 6)))
    await clock.advance(20)
    expect(fired).toEqual([
      ['outer', 10],
      ['inner', 15],
    ])
  })

  test('every microtask runs before, between and after timers, however long the chain', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    const chain = async (name: string): Promise<void> => {
      for (let link = 0; link < 500; link++) await undefined
      seen.push(name)
      if (name === 'before') clock.setTimer(() => void chain('first'), 5)
    }
    void chain('before')
    clock.setTimer(() => seen.push('second'), 5)
    await clock.advance(5)
    expect(seen).toEqual(['before', 'second', 'first'])
  })

  test('a cleared timer never fires; clearing it twice or late has no effect', async () => {
    const { clock, fired, set } = recording()
    const cleared = set('cleared', 5)
    const kept = set('kept', 5)
    cleared.clear()
    cleared.clear()
    expect(clock.pending).toBe(1)
    await clock.advance(10)
    kept.clear()
    expect(fired).toEqual([['kept', 5]])
  })

  test('a timer may clear another that is due at the same moment', async () => {
    const { clock, fired, set } = recording()
    set('first', 5, () => second.clear())
    const second = set('second', 5)
    await clock.advance(5)
    expect(fired).toEqual([['first', 5]])
  })

  test('advance rejects with the error of a callback, and can continue from there', async () => {
    const { clock, fired, set } = recording()
    set('a', 5, () => {
      throw new Error('from a timer')
    })
    set('b', 6)
    await expect(clock.advance(10)).rejects.toThrow('from a timer')
    expect(clock.now()).toBe(5)
    await clock.advance(5)
    expect(fired).toEqual([
      ['a', 5],
      ['b', 6],
    ])
  })

  test('a timer that restarts itself without delay is detected', async () => {
    const clock = new VirtualClock({ maxTimersPerMoment: 50 })
    let count = 0
    const again = (): void => {
      count += 1
      clock.setTimer(again, 0)
    }
    clock.setTimer(again, 7)
    await expect(clock.advance(10)).rejects.toThrow(/^50 timers fired at 7 ms and more are due/)
    expect(count).toBe(50)
  })

  test('the count of timers at one moment starts again at the next', async () => {
    const clock = new VirtualClock({ maxTimersPerMoment: 3 })
    for (let moment = 0; moment < 5; moment++) for (let timer = 0; timer < 3; timer++) clock.setTimer(() => {}, moment)
    await clock.advance(5)
    expect(clock.pending).toBe(0)
  })

  test('a second advance during another is refused', async () => {
    const clock = new VirtualClock()
    const first = clock.advance(5)
    await expect(clock.advance(5)).rejects.toThrow('clock: expected to be moved by one at a time')
    await first
    expect(clock.now()).toBe(5)
  })
})

describe('I11: misuse of the virtual clock', () => {
  test.each([-1, NaN, Infinity, MAX_DELAY_MS + 1])(
    'I11: a delay of %d is refused, because a real timer would fire at once',
    (ms) => {
      expect(() => new VirtualClock().setTimer(() => {}, ms)).toThrow(MisuseError)
    },
  )

  test('I11: the longest delay is accepted', async () => {
    const { clock, fired, set } = recording()
    set('far', MAX_DELAY_MS)
    await clock.advance(MAX_DELAY_MS)
    expect(fired).toEqual([['far', MAX_DELAY_MS]])
  })

  test('I11: time cannot go back, or forward without end', async () => {
    const clock = new VirtualClock({ startMs: 10 })
    await expect(clock.advance(-1)).rejects.toThrow(MisuseError)
    await expect(clock.advance(Infinity)).rejects.toThrow(MisuseError)
    await expect(clock.advanceTo(9)).rejects.toThrow('moment: expected a moment that is not before now, 10 ms, got 9.')
    await expect(clock.advanceTo(NaN)).rejects.toThrow(MisuseError)
    await expect(clock.runAll({ maxMs: -1 })).rejects.toThrow(MisuseError)
  })

  test.each([{ startMs: -1 }, { maxTimersPerMoment: 0 }, { seed: 0.5 }])(
    'I11: the clock options %o are refused',
    (options) => {
      expect(() => new VirtualClock(options)).toThrow(MisuseError)
    },
  )
})

describe('timers of one moment', () => {
  async function order(options: { seed?: number }): Promise<string> {
    const { clock, fired, set } = recording(new VirtualClock(options))
    for (const name of 'abcdef') set(name, 5)
    await clock.advance(5)
    return fired.map(([name]) => name).join('')
  }

  test('timers of one moment fire in the order in which they were set', async () => {
    expect(await order({})).toBe('abcdef')
  })

  test('timers of one moment fire in an order drawn from the seed', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const first = await order({ seed })
      expect(await order({ seed })).toBe(first)
      expect([...first].sort().join('')).toBe('abcdef')
      orders.add(first)
    }
    expect(orders.size).toBeGreaterThan(40)
  })
})

describe('fireNext', () => {
  test('fireNext fires one timer at its moment; false if there is none', async () => {
    const { clock, fired, set } = recording()
    set('b', 9)
    set('a', 3)
    expect([await clock.fireNext(), clock.now(), fired.length]).toEqual([true, 3, 1])
    expect([await clock.fireNext(), clock.now(), fired.length]).toEqual([true, 9, 2])
    expect([await clock.fireNext(), clock.now(), fired.length]).toEqual([false, 9, 2])
  })

  test('fireNext sees the timer of a queued microtask', async () => {
    const { clock, fired, set } = recording()
    void Promise.resolve().then(() => set('a', 3))
    expect([await clock.fireNext(), fired]).toEqual([true, [['a', 3]]])
  })
})

describe('runAll', () => {
  test('runAll fires all timers and stops at the last one', async () => {
    const { clock, fired, set } = recording()
    set('a', 5, () => set('b', 600_000))
    await clock.runAll()
    expect(fired).toEqual([
      ['a', 5],
      ['b', 600_005],
    ])
    expect(clock.now()).toBe(600_005)
  })

  test('runAll stops before a timer beyond its bound and names it', async () => {
    const { clock, set } = recording()
    const again = (): void => void set('tick', 40, again)
    again()
    const error = await clock.runAll({ maxMs: 100 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StalledError)
    expect(String(error)).toBe(
      'StalledError: Timers keep being set at 80 ms, and the next of 1 timer(s) is due at 120 ms, beyond the bound of 100 ms (maxMs).',
    )
  })
})

describe('runUntil', () => {
  test('runUntil advances time only as far as needed and returns the value', async () => {
    const { clock, fired, set } = recording()
    set('unneeded', 100)
    const value = clock.sleep(30).then(async () => {
      await clock.sleep(5)
      return 'done'
    })
    expect(await clock.runUntil(value)).toBe('done')
    expect([clock.now(), clock.pending, fired]).toEqual([35, 1, []])
  })

  test('runUntil does not touch timers if the promise is settled already', async () => {
    const { clock, fired, set } = recording()
    set('due', 0)
    expect(await clock.runUntil(Promise.resolve(1))).toBe(1)
    expect(fired).toEqual([])
  })

  test('runUntil rejects like the promise', async () => {
    const clock = new VirtualClock()
    const failing = clock.sleep(5).then(() => Promise.reject(new Error('no')))
    await expect(clock.runUntil(failing)).rejects.toThrow('no')
  })

  test('runUntil reports a hang at once, with the name of the promise', async () => {
    const { clock, set } = recording()
    set('a', 40)
    const error = await clock
      .runUntil(new Promise(() => {}), { label: 'the results' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StalledError)
    expect(String(error)).toContain('Waiting for the results: still pending at 40 ms, and no timer is left to fire.')
  })

  test('runUntil reports a promise that takes longer than the bound', async () => {
    const clock = new VirtualClock()
    await expect(clock.runUntil(clock.sleep(101), { maxMs: 100 })).rejects.toThrow(
      'due at 101 ms, beyond the bound of 100 ms',
    )
    await expect(clock.runUntil(clock.sleep(100), { maxMs: 100 })).resolves.toBeUndefined()
  })

  test('I8: after a hang the clock still works, and a late rejection is handled', async () => {
    const clock = new VirtualClock()
    const { promise, reject } = Promise.withResolvers<never>()
    await expect(clock.runUntil(promise)).rejects.toThrow(StalledError)
    reject(new Error('late'))
    await clock.advance(5)
    expect(clock.now()).toBe(5)
  })
})

describe('sleep', () => {
  test('I17: sleep resolves after its time and leaves no listener behind', async () => {
    const clock = new VirtualClock()
    const { signal, added, removed } = countingSignal()
    await clock.runUntil(clock.sleep(5, { signal }))
    expect([clock.now(), added(), removed()]).toEqual([5, 1, 1])
  })

  test("I17: sleep rejects with the signal's reason as soon as it aborts, and leaves no timer behind", async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const sleeping = clock.sleep(5, { signal: controller.signal })
    controller.abort('enough')
    await expect(sleeping).rejects.toBe('enough')
    expect(clock.pending).toBe(0)
  })

  test('I13: sleep does not begin if the signal is aborted already', async () => {
    const clock = new VirtualClock()
    await expect(clock.sleep(5, { signal: AbortSignal.abort('before') })).rejects.toBe('before')
    expect(clock.pending).toBe(0)
  })
})

const operation = fc.oneof(
  fc.record({ do: fc.constant('set' as const), delayMs: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ do: fc.constant('set nested' as const), delayMs: fc.nat({ max: 20 }), innerMs: fc.nat({ max: 20 }) }),
  fc.record({ do: fc.constant('clear' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 25 }) }),
  fc.record({ do: fc.constant('fire next' as const) }),
)

test.each([undefined, 1])(
  'any program of sets, clears and advances fires each timer once, in order (seed %s)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60, size: 'max' }), async (program) => {
        const clock = new VirtualClock(seed === undefined ? {} : { seed })
        const due: number[] = []
        const handles: TimerHandle[] = []
        const cleared = new Set<number>()
        const fired: { readonly timer: number; readonly at: number }[] = []
        const set = (delayMs: number, then?: () => void): void => {
          const timer = due.push(clock.now() + delayMs) - 1
          const fire = (): void => {
            fired.push({ timer, at: clock.now() })
            then?.()
          }
          handles.push(clock.setTimer(fire, delayMs))
        }
        const hasFired = (timer: number): boolean => fired.some((firing) => firing.timer === timer)
        for (const op of program) {
          const before = clock.now()
          if (op.do === 'set') set(op.delayMs)
          else if (op.do === 'set nested') set(op.delayMs, () => set(op.innerMs))
          else if (op.do === 'advance') await clock.advance(op.ms)
          else if (op.do === 'fire next') await clock.fireNext()
          else if (handles.length > 0) {
            const timer = op.which % handles.length
            if (!hasFired(timer)) cleared.add(timer)
            handles[timer]!.clear()
          }
          if (op.do === 'advance') expect(clock.now()).toBe(before + op.ms)
          const waiting = due.filter((_, timer) => !cleared.has(timer) && !hasFired(timer))
          expect(clock.pending).toBe(waiting.length)
          if (op.do === 'advance') expect(waiting.every((moment) => moment > clock.now())).toBe(true)
        }
        await clock.runAll()
        const expected = due.map((_, timer) => timer).filter((timer) => !cleared.has(timer))
        expect(fired.map(({ timer }) => timer).sort((a, b) => a - b)).toEqual(expected)
        expect(fired.every(({ timer, at }) => at === due[timer])).toBe(true)
        expect(fired.map(({ at }) => at)).toEqual(fired.map(({ at }) => at).sort((a, b) => a - b))
        if (seed === undefined) {
          const inOrder = expected.toSorted((a, b) => due[a]! - due[b]! || a - b)
          expect(fired.map(({ timer }) => timer)).toEqual(inOrder)
        }
      }),
    )
  },
)

describe('leap', () => {
  test('leap lets time pass at once: timers that fell due fire late, in order, with the next advance', async () => {
    const { clock, fired, set } = recording()
    set('b', 20)
    set('a', 10)
    set('later', 200)
    clock.leap(100)
    expect([clock.now(), clock.nextAt, fired]).toEqual([100, 10, []])
    await clock.advance(0)
    expect(fired).toEqual([
      ['a', 100],
      ['b', 100],
    ])
    await clock.advance(100)
    expect(fired.at(-1)).toEqual(['later', 200])
  })

  test('a timer may let time leap, even past the end of an advance', async () => {
    const { clock, fired, set } = recording()
    set('leaps', 10, () => clock.leap(1_000))
    set('late', 20)
    set('beyond', 2_000)
    await clock.advance(50)
    expect([clock.now(), fired]).toEqual([
      1_010,
      [
        ['leaps', 10],
        ['late', 1_010],
      ],
    ])
  })

  test('leap refuses a value that is not a duration', () => {
    expect(() => new VirtualClock().leap(-1)).toThrow(MisuseError)
  })
})

test('all sleeps with one signal end with its reason', async () => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const asleep = Promise.allSettled([10, 20].map((ms) => clock.sleep(ms, { signal: abort.signal })))
  abort.abort('stop')
  expect(await asleep).toEqual([
    { status: 'rejected', reason: 'stop' },
    { status: 'rejected', reason: 'stop' },
  ])
  expect(clock.pending).toBe(0)
})
