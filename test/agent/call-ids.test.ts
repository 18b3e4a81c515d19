import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallIds } from '../../packages/aof-runtime/src/agent/call-ids.ts'

const take = (...wanted: unknown[]): string[] => {
  const ids = new CallIds()
  return wanted.map((id) => ids.take(id as string))
}

test('bad inputs 16, 17: a repeated id gets a number', () => {
  expect(take('a', 'a', 'b', 'a', 'b')).toEqual(['a', 'a_2', 'b', 'a_3', 'b_2'])
})

test('a numbered id that is in use is skipped, whichever came first', () => {
  expect(take('a', 'a_2', 'a', 'a', 'a_2')).toEqual(['a', 'a_2', 'a_3', 'a_4', 'a_2_2'])
})

test('bad inputs 18 to 20: ids that are missing, empty, or names of prototypes are handled', () => {
  expect(take(undefined, '', null, 7, '__proto__', '__proto__', 'constructor')).toEqual([
    'call',
    'call_2',
    'call_3',
    'call_4',
    '__proto__',
    '__proto___2',
    'constructor',
  ])
})

test('I3: no two ids are ever equal, and a free id that providers accept stays unchanged', () => {
  const id = fc.oneof(fc.constantFrom('a', 'a_2', 'a_3', 'a_2_2', '', 'call', 'call_2'), fc.string({ maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(id, { maxLength: 50 }), (wanted) => {
      const given = take(...wanted)
      expect(new Set(given).size).toBe(wanted.length)
      given.forEach((got, i) => {
        expect(got).toMatch(/^[A-Za-z0-9_-]{1,40}$/)
        const isTaken = /^[A-Za-z0-9_-]+$/.test(wanted[i] as string)
        const free = isTaken && !given.slice(0, i).includes(wanted[i] as string)
        if (free) expect(got).toBe(wanted[i])
      })
    }),
  )
})

test('fifty thousand calls with one id cost no more than as many ids', () => {
  const given = take(...Array.from({ length: 50_000 }, () => 'same'))
  expect(given.at(-1)).toBe('same_50000')
  expect(new Set(given).size).toBe(50_000)
})

test('an id that a provider refuses always becomes the same one, and different ids become different ones', () => {
  const odd = [
    'functions.clock:0',
    'functions.clock.0',
    'functions_clock_0',
    'i'.repeat(41),
    'i'.repeat(1_000_000),
    'é',
    ' ',
  ]
  const mapped = take(...odd)
  expect(new Set(mapped).size).toBe(odd.length)
  expect(mapped[0]).toMatch(/^functions_clock_0_[A-Za-z0-9]{9}$/)
  expect(mapped[2]).toBe('functions_clock_0')
  expect(odd.map((id) => take('first', id)[1])).toEqual(mapped)
  expect(take(...mapped)).toEqual(mapped)
})
