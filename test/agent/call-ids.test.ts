import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallIds } from '../../src/agent/call-ids.ts'

const take = (...wanted: unknown[]): string[] => {
  const ids = new CallIds()
  return wanted.map((id) => ids.take(id as string))
}

test('bad inputs 16, 17: an id that comes again gets a number', () => {
  expect(take('a', 'a', 'b', 'a', 'b')).toEqual(['a', 'a_2', 'b', 'a_3', 'b_2'])
})

test('a number that is taken is passed over, whichever came first', () => {
  expect(take('a', 'a_2', 'a', 'a', 'a_2')).toEqual(['a', 'a_2', 'a_3', 'a_4', 'a_2_2'])
})

test('bad inputs 18 to 20: ids that are missing, empty, or names of prototypes', () => {
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

test('I3: no two are ever the same, and an id that is free is left as it is', () => {
  const id = fc.oneof(fc.constantFrom('a', 'a_2', 'a_3', 'a_2_2', '', 'call', 'call_2'), fc.string({ maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(id, { maxLength: 50 }), (wanted) => {
      const given = take(...wanted)
      expect(new Set(given).size).toBe(wanted.length)
      given.forEach((got, i) => {
        const free = wanted[i] !== '' && !given.slice(0, i).includes(wanted[i] as string)
        if (free) expect(got).toBe(wanted[i])
      })
    }),
  )
})

test('fifty thousand calls of one id are no harder than as many ids', () => {
  const given = take(...Array.from({ length: 50_000 }, () => 'same'))
  expect(given.at(-1)).toBe('same_50000')
  expect(new Set(given).size).toBe(50_000)
})
