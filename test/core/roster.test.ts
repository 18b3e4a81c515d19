import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Roster, type RosterPlace } from '../../packages/aof-runtime/src/core/collections/roster.ts'

test('holds exactly those who have entered and not left, in whatever order they do', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { nil: 'enter' as const }), { maxLength: 200 }), (program) => {
      const roster = new Roster<number>()
      const present: RosterPlace<number>[] = []
      program.forEach((step, number) => {
        if (step === 'enter' || present.length === 0) present.push(roster.enter(number))
        else for (const place of present.splice(step % present.length, 1)) roster.leave(place)
        expect(roster.size).toBe(present.length)
        expect([...roster].toSorted((a, b) => a - b)).toEqual(
          present.map(({ member }) => member).toSorted((a, b) => a - b),
        )
      })
    }),
  )
})

test('everyone may leave while they are gone through, and others come', () => {
  const roster = new Roster<string>()
  const places = ['a', 'b', 'c'].map((name) => roster.enter(name))
  const seen: string[] = []
  for (const name of roster) {
    seen.push(name)
    for (const place of places.splice(0)) roster.leave(place)
    roster.enter('late')
  }
  expect(seen).toEqual(['a', 'b', 'c'])
  expect(roster.size).toBe(3)
})
