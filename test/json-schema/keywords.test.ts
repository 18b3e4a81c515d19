import { type Schema as OracleSchema, Validator as Oracle } from '@cfworker/json-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileJsonSchema } from '../../packages/aof-runtime/src/json-schema/compile-json-schema.ts'
import type { JsonSchema, Validation } from '../../packages/aof-runtime/src/index.ts'

const fits = (schema: JsonSchema, value: unknown): boolean => (compileJsonSchema(schema)(value) as Validation).ok

const issuesOf = (schema: JsonSchema, value: unknown): readonly (readonly [string, string])[] => {
  const validation = compileJsonSchema(schema)(value) as Validation
  return validation.ok ? [] : validation.issues.map(({ pointer, message }) => [pointer, message] as const)
}

type Sub = JsonSchema | boolean

/** Its `then` is a keyword; written out it would look like a promise. */
const conditional = (condition: Sub, yes: Sub, no: Sub): JsonSchema =>
  Object.fromEntries(['if', 'then', 'else'].map((keyword, i) => [keyword, [condition, yes, no][i]]))

const DRAFT_7 = 'http://json-schema.org/draft-07/schema#'
const DRAFT_2019 = 'https://json-schema.org/draft/2019-09/schema'

describe('each keyword accepts fitting values and reports the others', () => {
  test.each<[JsonSchema, unknown, unknown, string, string]>([
    [{ type: ['string', 'null'] }, null, 1, '', 'Expected string or null, got number.'],
    [{ type: 'integer' }, 1.0, 1.5, '', 'Expected integer, got number.'],
    [{ type: 'array' }, [], {}, '', 'Expected array, got object.'],
    [{ const: { a: [1, null] } }, { a: [1, null] }, { a: [1] }, '', 'Expected {"a":[1,null]}.'],
    [{ enum: [1, { a: 1, b: 2 }] }, { b: 2, a: 1 }, '1', '', 'Expected one of 1, {"a":1,"b":2}.'],
    [{ minLength: 2, maxLength: 3 }, '😀😀', '😀', '', 'Expected at least 2 characters, got 1.'],
    [{ maxLength: 1 }, '😀', 'ab', '', 'Expected at most 1 character, got 2.'],
    [{ pattern: '^a+$' }, 'aa', 'ab', '', 'Expected a string that matches ^a+$.'],
    [{ format: 'date' }, '2024-02-29', '2023-02-29', '', 'Expected a string of the format date.'],
    [{ minimum: 1 }, 1, 0.5, '', 'Expected at least 1, got 0.5.'],
    [{ exclusiveMaximum: 1 }, 0, 1, '', 'Expected less than 1, got 1.'],
    [{ maximum: 1 }, 1, 1.5, '', 'Expected at most 1, got 1.5.'],
    [{ exclusiveMinimum: 1 }, 2, 1, '', 'Expected more than 1, got 1.'],
    [{ multipleOf: 0.1 }, 0.3, 0.35, '', 'Expected a multiple of 0.1, got 0.35.'],
    [{ multipleOf: 1e-7 }, 12_345.6789012, 1e-8, '', 'Expected a multiple of 1e-7, got 1e-8.'],
    [{ required: ['a'] }, { a: 1 }, {}, '', 'The property "a" is missing.'],
    [{ minProperties: 1 }, { a: 1 }, {}, '', 'Expected at least 1 property, got 0.'],
    [{ maxProperties: 1 }, { a: 1 }, { a: 1, b: 2 }, '', 'Expected at most 1 property, got 2.'],
    [{ propertyNames: { maxLength: 1 } }, { a: 1 }, { ab: 1 }, '', 'The property name "ab" is not allowed.'],
    [
      { patternProperties: { '^n': { type: 'number' } } },
      { n1: 1, x: '' },
      { n1: '' },
      '/n1',
      'Expected number, got string.',
    ],
    [
      { dependentRequired: { a: ['b'] } },
      { a: 1, b: 1 },
      { a: 1 },
      '',
      'The property "b" is missing, which "a" needs.',
    ],
    [{ dependencies: { a: ['b'] } }, { b: 1 }, { a: 1 }, '', 'The property "b" is missing, which "a" needs.'],
    [{ dependentSchemas: { a: { required: ['c'] } } }, { a: 1, c: 1 }, { a: 1 }, '', 'The property "c" is missing.'],
    [{ minItems: 1, maxItems: 2 }, [1], [], '', 'Expected at least 1 item, got 0.'],
    [{ maxItems: 2 }, [1, 2], [1, 2, 3], '', 'Expected at most 2 items, got 3.'],
    [{ items: { type: 'string' } }, ['a'], ['a', 1], '/1', 'Expected string, got number.'],
    [
      { prefixItems: [{}, { const: 1 }], items: false },
      [0, 1],
      [0, 1, 2],
      '/2',
      'Nothing is allowed here; leave it out.',
    ],
    [
      { uniqueItems: true },
      ['{"a":1}', { a: 1 }, 1, '1'],
      [{ a: 1, b: 2 }, 0, { b: 2, a: 1 }],
      '',
      'The items 0 and 2 are equal; items must be unique.',
    ],
    [{ contains: { type: 'string' } }, [1, 'a'], [1], '', 'Expected at least 1 item that match `contains`, got 0.'],
    [{ contains: {}, maxContains: 1 }, [1], [1, 2], '', 'Expected at most 1 item that match `contains`, got 2.'],
    [{ not: { type: 'string' } }, 1, 'a', '', 'It matches a schema that is not allowed here.'],
    [
      { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
      1,
      3,
      '',
      'It fits more than one of the alternatives, and must fit exactly one.',
    ],
    [conditional({ minimum: 5 }, { multipleOf: 2 }, { const: 1 }), 6, 7, '', 'Expected a multiple of 2, got 7.'],
    [
      { allOf: [true, { properties: { 'a/b': false } }] },
      {},
      { 'a/b': 1 },
      '/a~1b',
      'Nothing is allowed here; leave it out.',
    ],
    [
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1 },
      { b: 1 },
      '/b',
      'Nothing is allowed here; leave it out.',
    ],
    [
      { prefixItems: [{}], unevaluatedItems: { type: 'string' } },
      [1, 'a'],
      [1, 2],
      '/1',
      'Expected string, got number.',
    ],
  ])('the schema %j accepts fitting values and reports the others', (schema, good, bad, pointer, message) => {
    expect(issuesOf(schema, good)).toEqual([])
    expect(issuesOf(schema, bad)).toEqual([[pointer, message]])
  })

  test('keywords for other types let a value pass', () => {
    const schema = {
      minimum: 9,
      minLength: 9,
      minItems: 9,
      minProperties: 9,
      pattern: 'x',
      required: ['a'],
      format: 'date',
    }
    expect([fits(schema, null), fits(schema, true), fits({ minLength: 9 }, 1), fits({ minimum: 9 }, 'a')]).toEqual(
      Array.from({ length: 4 }, () => true),
    )
  })

  test('unevaluatedProperties sees through references, conditions and fitting alternatives', () => {
    const schema = {
      $defs: { a: { properties: { a: {} } } },
      $ref: '#/$defs/a',
      anyOf: [
        { properties: { b: { const: 1 } }, required: ['b'] },
        { properties: { c: {} }, required: ['c'] },
      ],
      ...conditional({ required: ['d'] }, { properties: { d: {} } }, true),
      unevaluatedProperties: false,
    }
    expect([fits(schema, { a: 1, b: 1, d: 1 }), fits(schema, { b: 2, c: 1 }), fits(schema, { a: 1, c: 1 })]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('references work by anchor, by $id, by location, and dynamically', () => {
    const byName = {
      $defs: { x: { $anchor: 'y', type: 'string' }, z: { $id: 'http://a/z', $defs: { w: { const: 1 } } } },
    }
    expect(fits({ ...byName, $ref: '#y' }, 1)).toBe(false)
    expect(fits({ ...byName, $ref: 'http://a/z#/$defs/w' }, 2)).toBe(false)
    expect(fits({ ...byName, $ref: '#/$defs/z/$defs/w' }, 1)).toBe(true)
    const tree = {
      $id: 'http://a/strict',
      $dynamicAnchor: 'node',
      $ref: 'http://a/tree',
      unevaluatedProperties: false,
      $defs: {
        tree: {
          $id: 'http://a/tree',
          $dynamicAnchor: 'node',
          properties: { value: true, children: { items: { $dynamicRef: '#node' } } },
        },
      },
    }
    expect([fits(tree, { children: [{ value: 1 }] }), fits(tree, { children: [{ valu: 1 }] })]).toEqual([true, false])
    const recursive = {
      $schema: DRAFT_2019,
      $id: 'http://a/outer',
      $recursiveAnchor: true,
      $ref: 'http://a/inner',
      unevaluatedProperties: false,
      $defs: { i: { $id: 'http://a/inner', $recursiveAnchor: true, properties: { kid: { $recursiveRef: '#' } } } },
    }
    expect([fits(recursive, { kid: { kid: {} } }), fits(recursive, { kid: { x: 1 } })]).toEqual([true, false])
  })
})

describe('formats of strings', () => {
  test.each([
    [
      'date-time',
      ['1990-12-31T23:59:60Z', '2020-01-01t00:00:00.5+01:00'],
      ['2020-01-01', '2020-13-01T00:00:00Z', '1990-12-31T22:59:60Z'],
    ],
    ['time', ['08:30:06.283185Z'], ['08:30:06', '24:00:00Z']],
    ['duration', ['P1Y2M3DT4H', 'P2W', 'PT1M'], ['P', 'PT', 'P1Y2W', '1D']],
    ['email', ['a.b+c@example.com', '"a b"@x.y', 'a@[127.0.0.1]'], ['a', '@x', 'a..b@x', 'a@x y', 'a@[127.0.0.300]']],
    ['hostname', ['example.com', 'a-b.c'], ['-a', 'a_b', `${'a'.repeat(64)}.com`, '']],
    ['ipv4', ['127.0.0.1'], ['127.0.0.01', '1.2.3', '256.1.1.1']],
    ['ipv6', ['::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'], [':1', '1::2::3', '1:2:3:4:5:6:7', '::g']],
    ['uri', ['http://a:b@c.d:80/e?f#g', 'urn:x:y', 'http://[::1]/'], ['/a', 'a b:c', 'http://[::1', 'http://a/%zz']],
    ['uri-reference', ['/a', '#b', 'http://x'], ['a b', '\\\\x']],
    ['uuid', ['2EB8AA08-AA98-11EA-B4AA-73B441D16380'], ['2EB8AA08AA9811EAB4AA73B441D16380']],
    ['json-pointer', ['', '/a~0b~1'], ['a', '/~2']],
    ['relative-json-pointer', ['0', '1/a', '2#'], ['/a', '01', '-1']],
    ['regex', ['^a'], ['(']],
    ['unknown', ['anything'], []],
  ])('the format %s accepts valid strings and refuses invalid ones', (format, good, bad) => {
    expect(good.filter((text) => !fits({ format }, text))).toEqual([])
    expect(bad.filter((text) => fits({ format }, text))).toEqual([])
  })
})

/** Schemas of the keywords that matter most, within each other. */
const { schema: schemas } = fc.letrec<{ schema: JsonSchema | boolean }>((tie) => {
  const one = tie('schema')
  const some = fc.array(one, { minLength: 1, maxLength: 2 })
  const size = fc.nat({ max: 3 })
  const named = fc.dictionary(fc.constantFrom('a', 'b', 'c'), one, { maxKeys: 2 })
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'object', 'array', 'null', 'boolean') }),
      fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }) }),
      fc.boolean(),
      fc.record(
        {
          properties: named,
          required: fc.subarray(['a', 'b']),
          additionalProperties: one,
          minProperties: size,
          propertyNames: fc.constant({ pattern: '^[ab]' }),
          patternProperties: fc.dictionary(fc.constantFrom('a', '^b', 'c$'), one, { maxKeys: 2 }),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        { prefixItems: some, items: one, minItems: size, uniqueItems: fc.boolean(), contains: one },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          minimum: size,
          exclusiveMaximum: size,
          multipleOf: fc.constantFrom(1, 2, 0.5),
          minLength: size,
          maxLength: size,
        },
        { requiredKeys: [] },
      ),
      fc.record({ allOf: some, anyOf: some, oneOf: some, not: one }, { requiredKeys: [] }),
      fc.tuple(one, one, one).map(([condition, yes, no]) => conditional(condition, yes, no)),
      fc.record({ anyOf: some, properties: named, unevaluatedProperties: one }),
    ),
  }
})

