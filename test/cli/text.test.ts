import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from '../../packages/aof-cli/src/text.ts'

const ACTING = /[\u007F-\u009F\u2028\u2029\p{Cf}\u115F\u1160\u3164\uFFA0]/u

test.each([
  ['a bidirectional override', 'a\u202Eb', String.raw`"a\u202eb"`],
  ['a control character of the second set', 'a\u009B2Jb', String.raw`"a\u009b2Jb"`],
  ['a tag character, which is two units', '\u{E0041}', String.raw`"\udb40\udc41"`],
  ['an escape sequence', '\u001B[2J', String.raw`"\u001b[2J"`],
])('I46: %s is printed as an escape', (_what, text, expected) => {
  expect(jsonText(text, 0)).toBe(expected)
})

test('I46: a JSON answer has no control characters, and parsing it gives the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indent) => {
      const text = jsonText(value, indent)
      expect(text).not.toMatch(ACTING)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
