import { describe, expect, test } from 'vitest'
import { compileJsonSchema } from '../../packages/aof-runtime/src/json-schema/compile-json-schema.ts'
import { UnusableSchema } from '../../packages/aof-runtime/src/json-schema/unusable-schema.ts'
import type { JsonSchema, Validation } from '../../packages/aof-runtime/src/index.ts'

const fits = (schema: JsonSchema, value: unknown): boolean => (compileJsonSchema(schema)(value) as Validation).ok

describe('a keyword whose value has no meaning is refused, with its location', () => {
  test.each<[JsonSchema, string, string]>([
    [{ type: 6 }, '#/type', 'expected the name of a type, or an array of names, got 6'],
    [{ type: [] }, '#/type', 'expected the name of a type, or an array of names, got []'],
    [{ type: null }, '#/type', 'got null'],
    [{ type: 'int' }, '#/type', 'the type "int" is unknown'],
    [{ required: 'city' }, '#/required', 'expected an array of property names, got "city"'],
    [
      { properties: { a: { required: true } } },
      '#/properties/a/required',
      'expected an array of property names, got true',
    ],
    [{ required: [1] }, '#/required', 'expected an array of property names'],
    [{ minimum: '5' }, '#/minimum', 'expected a number, got "5"'],
    [{ maximum: null }, '#/maximum', 'expected a number, got null'],
    [{ exclusiveMinimum: '1' }, '#/exclusiveMinimum', 'expected a number or, beside minimum, true or false'],
    [{ exclusiveMaximum: true }, '#/exclusiveMaximum', 'expected a number or, beside maximum, true or false'],
    [{ multipleOf: 0 }, '#/multipleOf', 'expected a number greater than 0, got 0'],
    [{ minLength: -1 }, '#/minLength', 'expected a whole number of at least 0, got -1'],
    [{ maxLength: '9' }, '#/maxLength', 'expected a whole number of at least 0'],
    [{ minItems: 1.5 }, '#/minItems', 'expected a whole number of at least 0'],
    [{ maxItems: true }, '#/maxItems', 'expected a whole number of at least 0'],
    [{ minProperties: {} }, '#/minProperties', 'expected a whole number of at least 0'],
    [{ maxProperties: [] }, '#/maxProperties', 'expected a whole number of at least 0'],
    [{ contains: {}, minContains: '1' }, '#/minContains', 'expected a whole number of at least 0'],
    [{ contains: {}, maxContains: null }, '#/maxContains', 'expected a whole number of at least 0'],
    [{ anyOf: [] }, '#/anyOf', 'expected an array of at least one schema, got []'],
    [{ oneOf: {} }, '#/oneOf', 'expected an array of at least one schema'],
    [{ allOf: { type: 'string' } }, '#/allOf', 'expected an array of at least one schema'],
    [{ not: 'x' }, '#/not', 'there is no schema, but x'],
    [JSON.parse('{"then":1}') as JsonSchema, '#/then', 'expected a schema, got 1'],
    [{ else: [] }, '#/else', 'expected a schema'],
    [{ if: 1 }, '#/if', 'there is no schema'],
    [{ enum: 'a' }, '#/enum', 'expected an array of values, got "a"'],
    [{ enum: { a: 1 } }, '#/enum', 'expected an array of values'],
    [{ pattern: 5 }, '#/pattern', 'expected a string, got 5'],
    [{ format: ['date'] }, '#/format', 'expected a string'],
    [{ uniqueItems: 'yes' }, '#/uniqueItems', 'expected true or false, got "yes"'],
    [{ nullable: 'true' }, '#/nullable', 'expected true or false, got "true"'],
    [{ properties: ['a'] }, '#/properties', 'expected an object of schemas, got ["a"]'],
    [{ properties: { a: 'string' } }, '#/properties/a', 'there is no schema, but string'],
    [{ properties: { 'a/b': { type: 1 } } }, '#/properties/a~1b/type', 'at #/properties/a~1b/type'],
    [{ patternProperties: [] }, '#/patternProperties', 'expected an object of schemas'],
    [{ patternProperties: { x: 1 } }, '#/patternProperties/x', 'there is no schema'],
    [{ additionalProperties: 'no' }, '#/additionalProperties', 'there is no schema, but no'],
    [{ unevaluatedProperties: null }, '#/unevaluatedProperties', 'there is no schema'],
    [{ propertyNames: 'x' }, '#/propertyNames', 'there is no schema'],
    [{ dependentRequired: { a: 'b' } }, '#/dependentRequired', 'expected an object of arrays of property names'],
    [{ dependentSchemas: [] }, '#/dependentSchemas', 'expected an object of schemas'],
    [{ dependencies: { a: 'b' } }, '#/dependencies', 'expected an object of schemas and arrays of property names'],
    [{ items: 'string' }, '#/items', 'expected a schema, got "string"'],
    [{ items: ['string'] }, '#/items/0', 'there is no schema, but string'],
    [{ items: [{}], additionalItems: 0 }, '#/additionalItems', 'expected a schema, got 0'],
    [{ prefixItems: {} }, '#/prefixItems', 'expected an array of schemas'],
    [{ contains: [] }, '#/contains', 'there is no schema'],
    [{ $ref: {} }, '#/$ref', 'expected a string'],
    [{ $ref: '#/nowhere' }, '#/$ref', '$ref #/nowhere leads outside of the schema or to a place that it does not have'],
    [
      { properties: { a: { $ref: '#/nowhere' } } },
      '#/properties/a/$ref',
      'at #/properties/a the $ref #/nowhere leads outside of the schema or to a place that it does not have',
    ],
    [{ $defs: [] }, '#/$defs', 'expected an object of schemas'],
    [{ definitions: 'x' }, '#/definitions', 'expected an object of schemas'],
    [{ $id: 5 }, '#/$id', 'expected a string'],
    [{ $anchor: 5 }, '#/$anchor', 'expected a string'],
    [{ $schema: 7 }, '#/$schema', 'expected a string'],
    [{ items: { $recursiveAnchor: 'x' } }, '#/items/$recursiveAnchor', 'expected true or false'],
    [
      { properties: { a: { pattern: '(?i)x' } } },
      '#/properties/a/pattern',
      'the pattern (?i)x cannot be used: it sets flags',
    ],
    [{ patternProperties: { '(?P<n>x)': {} } }, '#/patternProperties', 'as Python writes it'],
  ])('the schema %j is refused, with the location of its fault', (schema, pointer, message) => {
    let refusal: unknown
    try {
      compileJsonSchema(schema)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(UnusableSchema)
    expect((refusal as UnusableSchema).message).toContain(message)
    expect((refusal as UnusableSchema).pointer).toBe(pointer)
  })

  test.each<[JsonSchema, unknown]>([
    [{ required: [] }, {}],
    [{ required: ['a', 'a'] }, { a: 1 }],
    [{ type: ['string', 'string'] }, 'a'],
    [{ minLength: 2.0 }, 'ab'],
    [{ prefixItems: [] }, [1]],
    [{ minimum: 1, exclusiveMinimum: false }, 1],
    [{ uniqueItems: false, nullable: false }, [1, 1]],
    [{ title: 5, examples: 'x', default: null, $comment: {} }, 1],
    [{ properties: { type: { type: 'string' }, required: { type: 'boolean' } } }, { type: 'x', required: true }],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#', $ref: '#/definitions/a', type: 9, definitions: { a: {} } },
      1,
    ],
    [{ enum: [{ minimum: '5' }] }, { minimum: '5' }],
  ])('the schema %j is accepted', (schema, value) => {
    expect(fits(schema, value)).toBe(true)
  })
})