const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue({ maxDepth: 1 })),
  fc.array(fc.constantFrom(0, 1, 2, 'a', null)),
)

/**
 * The other validator takes what `if` has evaluated as evaluated within `then` and `else`, too. The specification hands
 * annotations to the schema that holds all three, and not to the branches (2020-12, §10.2.2).
 */
function isJudgedWrongly(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { then, else: otherwise } = schema as { readonly then?: unknown; readonly else?: unknown }
  if (/"unevaluated/.test(JSON.stringify([then, otherwise]))) return true
  return Object.values(schema).some(isJudgedWrongly)
}

test('the validator agrees with another one for any schema and value', () => {
  const verdicts = { true: 0, false: 0 }
  fc.assert(
    fc.property(schemas, fc.array(values, { minLength: 1, maxLength: 5 }), (schema, many) => {
      fc.pre(!isJudgedWrongly(schema))
      const own = typeof schema === 'boolean' ? { allOf: [schema] } : schema
      const oracle = new Oracle(own as OracleSchema, '2020-12')
      const validate = compileJsonSchema(own)
      for (const value of many) {
        const { ok } = validate(value) as Validation
        verdicts[`${ok}`]++
        expect([own, value, ok]).toEqual([own, value, oracle.validate(value).valid])
      }
    }),
    { numRuns: 2_000 },
  )
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(500)
})

test('tuples, flags and keywords beside a $ref work as in old drafts', () => {
  expect(fits({ $schema: DRAFT_7, items: [{ type: 'string' }], additionalItems: { type: 'number' } }, ['a', 'b'])).toBe(
    false,
  )
  expect(
    fits(
      { $schema: 'http://json-schema.org/draft-04/schema#', id: 'http://x/y', maximum: 3, exclusiveMaximum: true },
      3,
    ),
  ).toBe(false)
  expect(fits({ $schema: DRAFT_7, $ref: '#/definitions/a', type: 'string', definitions: { a: {} } }, 1)).toBe(true)
})
