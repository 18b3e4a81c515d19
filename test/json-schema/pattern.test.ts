import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Automaton } from '../../src/json-schema/pattern/automaton.ts'
import { Pattern } from '../../src/json-schema/pattern/pattern.ts'
import { parsePattern } from '../../src/json-schema/pattern/syntax.ts'
import { OverBudget, Work } from '../../src/json-schema/work.ts'

const plenty = (): Work => new Work(1e9)

/** Reads a text with the automaton, however harmless the pattern is. */
const reads = (source: string, text: string): boolean =>
  new Automaton(parsePattern(source, new RegExp(source, 'u').flags), plenty()).finds(text, plenty())

const letters = fc.constantFrom('a', 'b', 'c', 'A', '1', '-', '_', ' ', '\n', '.', 'é', '😀')
const texts = fc.array(letters, { maxLength: 9 }).map((all) => all.join(''))

/** Patterns of every part that there is, as texts. */
const { pattern: patterns } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  pattern: fc
    .tuple(
      fc.array(
        fc
          .tuple(
            tie('atom'),
            fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,3}', '{2,}', '*?', '+?', '{1,2}?'),
          )
          .map(([atom, quantifier]) => (/^(?:[$^]|\\b|\\B|\(\?<?[=!])/.test(atom) ? atom : atom + quantifier)),
        { maxLength: 4 },
      ),
      fc.boolean(),
      tie('atom'),
    )
    .map(([parts, isChoice, other]) => (isChoice ? `${parts.join('')}|${other}` : parts.join(''))),
  atom: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      'a',
      'b',
      'c',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\S',
      '[ab]',
      '[^a]',
      '[a-c1]',
      '\\p{L}',
      '\\.',
      '[\\]-]',
      '\\u{1F600}',
      '\\x61',
      '^',
      '$',
      '\\b',
      '\\B',
    ),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?<n>'), tie('pattern'))
      .map(([open, inside]) => `${open}${inside.replaceAll('(?<n>', '(')})`),
  ),
}))

describe('an automaton', () => {
  test('finds what the engine finds, for any pattern and text', () => {
    let compared = 0
    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 1, maxLength: 8 }), (source, many) => {
        // Two groups of one name are no pattern.
        if (source.split('(?<n>').length > 2) return
        const native = new RegExp(source, 'u')
        for (const drawn of many) {
          // V8 also looks around in the middle of a pair of surrogates, where the standard has no place.
          const text = /\(\?<|\\B/.test(source) ? drawn.replaceAll('😀', 'é') : drawn
          compared++
          expect([source, text, reads(source, text)]).toEqual([source, text, native.test(text)])
        }
      }),
      { numRuns: 1_500 },
    )
    expect(compared).toBeGreaterThan(3_000)
  })

  test.each([
    ['^[\\w.+-]+@[\\w-]+\\.[\\w.]+$', 'bob.x@example.com', 'bob@'],
    ['^(?=.*[A-Z])(?=.*\\d).{3,}$', 'abC1', 'abc1'],
    ['^(?!\\s*$).+', ' a ', '   '],
    ['(?<=(?<!x)ab)c$', 'zabc', 'xabc'],
    ['^\\p{Lu}\\p{Ll}+$', 'Émile', 'émile'],
    ['^.$', '😀', '\n'],
  ])('%s', (source, yes, no) => {
    expect([reads(source, yes), reads(source, no)]).toEqual([true, false])
  })
})

describe('a pattern (I39)', () => {
  test.each([
    ['43: nested repetition', '^(a+)+$', 'a'.repeat(30_000), '!'],
    ['the same twice', '^(a|a)*$', 'a'.repeat(30_000), '!'],
    ['one in the other', '^(a|ab|b)*c$', 'ab'.repeat(15_000), 'd'],
    ['neighbours', '^\\s*\\s*\\s*\\s*x$', ' '.repeat(20_000), 'y'],
    ['without an anchor', 'a*a*a*b', 'a'.repeat(20_000), 'c'],
    ['counted', '^(a?){30}a{30}$', 'a'.repeat(29), ''],
    ['in a look-ahead', '^(?=(a+)+$)a', 'a'.repeat(30_000), '!'],
    ['in a look-behind', '(?<=^(a+)+)!!', 'a'.repeat(30_000), '!'],
    ['trailing blanks', '\\s+$', ' '.repeat(50_000), 'x'],
  ])('takes work that grows with the text alone: %s', (_how, source, repeated, end) => {
    const pattern = new Pattern(source, plenty())
    // The engine of the platform would take longer than this test run has.
    expect(pattern.test(repeated + end, new Work(40 * (repeated.length + 40) * 4))).toBe(false)
  })

  test('ends where the work that it may take is used up', () => {
    expect(() => new Pattern('^(a+)+$', plenty()).test('a'.repeat(10_000), new Work(10_000))).toThrow(OverBudget)
    expect(() => new Pattern('(a{90}){100}', new Work(5_000))).toThrow(OverBudget)
  })

  test('of a short text is asked of the engine, where that cannot take long', () => {
    const work = new Work(20)
    expect(new Pattern('^[a-z]{2,10}$', plenty()).test('abcdefgh', work)).toBe(true)
  })

  test.each([
    ['(a)\\1', 'it refers back to what was matched, which takes time without bounds'],
    ['(?<n>a)\\k<n>', 'it refers back to what was matched, which takes time without bounds'],
    ['((a{100}){100}){100}', 'its counted repetitions are too large'],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, 'it nests groups more than 100 deep'],
    ['x'.repeat(5_000), 'it is longer than 4096 characters'],
    ['(a', 'Invalid regular expression: /(a/: Unterminated group'],
    ['(?i:a)', 'it sets flags for a group'],
  ])('%s is refused, with the reason', (source, message) => {
    expect(() => new Pattern(source, plenty())).toThrow(message)
  })

  test('with an escape too many is one as of old', () => {
    expect(new Pattern('^a\\-b$', plenty()).test('a-b', plenty())).toBe(true)
    expect(new Pattern('^(a\\-)+$', plenty()).test('a-'.repeat(20_000), plenty())).toBe(true)
  })
})
