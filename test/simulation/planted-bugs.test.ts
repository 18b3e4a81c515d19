import { readFileSync } from 'node:fs'
import module from 'node:module'
import { expect, test } from 'vitest'
import { PLANTED_BUGS } from '../../scripts/planted-bugs/bugs.ts'
import { plant } from '../../scripts/planted-bugs/plant.ts'

test(`S14: each of the ${PLANTED_BUGS.length} bugs can still be planted, and changes its file`, () => {
  expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(60)
  for (const bug of PLANTED_BUGS) {
    const source = readFileSync(new URL(`../../packages/aof-runtime/src/core/${bug.file}`, import.meta.url), 'utf8')
    expect(plant(source, bug)).not.toBe(source)
  }
})

test.skipIf(module.stripTypeScriptTypes === undefined)('S14: each of the planted bugs leaves valid code', () => {
  for (const bug of PLANTED_BUGS) {
    const source = readFileSync(new URL(`../../packages/aof-runtime/src/core/${bug.file}`, import.meta.url), 'utf8')
    expect(() => module.stripTypeScriptTypes(plant(source, bug)), bug.why).not.toThrow()
  }
})

test('S14: each of the planted bugs uses only private names that its file declares', () => {
  for (const bug of PLANTED_BUGS) {
    const source = readFileSync(new URL(`../../packages/aof-runtime/src/core/${bug.file}`, import.meta.url), 'utf8')
    const planted = plant(source, bug)
    const used = new Set([...planted.matchAll(/\.(#\w+)/g)].map(([, name]) => name))
    for (const name of used)
      expect(planted, bug.why).toMatch(new RegExp(`^ +(?:(?:static|readonly|get|set|async) |\\*)*${name}\\b`, 'm'))
  }
})

test('S14: few of the planted bugs are said to survive', () => {
  const survivors = PLANTED_BUGS.filter(({ survives }) => survives !== undefined)
  expect(survivors.length).toBeLessThanOrEqual(0.05 * PLANTED_BUGS.length)
})

test('a bug whose anchor is missing, or exists twice, is refused', () => {
  const bug = { file: 'a.ts', anchor: 'x + 1', replacement: 'x', why: 'off by one' }
  expect(plant('return x + 1', bug)).toBe('return x')
  expect(() => plant('return y', bug)).toThrow('occurs 0 times in a.ts')
  expect(() => plant('x + 1 + x + 1', bug)).toThrow('occurs 2 times in a.ts')
})
