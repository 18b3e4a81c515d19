import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compileJsonSchema } from '../../packages/aof-runtime/src/json-schema/compile-json-schema.ts'
import type { JsonSchema, Validation } from '../../packages/aof-runtime/src/index.ts'
import { letters } from './letters.ts'

const MIB = 1_048_576

const check = (schema: JsonSchema, value: unknown): Validation => compileJsonSchema(schema)(value) as Validation
const fits = (schema: JsonSchema, value: unknown): boolean => check(schema, value).ok
const schemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema) as JsonSchema

/** Text of about `length` bytes, of repetitions of `part`. */
const filled = (part: string, length: number): string => part.repeat(Math.floor(length / part.length))

describe('I39: every common pattern checks a text as long as arguments may be', () => {
  const base64 = filled('QUJD', MIB - 8)
  test.each<[string, JsonSchema, string, string]>([
    ['z.base64()', schemaOf(z.base64()), base64, `${base64}!`],
    ['z.base64url()', schemaOf(z.base64url()), base64, `${base64}!`],
    ['z.hex()', schemaOf(z.hex()), filled('0aF9', MIB), `${filled('0aF9', MIB)}g`],
    ['endsWith', schemaOf(z.string().endsWith('.')), `${filled('word ', MIB)}.`, filled('word ', MIB)],
    ['startsWith', schemaOf(z.string().startsWith('w')), filled('word ', MIB), filled('Word ', MIB)],
    ['includes', schemaOf(z.string().includes('needle')), `${filled('hay ', MIB)}needle`, filled('hay ', MIB)],
    [
      'several at once',
      schemaOf(z.string().startsWith('a').includes('b').endsWith('c')),
      `${filled('ab', MIB)}c`,
      filled('ab', MIB),
    ],
    [
      'z.emoji()',
      { type: 'string', pattern: z.toJSONSchema(z.emoji()).pattern as string },
      filled('😀', MIB / 2),
      filled('a', MIB),
    ],
    [
      'z.email()',
      { pattern: z.toJSONSchema(z.email()).pattern as string },
      `${filled('ab.', MIB - 100)}c@example.com`,
      filled('ab.', MIB),
    ],
    ['z.iso.datetime()', schemaOf(z.iso.datetime()), '2026-11-28T10:00:00Z', filled('2026-11-28T10:00:00Z', MIB)],
    ['a password', { pattern: '^(?=.*[A-Z])(?=.*\\d)(?=.*[^\\w]).{8,}$' }, filled('aB3$', MIB), filled('aBc$', MIB)],
    ['no blank text', { pattern: '^(?!\\s*$).+' }, `${filled(' ', MIB)}x`, filled(' ', MIB)],
    ['three words', { pattern: 'foo.*bar.*baz' }, `foo${filled('bar', MIB)}baz`, filled('foo bar ', MIB)],
    ['nested repetition', { pattern: '^(a+)+$' }, filled('a', MIB), `${filled('a', MIB)}!`],
    ['words', { pattern: '^(\\w+[ .,]?)+$' }, filled('word, ', MIB).replaceAll(', ', ','), `${filled('word,', MIB)}!`],
    [
      'other scripts',
      { pattern: '^[\\p{L}\\p{N}\\s]+$' },
      filled('漢字かな交じり文 ', MIB / 3),
      `${filled('漢字', MIB / 3)}!`,
    ],
  ])('I39: a text as long as arguments may be is checked by the pattern of %s', (_what, schema, good, bad) => {
    expect(fits(schema, good)).toBe(true)
    const refused = check(schema, bad)
    expect(refused.ok ? [] : refused.issues.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Expected a string/),
    )
  })

  test('I39: a long text is also checked as one of many values', () => {
    const file = z.object({ path: z.string().regex(/^[\w./-]+$/), content: z.base64() })
    const schema = schemaOf(z.object({ files: z.array(file) }))
    const files = Array.from({ length: 64 }, (_, i) => ({ path: `src/file-${i}.ts`, content: filled('QUJD', 16_000) }))
    expect(fits(schema, { files })).toBe(true)
  })

  test('I39: many numbers are checked to be multiples of a fraction', () => {
    const schema = { items: { type: 'number', multipleOf: 0.01 } }
    expect(
      fits(
        schema,
        Array.from({ length: 100_000 }, (_, i) => i / 100),
      ),
    ).toBe(true)
    expect(
      fits(
        schema,
        Array.from({ length: 100_000 }, (_, i) => (i === 99_999 ? 0.005 : i / 100)),
      ),
    ).toBe(false)
  })

  test('I39: many objects are checked to be unique', () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, tags: ['a', { b: id }] }))
    expect(fits({ uniqueItems: true }, rows)).toBe(true)
    expect(fits({ uniqueItems: true }, [...rows, { tags: ['a', { b: 7 }], id: 7 }])).toBe(false)
  })
})

