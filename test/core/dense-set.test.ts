import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DenseSet, type DenseSetPlace } from '../../packages/aof-runtime/src/core/collections/dense-set.ts'

test('a dense set holds exactly the members that entered and did not leave, in any order of entering and leaving', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { nil: 'enter' as const }), { maxLength: 200 }), (program) => {
      const set = new DenseSet<number>()
      const present: DenseSetPlace<number>[] = []
      program.forEach((step, number) => {
        if (step === 'enter' || present.length === 0) present.push(set.enter(number))
        else for (const place of present.splice(step % present.length, 1)) set.leave(place)
        expect(set.size).toBe(present.length)
        expect([...set].toSorted((a, b) => a - b)).toEqual(
          present.map(({ member }) => member).toSorted((a, b) => a - b),
        )
      })
    }),
  )
})

test('members may enter and leave a dense set during its iteration', () => {
  const set = new DenseSet<string>()
  const places = ['a', 'b', 'c'].map((name) => set.enter(name))
  const seen: string[] = []
  for (const name of set) {
    seen.push(name)
    for (const place of places.splice(0)) set.leave(place)
    set.enter('late')
  }
  expect(seen).toEqual(['a', 'b', 'c'])
  expect(set.size).toBe(3)
})
