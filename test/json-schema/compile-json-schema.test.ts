import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileJsonSchema } from '../../packages/aof-runtime/src/json-schema/compile-json-schema.ts'
import type { Issue, JsonSchema, Validation } from '../../packages/aof-runtime/src/index.ts'

function check(schema: JsonSchema, value: unknown): Validation {
  const validation = compileJsonSchema(schema)(value)
  if ('then' in validation) throw new Error('expected an answer at once')
  return validation
}

function issuesOf(schema: JsonSchema, value: unknown): readonly Issue[] {
  const validation = check(schema, value)
  return validation.ok ? [] : validation.issues
}

const fits = (schema: JsonSchema, value: unknown): boolean => check(schema, value).ok

const weather: JsonSchema = {
  type: 'object',
  properties: {
    city: { type: 'string', minLength: 2 },
    days: { type: 'integer', minimum: 1, maximum: 14 },
    units: { enum: ['metric', 'imperial'] },
    'a/b~c d%': { type: 'boolean' },
    stops: { type: 'array', items: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] } },
  },
  required: ['city'],
  additionalProperties: false,
}

describe('a compiled JSON Schema', () => {
  test('a compiled JSON Schema returns the very value that fits', () => {
    const value = { city: 'Bern', days: 3 }
    expect(check(weather, value)).toEqual({ ok: true, value })
  })

  test.each([
    ['a missing property', {}, [['', 'The property "city" is missing.']]],
    ['a wrong type', { city: 7 }, [['/city', 'Expected string, got number.']]],
    [
      'several at once',
      { city: 'B', days: 15, units: 'K' },
      [
        ['/city', 'Expected at least 2 characters, got 1.'],
        ['/days', 'Expected at most 14, got 15.'],
        ['/units', 'Expected one of "metric", "imperial".'],
      ],
    ],
    [
      'deep inside',
      { city: 'Bern', stops: [{ at: 'x' }, { at: 1 }, {}] },
      [
        ['/stops/1/at', 'Expected string, got number.'],
        ['/stops/2', 'The property "at" is missing.'],
      ],
    ],
    ['37: null as the root', null, [['', 'Expected object, got null.']]],
    ['37: an array as the root', [], [['', 'Expected object, got array.']]],
    ['39: a text as the root', '{"city":"Bern"}', [['', 'Expected object, got string.']]],
    ['a name that needs escaping', { city: 'Bern', 'a/b~c d%': 1 }, [['/a~1b~0c d%', 'Expected boolean, got number.']]],
  ])('a compiled JSON Schema reports the fault and its place: %s', (_what, value, expected) => {
    expect(issuesOf(weather, value).map(({ pointer, message }) => [pointer, message])).toEqual(expected)
  })

  test('bad input 40: an unknown property is reported if the schema forbids it', () => {
    const [first] = issuesOf(weather, { city: 'Bern', zip: 1 })
    expect(first).toEqual({ pointer: '/zip', message: 'Nothing is allowed here; leave it out.' })
    expect(fits({ ...weather, additionalProperties: true }, { city: 'Bern', zip: 1 })).toBe(true)
  })

  test('issues that only repeat the fault of a nested value are dropped, but one issue always remains', () => {
    const schema = { allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { properties: { x: { type: 'string' } } } } }
    expect(issuesOf(schema, { x: 1 })).toEqual([{ pointer: '/x', message: 'Expected string, got number.' }])
  })

  test('a compiled JSON Schema reports the issues of every alternative that does not fit', () => {
    const messages = issuesOf({ anyOf: [{ type: 'string' }, { type: 'number', minimum: 5 }] }, 3).map(
      ({ message }) => message,
    )
    expect(messages).toEqual([
      'It fits none of the alternatives.',
      'Expected string, got number.',
      'Expected at least 5, got 3.',
    ])
  })
})

describe('differences between the drafts of JSON Schema', () => {
  const DRAFTS = {
    4: 'http://json-schema.org/draft-04/schema#',
    6: 'http://json-schema.org/draft-06/schema#',
    7: 'http://json-schema.org/draft-07/schema#',
    2019: 'https://json-schema.org/draft/2019-09/schema',
    2020: 'https://json-schema.org/draft/2020-12/schema',
  }

  test('in draft 4 exclusiveMinimum is a flag', () => {
    const schema = { $schema: DRAFTS[4], minimum: 5, exclusiveMinimum: true }
    expect([fits(schema, 5), fits(schema, 6)]).toEqual([false, true])
  })

  test.each([DRAFTS[6], DRAFTS[7], DRAFTS[2019], DRAFTS[2020], undefined])(
    'in %s exclusiveMinimum is a number',
    ($schema) => {
      const schema = { ...($schema !== undefined && { $schema }), exclusiveMinimum: 5 }
      expect([fits(schema, 5), fits(schema, 6)]).toEqual([false, true])
    },
  )

  test.each([
    [DRAFTS[7], { items: [{ type: 'string' }], additionalItems: false }],
    [DRAFTS[2020], { prefixItems: [{ type: 'string' }], items: false }],
    [undefined, { prefixItems: [{ type: 'string' }], items: false }],
  ])('%s: tuples have item schemas by place', ($schema, rest) => {
    const schema = { ...($schema !== undefined && { $schema }), ...rest }
    expect([fits(schema, ['a']), fits(schema, [1]), fits(schema, ['a', 'b'])]).toEqual([true, false, false])
  })

  test('in draft 7 keywords beside a $ref are ignored; from 2019-09 on they count', () => {
    const schema = { definitions: { s: { type: 'string' } }, $ref: '#/definitions/s', minLength: 3 }
    expect(fits({ ...schema, $schema: DRAFTS[7] }, 'a')).toBe(true)
    expect(fits({ ...schema, $schema: DRAFTS[2019] }, 'a')).toBe(false)
    expect(fits(schema, 'a')).toBe(false)
  })

  test('in 2019-09 unevaluatedProperties covers the properties that no other keyword has evaluated', () => {
    const schema = { $schema: DRAFTS[2019], allOf: [{ properties: { a: {} } }], unevaluatedProperties: false }
    expect([fits(schema, { a: 1 }), fits(schema, { b: 1 })]).toEqual([true, false])
  })
})

