import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameInHistory } from '../../src/agent/name-in-history.ts'

const tools = new Set(['fs.read', 'search'])

test("a tool's name stays as it is", () => {
  expect(nameInHistory('fs.read', tools)).toBe('fs.read')
  expect(nameInHistory('search', tools)).toBe('search')
})

test('bad inputs 1 to 12: any other name becomes one that every provider takes', () => {
  expect(nameInHistory('__proto__', tools)).toBe('__proto__')
  expect(nameInHistory('constructor', tools)).toBe('constructor')
  expect(nameInHistory('fs.write', tools)).toBe('fs_write')
  expect(nameInHistory('search ', tools)).toBe('search_')
  expect(nameInHistory('search<|channel|>json', tools)).toBe('search__channel__json')
  expect(nameInHistory('', tools)).toBe('unnamed')
  expect(nameInHistory('reаd\u200b\0', tools)).toBe('re_d__')
  expect(nameInHistory('x'.repeat(65_536), tools)).toBe('x'.repeat(64))
  expect(nameInHistory(undefined as unknown as string, tools)).toBe('undefined')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (name) => {
      expect(nameInHistory(name, tools)).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
    }),
    { numRuns: 50 },
  )
})
