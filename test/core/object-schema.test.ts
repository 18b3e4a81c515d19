import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { objectSchema } from '../../packages/aof-runtime/src/core/contract/object-schema.ts'
import { type AnyTool, defineTool, MisuseError, toolDefinitions } from '../../packages/aof-runtime/src/index.ts'

const shown = (schema: object): unknown => objectSchema(schema as Record<string, unknown>)
const tool = (inputSchema: object): AnyTool => ({
  name: 'f',
  inputSchema: inputSchema as Record<string, unknown>,
  execute: () => null,
})
const refusal = (schema: object): string => {
  try {
    toolDefinitions([tool(schema)])
  } catch (error) {
    if (error instanceof MisuseError) return error.message
    throw error
  }
  throw new Error('it was not refused')
}

const A = { type: 'object', properties: { kind: { const: 'a' }, n: { type: 'number' } }, required: ['kind', 'n'] }
const B = { type: 'object', properties: { kind: { const: 'b' }, n: { type: 'string' } }, required: ['kind'] }

describe('the schema that a model is shown', () => {
  test('a model is shown the schema itself if all providers accept it', () => {
    const schema = { type: 'object', properties: { a: { anyOf: [{}, { type: 'null' }] } }, required: ['a'] }
    expect(objectSchema(schema)).toBe(schema)
  })

  test.each<[string, object, object]>([
    ['nothing at all', {}, { type: 'object', properties: {} }],
    ['no properties', { type: 'object' }, { type: 'object', properties: {} }],
    [
      'what is said beside the properties',
      { description: 'd', additionalProperties: false },
      { type: 'object', properties: {}, description: 'd', additionalProperties: false },
    ],
    [
      'a type among others',
      { type: ['object', 'null'], properties: { a: {} } },
      { type: 'object', properties: { a: {} } },
    ],
    [
      'a required property that is not described',
      { type: 'object', properties: { b: {} }, required: ['a', 'b'] },
      { type: 'object', properties: { b: {}, a: {} }, required: ['a', 'b'] },
    ],
    [
      'arrays without items, wherever they are',
      {
        type: 'object',
        properties: {
          a: { type: 'array', description: 'd' },
          b: { type: ['array', 'null'] },
          c: { type: 'array', items: { anyOf: [{ type: 'array' }, { const: { type: 'array' } }] } },
        },
        $defs: { d: { type: 'object', additionalProperties: { type: 'array' } } },
      },
      {
        type: 'object',
        properties: {
          a: { type: 'array', description: 'd', items: {} },
          b: { type: ['array', 'null'], items: {} },
          c: { type: 'array', items: { anyOf: [{ type: 'array', items: {} }, { const: { type: 'array' } }] } },
        },
        $defs: { d: { type: 'object', additionalProperties: { type: 'array', items: {} } } },
      },
    ],
    [
      'a union: the properties of all branches, and what each of them requires',
      { oneOf: [A, B] },
      {
        type: 'object',
        properties: { kind: { enum: ['a', 'b'] }, n: { anyOf: [{ type: 'number' }, { type: 'string' }] } },
        required: ['kind'],
        description: 'Give kind, n; or kind.',
      },
    ],
    ['a union of which some branches are no object', { anyOf: [{ type: 'string' }, A, { type: 'null' }] }, { ...A }],
    [
      'a union that only says what is required',
      { type: 'object', properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { type: 'object', properties: { a: {}, b: {} }, description: 'Give a; or b.' },
    ],
    [
      'an intersection',
      {
        allOf: [
          { properties: { a: { type: 'number' } }, required: ['a'] },
          { properties: { a: { minimum: 1 }, b: {} }, required: ['b'] },
        ],
      },
      {
        type: 'object',
        properties: { a: { allOf: [{ type: 'number' }, { minimum: 1 }] }, b: {} },
        required: ['a', 'b'],
      },
    ],
    [
      'a reference',
      { $ref: '#/$defs/a~1b', $defs: { 'a/b': A } },
      { type: 'object', properties: A.properties, required: A.required, $defs: { 'a/b': A } },
    ],
    [
      'constants and exceptions',
      { type: 'object', not: { required: ['x'] }, enum: [{ a: 1 }] },
      { type: 'object', properties: {} },
    ],
  ])('the schema shown to a model of %s', (_what, schema, expected) => {
    expect(shown(schema)).toEqual(expected)
    expect(shown(expected), 'shown once more').toEqual(expected)
  })

  test('a zod union is shown as an object, and arguments are still checked against the union', () => {
    const union = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('file'), path: z.string() }),
      z.object({ kind: z.literal('url'), url: z.string() }),
    ])
    const [definition] = toolDefinitions([defineTool({ name: 'open', inputSchema: union, execute: () => null })])
    expect(definition?.inputSchema).toMatchObject({
      type: 'object',
      properties: {
        kind: { type: 'string', enum: ['file', 'url'] },
        path: { type: 'string' },
        url: { type: 'string' },
      },
      required: ['kind'],
      description: 'Give kind, path; or kind, url.',
    })
    const either = z.union([z.object({ a: z.string() }), z.string()])
    expect(
      toolDefinitions([defineTool({ name: 'f', inputSchema: either, execute: () => null })])[0]?.inputSchema,
    ).toMatchObject({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
    })
  })
})

describe('a schema that no object fits is a misuse that names the tool and the keyword', () => {
  test.each<[object, string]>([
    [
      { type: 'string' },
      `tool 'f'.inputSchema.type: expected 'object', since models call tools with an object, got "string".`,
    ],
    [{ type: ['array', 'null'] }, `tool 'f'.inputSchema.type: expected 'object'`],
    [
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
      `tool 'f'.inputSchema.anyOf: expected a branch that an object fits`,
    ],
    [{ oneOf: [] }, `tool 'f'.inputSchema.oneOf: expected a branch that an object fits`],
    [{ enum: ['a', 'b'] }, `tool 'f'.inputSchema.enum: expected objects`],
    [{ const: 7 }, `tool 'f'.inputSchema.const: expected an object`],
    [{ type: 'object', properties: [] }, `tool 'f'.inputSchema.properties: expected an object of schemas`],
    [
      { $ref: 'https://example.org/s' },
      `tool 'f'.inputSchema.$ref: expected a reference to a schema in the same document`,
    ],
    [{ $ref: '#/$defs/none' }, `tool 'f'.inputSchema.$ref: expected a reference`],
    [{ $ref: '#' }, `tool 'f'.inputSchema: expected a schema whose references and unions come to an end`],
    [z.string(), `tool 'f'.inputSchema.type: expected 'object'`],
  ])('%j', (schema, message) => expect(refusal(schema)).toContain(message))

  test('a schema that contains itself is read once', () => {
    const schema: Record<string, unknown> = { type: 'object' }
    schema['properties'] = { a: schema, b: schema, c: { type: 'array' } }
    expect(objectSchema(schema)).toMatchObject({ properties: { c: { items: {} } } })
  })

  test('bad input 44: a schema that leads to itself twice over ends in bounded time', () => {
    expect(refusal({ allOf: [{ $ref: '#' }, { $ref: '#' }] })).toContain('come to an end')
    expect(refusal({ anyOf: [{ $ref: '#' }, { $ref: '#' }] })).toContain('anyOf: expected a branch')
  })
})
