import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Automaton } from '../../packages/aof-runtime/src/json-schema/pattern/automaton.ts'
import { Pattern } from '../../packages/aof-runtime/src/json-schema/pattern/pattern.ts'
import { parsePattern } from '../../packages/aof-runtime/src/json-schema/pattern/parser.ts'
import { StepCache } from '../../packages/aof-runtime/src/json-schema/pattern/step-cache.ts'
import { OverBudget, Work } from '../../packages/aof-runtime/src/json-schema/work.ts'

const plenty = (): Work => new Work(1e9)

/** Reads a text with the automaton, however harmless the pattern is. */
const reads = (source: string, text: string): boolean =>
  new Automaton(parsePattern(source), plenty()).finds(text, plenty())

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

describe('the automaton of a pattern', () => {
  test("an automaton matches like the platform's engine, for any pattern and text", () => {
    let compared = 0
    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 1, maxLength: 8 }), (source, many) => {
        // A pattern must not have two groups of one name.
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
  ])('the pattern %s matches a fitting text and no other', (source, yes, no) => {
    expect([reads(source, yes), reads(source, no)]).toEqual([true, false])
  })
})

describe('I39: patterns', () => {
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
  ])('I39: the work of a pattern grows only with the text: %s', (_how, source, repeated, end) => {
    const pattern = new Pattern(source, plenty())
    // The engine of the platform would take longer than this test run has.
    expect(pattern.test(repeated + end, new Work(40 * (repeated.length + 40) * 4))).toBe(false)
  })

  test('I39: matching stops when its budget of work is used up', () => {
    expect(() => new Pattern('^(a+)+$', plenty()).test('a'.repeat(10_000), new Work(4_000))).toThrow(OverBudget)
    expect(() => new Pattern('(a{90}){100}', new Work(5_000))).toThrow(OverBudget)
  })

  test('I39: a pattern reads two characters for one unit of work, once its steps are known', () => {
    const pattern = new Pattern('^[a-z]{2,10}$', plenty())
    expect(pattern.test('abcdefgh', plenty())).toBe(true)
    expect(pattern.test('hgfedcba', new Work(5))).toBe(true)
  })

  test.each([
    ['(a)\\1', 'it has a back-reference, which cannot be matched in bounded time'],
    ['(?<n>a)\\k<n>', 'it has a back-reference, which cannot be matched in bounded time'],
    ['((a{100}){100}){100}', 'its counted repetitions are too large'],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, 'it nests groups more than 100 deep'],
    ['x'.repeat(5_000), 'it is longer than 4096 characters'],
    ['(a', 'Invalid regular expression: /(a/: Unterminated group'],
    ['(?i:a)', 'it sets flags for a group'],
  ])('I39: the pattern %s is refused, with the reason', (source, message) => {
    expect(() => new Pattern(source, plenty())).toThrow(message)
  })

  test('I39: states whose condition fails count as work', () => {
    const pattern = new Pattern(`c|${Array.from({ length: 1_000 }, () => '^b').join('|')}`, plenty())
    expect(() => pattern.test('aa', new Work(4_000))).toThrow(OverBudget)
    expect(pattern.test('ac', plenty())).toBe(true)
  })

  test.each([
    [
      String.raw`\A\d+$`,
      String.raw`it has \A, which is not an escape in ECMAScript regular expressions: the beginning of the text is`,
    ],
    [String.raw`^\d+\Z`, 'the end of the text is written $'],
    [String.raw`^\d+\z`, 'the end of the text is written $'],
    [String.raw`\Qa.b\E`, 'it has \\Q, which is not an escape'],
    [String.raw`\h+`, 'it has \\h, which is not an escape'],
    [String.raw`^\pL+$`, String.raw`write \p{…} with braces`],
    [String.raw`^\p{Greek}$`, String.raw`it has \p{Greek}, a property that Unicode does not have`],
    [String.raw`\x4`, String.raw`write \xHH with two hexadecimal digits`],
    [String.raw`[\07]`, 'it has an octal escape'],
    ['^[[:alpha:]]+$', 'it has the POSIX class [:alpha:]'],
    ['^[^[:space:]_]+$', 'it has the POSIX class [:space:]'],
    ['[:digit:]+', 'it has the POSIX class [:digit:]'],
    ['[a-z&&[^aeiou]]', 'it has a set within a set'],
    ['[a-z[0-9]]', 'it has a set within a set'],
    ['[]abc]', 'it has a ] first in a set'],
    ['(?P<x>a)', 'it has a named group as Python writes it: write (?<name>…) instead of (?P<name>…)'],
    ['(?P<x>a)(?P=x)', 'it has a named group as Python writes it'],
    ['(?i)abc', 'it sets flags, which a JSON Schema cannot'],
    ['(?s-m:a.b)', 'it sets flags for a group'],
    ['(?>a+)b', 'it has an atomic group'],
    ['(?#note)a', 'it has a comment'],
    ['a++b', 'it has a possessive quantifier'],
    ['a{,5}', 'it has {,5} without a lower bound: write {0,5}'],
    ["(?'n'a)", "it has a group named as in (?'name'…)"],
    ['(*UTF8)a', 'it has a verb'],
    ['(?R)?', 'it has a condition or a recursion'],
    ['[z-a]', 'Range out of order'],
    ['a{2,1}', 'numbers out of order'],
    ['*a', 'Nothing to repeat'],
    ['a**', 'Nothing to repeat'],
    ['a)', 'Unmatched'],
  ])('the pattern %s, of another dialect or invalid, is refused with the reason', (source, message) => {
    expect(() => new Pattern(source, plenty())).toThrow(message)
  })

  test.each([
    [String.raw`^[^\"<>]*$`, '😀', true],
    [String.raw`^[^\"<>]{1}$`, '😀', true],
    [String.raw`^\"?.\"?$`, '😀', true],
    [String.raw`^\'\p{L}+\'$`, "'é'", true],
    [String.raw`^\@\u{61}{2}$`, '@aa', true],
    [String.raw`^[\w-.]+$`, 'a-b.c', true],
    [String.raw`^[\w-.]+$`, 'a b', false],
    ['^{.*}$', '{a}', true],
    ['^a]$', 'a]', true],
    ['^(?=a)*b$', 'b', true],
  ])('the pattern %s has one meaning for texts of any length: %s', (source, text, expected) => {
    const pattern = new Pattern(source, plenty())
    expect(pattern.test(text, plenty())).toBe(expected)
    // Texts that were matched before do not change it either.
    pattern.test(text.repeat(5_000), plenty())
    expect(pattern.test(text, plenty())).toBe(expected)
  })

  test('a pattern means the same for a long text as for a short one', () => {
    const pattern = new Pattern(String.raw`^[^\"<>]{3,}$`, plenty())
    for (const count of [3, 100, 5_000, 100_000]) {
      expect(pattern.test('😀'.repeat(count), plenty())).toBe(true)
      expect(pattern.test(`${'😀'.repeat(count)}"`, plenty())).toBe(false)
    }
    expect(pattern.test('😀😀', plenty())).toBe(false)
  })

  test('a pattern matches the same after its cache was cleared', () => {
    const cache = new StepCache()
    const pattern = new Pattern('^(?=.*b)(a|b)*a(a|b){14}$', plenty(), cache)
    const texts = Array.from({ length: 300 }, (_, i) =>
      (i * 2_654_435_761).toString(2).replaceAll('0', 'a').replaceAll('1', 'b'),
    )
    const native = /^(?=.*b)(a|b)*a(a|b){14}$/u
    for (const text of texts) {
      expect([text, pattern.test(text, plenty())]).toEqual([text, native.test(text)])
      cache.reserve({ forget: () => undefined }, 150_000)
    }
  })

  test('a pattern with an unnecessary escape is accepted', () => {
    expect(new Pattern('^a\\-b$', plenty()).test('a-b', plenty())).toBe(true)
    expect(new Pattern('^(a\\-)+$', plenty()).test('a-'.repeat(20_000), plenty())).toBe(true)
  })
})