describe('nullable, as in OpenAPI 3.0, lets null pass, regardless of the other keywords', () => {
  test.each<[string, JsonSchema]>([
    ['beside a type', { type: 'string', nullable: true }],
    ['beside an enum without null', { type: 'string', enum: ['a', 'b'], nullable: true }],
    ['beside a reference', { $ref: '#/$defs/a', nullable: true, $defs: { a: { type: 'string' } } }],
    ['in the target of a reference', { $ref: '#/$defs/a', $defs: { a: { type: 'string', nullable: true } } }],
    [
      'beside a reference of draft 7',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $ref: '#/definitions/a',
        nullable: true,
        definitions: { a: { type: 'string' } },
      },
    ],
    ['beside allOf', { allOf: [{ type: 'string' }, { minLength: 1 }], nullable: true }],
    ['in each of allOf', { allOf: [{ type: 'string', nullable: true }, { minLength: 1 }] }],
    ['in one of oneOf', { oneOf: [{ type: 'string', nullable: true }, { type: 'integer' }] }],
    ['in one of anyOf', { anyOf: [{ type: 'string', nullable: true }, { type: 'integer' }] }],
  ])('nullable lets null pass %s', (_where, schema) => {
    expect([fits(schema, null), fits(schema, 'a'), fits(schema, true)]).toEqual([true, true, false])
    const within = { type: 'object', properties: { a: { type: 'array', items: { type: 'string', nullable: true } } } }
    expect([fits(within, { a: [null, 'x'] }), fits(within, { a: null })]).toEqual([true, false])
  })

  test('without nullable, or with nullable false, null is refused', () => {
    expect([fits({ type: 'string', nullable: false }, null), fits({ type: 'string' }, null)]).toEqual([false, false])
    expect(fits({ allOf: [{ type: 'string', nullable: true }, { type: 'string' }] }, null)).toBe(false)
  })
})

test('exclusiveMinimum and exclusiveMaximum may be flags without a dialect, as in OpenAPI 3.0', () => {
  const schema = { minimum: 1, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: true }
  expect([1, 2, 3].map((value) => fits(schema, value))).toEqual([false, true, false])
})
