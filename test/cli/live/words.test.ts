import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { argumentsText } from '../../../packages/aof-cli/src/live/arguments-text.ts'
import { durationText, elapsedText } from '../../../packages/aof-cli/src/live/duration.ts'
import { column, joinSegments, rightColumn, wrapParts, wrapText } from '../../../packages/aof-cli/src/live/line.ts'
import { clip, displayWidth, oneLine } from '../../../packages/aof-cli/src/text.ts'

describe('durations', () => {
  test.each([
    [0, '0 ms', '0.0 s'],
    [0.4, '0 ms', '0.0 s'],
    [99, '99 ms', '0.0 s'],
    [999, '999 ms', '0.9 s'],
    [999.6, '1.0 s', '0.9 s'],
    [1_000, '1.0 s', '1.0 s'],
    [59_940, '59.9 s', '59.9 s'],
    [59_960, '1 m 00 s', '1 m 00 s'],
    [125_000, '2 m 05 s', '2 m 05 s'],
    [3_599_600, '1 h 00 m', '1 h 00 m'],
    [36_610_000, '10 h 10 m', '10 h 10 m'],
    [-5, '0 ms', '0.0 s'],
  ])('of %d ms', (ms, measured, growing) => {
    expect([durationText(ms), elapsedText(ms)]).toEqual([measured, growing])
  })
})

describe('arguments in short', () => {
  test.each([
    [undefined, ''],
    ['{}', ''],
    ['{"path":"src/index.ts"}', 'src/index.ts'],
    ['{"count":5}', '5'],
    ['{"path":"src","longest":3}', 'path=src longest=3'],
    ['{"q":"two words","n":null}', 'q="two words" n=null'],
    ['{"empty":"","deep":{"a":[1]}}', 'empty="" deep={"a":[1]}'],
    ['[1,2]', '[1,2]'],
    ['{"path":"a', '{"path":"a'],
    ['{"code":"a\\nb\\u001b[31m"}', 'a b\uFFFD[31m'],
    ['{"__proto__":{"x":1},"y":2}', '__proto__={"x":1} y=2'],
  ])('%s', (written, shown) => {
    expect(argumentsText(written)).toBe(shown)
  })

  test('of any length and depth take bounded time and space (bad inputs 29, 35)', () => {
    expect(argumentsText(JSON.stringify({ text: 'x'.repeat(10_000_000) })).length).toBeLessThanOrEqual(300)
    expect(argumentsText('['.repeat(1_000_000)).length).toBeLessThanOrEqual(300)
  })
})

describe('widths', () => {
  test.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['✅', 2],
    ['⚠\uFE0F', 2],
    ['𠀀', 2],
    ['한글', 4],
    ['⠋ ✓ ✗ ○ – … ×', 13],
  ])('%s takes %d columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  test('a cut text ends in an ellipsis, and is never cut within a wide character', () => {
    expect([clip('abcdef', 4), clip('abcd', 4), clip('日本語', 5), clip('日本語', 4), clip('ab', 0)]).toEqual([
      'abc…',
      'abcd',
      '日本…',
      '日…',
      '',
    ])
  })

  test('columns have the requested width', () => {
    expect([column('ab', 4), column('abcdef', 4), rightColumn('ab', 4)]).toEqual(['ab  ', 'abc…', '  ab'])
  })

  test('no segment follows a cut one', () => {
    const loud = (text: string): string => text.toUpperCase()
    expect(joinSegments([{ text: 'ab' }, { text: 'cdef', mark: loud }, { text: 'g' }], 5)).toBe('abCD…')
    expect(joinSegments([{ text: 'ab' }, { text: '' }, { text: 'c', mark: loud }], 5)).toBe('abC')
  })

  test('no line is wider than allowed, or contains control characters (property, I46)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const safe = oneLine(text)
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(displayWidth(clip(safe, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(column(safe, width))).toBeLessThanOrEqual(width)
        for (const line of wrapText(safe, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe('wrapping', () => {
  test('breaks between words, and within words that are too long', () => {
    expect(wrapText('one two  three', 7)).toEqual(['one two', 'three'])
    expect(wrapText('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k'])
    expect(wrapText('  indented text', 10)).toEqual(['  indented', 'text'])
    expect(wrapText('', 4)).toEqual([''])
  })

  test('of parts breaks only between them', () => {
    expect(wrapParts('one · two · three', '·', 9)).toEqual(['one · two', 'three'])
    expect(wrapParts('one · two · three', '·', 8)).toEqual(['one', 'two', 'three'])
    expect(wrapParts('one two three', '·', 5)).toEqual(['one two three'])
  })

  test('loses no word (property)', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.integer({ min: 1, max: 12 }), (words, width) => {
        expect(wrapText(words.join(' '), width).join('').replaceAll(' ', '')).toBe(words.join(''))
      }),
    )
  })
})