describe('I39: work that grows with both the schema and the value is bounded', () => {
  const keys = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key_${i}`, i]))
  const times = (count: number, one: JsonSchema): JsonSchema => ({ allOf: Array.from({ length: count }, () => one) })

  test.each<[string, JsonSchema, unknown]>([
    [
      'conditions that fail',
      { pattern: `c|${Array.from({ length: 500 }, () => '\\bb').join('|')}|a[ab]{300}d` },
      `a${letters(400_000)}`,
    ],
    [
      'look-arounds',
      { pattern: `${Array.from({ length: 31 }, (_, i) => `(?=.*${i})`).join('')}x` },
      filled('0123456789', MIB),
    ],
    [
      'required keys',
      { items: times(100, { required: Array.from({ length: 400 }, (_, i) => `k${i}`) }) },
      Array.from({ length: 200 }, () => Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, 1]))),
    ],
    [
      'dependent keys',
      { items: { dependentSchemas: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`z${i}`, {}])) } },
      Array.from({ length: 5_000 }, () => ({ a: 1 })),
    ],
    [
      'items that must differ',
      times(200, { uniqueItems: true }),
      Array.from({ length: 20_000 }, (_, i) => `item ${i}`),
    ],
    [
      'a constant beside a large object',
      { anyOf: Array.from({ length: 500 }, () => ({ const: { a: 1 } })) },
      keys(20_000),
    ],
    [
      'keys of many patterns',
      { patternProperties: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`^k(a|b)*${i}$`, {}])) },
      keys(20_000),
    ],
    ['names of keys', times(200, { propertyNames: { pattern: 'k' } }), keys(20_000)],
    ['counts of keys', times(1_500, { propertyNames: true }), keys(20_000)],
    ['long texts counted often', times(3_000, { minLength: 600_000 }), filled('a', MIB)],
    ['formats', times(2_000, { format: 'json-pointer' }), `/${filled('a', MIB)}`],
  ])('I39: checking has bounded work for %s', (_what, schema, value) => {
    const refused = check(schema, value)
    expect(refused).toEqual({
      ok: false,
      issues: [{ pointer: '', message: 'It takes too much work to check; send a smaller value.' }],
    })
  })

  test.each<[string, JsonSchema]>([
    [
      'names at a long address',
      {
        $id: `http://x/${filled('a', 400_000)}`,
        $defs: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [i, { $anchor: `n${i}` }])),
      },
    ],
    [
      'references from a long address',
      {
        $id: `http://x/${filled('a', 400_000)}`,
        allOf: Array.from({ length: 3_000 }, () => ({ $ref: '#/$defs/a' })),
        $defs: { a: {} },
      },
    ],
    [
      'dynamic references to many addresses',
      {
        $defs: Object.fromEntries(
          Array.from({ length: 3_000 }, (_, i) => [i, { $id: `http://h/${i}`, $dynamicAnchor: 'n' }]),
        ),
        allOf: Array.from({ length: 1_000 }, () => ({ $dynamicRef: 'http://h/1#n' })),
      },
    ],
    ['long patterns', { allOf: Array.from({ length: 200 }, (_, i) => ({ pattern: `${i}${filled('a', 4_000)}` })) }],
    ['properties of characters', { allOf: Array.from({ length: 4_000 }, (_, i) => ({ pattern: `\\p{L}${i}` })) }],
  ])('I39: compiling has bounded work for %s', (_what, schema) => {
    expect(() => compileJsonSchema(schema)).toThrow('it takes too much work to compile')
  })
})