describe('references in a JSON Schema', () => {
  test('references within the schema are followed, also in cycles', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } } } },
    }
    expect(fits(tree, { children: [{ children: [] }] })).toBe(true)
    expect(issuesOf(tree, { children: [{ children: [1] }] }).map(({ pointer }) => pointer)).toEqual([
      '/children/0/children/0',
    ])
  })

  test.each([
    ['45: to another host', { $ref: 'http://169.254.169.254/' }, 'http://169.254.169.254/'],
    ['45: to a file', { properties: { a: { $ref: 'file:///etc/passwd' } } }, 'file:///etc/passwd'],
    ['to nothing', { $ref: '#/$defs/missing' }, '#/$defs/missing'],
    ['deep inside', { allOf: [{ anyOf: [{ not: { $ref: 'other.json' } }] }] }, 'other.json'],
    ['to an anchor that is not there', { $ref: '#nowhere' }, '#nowhere'],
  ])('references to %s are refused when the tool is registered: nothing is ever fetched', (_where, schema, shown) => {
    expect(() => compileJsonSchema(schema)).toThrow(
      `$ref ${shown} leads outside of the schema or to a place that it does not have`,
    )
  })

  test('bad input 46: two schemas with one $id are refused', () => {
    expect(() =>
      compileJsonSchema({
        $defs: { a: { $id: 'http://x/y', type: 'string' }, b: { $id: 'http://x/y', type: 'number' } },
      }),
    ).toThrow('two schemas have the $id http://x/y')
  })

  test('a property named $ref is a property, not a reference', () => {
    const schema = { type: 'object', properties: { $ref: { type: 'string' } } }
    expect([fits(schema, { $ref: 'x' }), fits(schema, { $ref: 1 })]).toEqual([true, false])
  })
})

describe('I38: property names that every prototype has', () => {
  test('I38, bad input 49: a property named __proto__ is checked like any other', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}},"additionalProperties":false}',
    ) as JsonSchema
    expect(fits(schema, JSON.parse('{"__proto__":"x"}'))).toBe(true)
    expect(fits(schema, JSON.parse('{"__proto__":1}'))).toBe(false)
    expect(fits(schema, {})).toBe(true)
  })

  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__'])(
    'I38: a property named %s can be required, and can be left out',
    (name) => {
      expect(fits({ type: 'object', required: [name] }, {})).toBe(false)
      expect(fits({ type: 'object', properties: Object.fromEntries([[name, { type: 'string' }]]) }, {})).toBe(true)
      expect(fits({ type: 'object', additionalProperties: { type: 'string' } }, Object.fromEntries([[name, 1]]))).toBe(
        false,
      )
    },
  )
})

test('the schema is copied: later changes to it have no effect, and it is not changed itself', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, $defs: { b: { $ref: '#/properties/a' } } }
  const before = JSON.stringify(schema)
  const validate = compileJsonSchema(Object.freeze(schema))
  expect(JSON.stringify(schema)).toBe(before)
  expect(Object.getOwnPropertyNames(schema)).toEqual(['type', 'properties', '$defs'])
  schema.properties.a.type = 'number'
  expect(validate({ a: 'x' })).toMatchObject({ ok: true })
})

test('the validator generates no code', () => {
  const { Function: original } = globalThis
  const forbidden = new Proxy(original, {
    construct: () => {
      throw new Error('code generation')
    },
    apply: () => {
      throw new Error('code generation')
    },
  })
  globalThis.Function = forbidden
  try {
    expect(fits(weather, { city: 'Bern' })).toBe(true)
  } finally {
    globalThis.Function = original
  }
})

test('the validator answers for any JSON value, with well-formed pointers', () => {
  const validate = compileJsonSchema(weather)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const validation = validate(value) as Validation
      if (validation.ok) return
      expect(validation.issues.length).toBeGreaterThan(0)
      for (const { pointer, message } of validation.issues) {
        expect(pointer).toMatch(/^(\/.*)?$/s)
        expect(message).not.toBe('')
      }
    }),
  )
})

test.each([
  [{ type: 'objct' }, 'at # the type "objct" is unknown'],
  [{ properties: { a: { type: ['string', 'strng'] } } }, 'at #/properties/a the type "strng" is unknown'],
])('an unknown type is refused, because no value would fit: %j', (schema, message) => {
  expect(() => compileJsonSchema(schema)).toThrow(message)
})
