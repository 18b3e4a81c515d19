import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from '../../packages/aof-runtime/src/core/contract/text.ts'

test.each([
  ['70: terminal commands', 'a\x1b[2Jb\x07\x9bc', 'a\ufffd[2Jb\ufffd\ufffdc'],
  ['13: a NUL', 'a\0b', 'a\ufffdb'],
  ['a carriage return, which overwrites a line', 'a\rb', 'a\ufffdb'],
  ['71: bidirectional overrides', 'a\u202eb\u2066c\u061cd', 'a\ufffdb\ufffdc\ufffdd'],
  ['10: what is not seen', 'read\u200bfile\ufeff\u2060', 'read\ufffdfile\ufffd\ufffd'],
  ['51: hidden tags', 'x\u{e0041}\u{e0000}y', 'x\ufffd\ufffdy'],
  ['line separators', 'a\u2028b\u2029c', 'a\ufffdb\ufffdc'],
  ['an unpaired surrogate', 'a\ud800b', 'a\ufffdb'],
])('printable text shows %s as U+FFFD', (_what, text, expected) => {
  expect(printable(text, 100)).toBe(expected)
})

test('printable text leaves other text unchanged', () => {
  const text = 'Zürich, 東京, 👍🏽, عربي, tab\tand\nnewline'
  expect(printable(text, 100)).toBe(text)
})

test('printable text that is too long is cut, with an ellipsis', () => {
  expect(printable('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`)
  expect(printable('x'.repeat(10), 10)).toBe('x'.repeat(10))
  expect(printable(`${'x'.repeat(8)}👍👍`, 10)).toBe(`${'x'.repeat(8)}\ufffd…`)
})

test('printable text is bounded and well-formed, and stays the same when it is made printable again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
      const shown = printable(text, maxLength)
      expect(shown.length).toBeLessThanOrEqual(maxLength)
      expect(shown.isWellFormed()).toBe(true)
      expect(printable(shown, maxLength)).toBe(shown)
      expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    }),
    { numRuns: 500 },
  )
})
