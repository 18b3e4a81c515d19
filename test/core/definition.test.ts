import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool, MisuseError, toolDefinitions } from '../../packages/aof-runtime/src/index.ts'

const execute = (): null => null
const tools: AnyTool[] = [
  defineTool({
    name: 'search',
    description: 'Searches.',
    inputSchema: z.object({ q: z.string(), n: z.number().default(3) }),
    annotations: { readOnlyHint: true },
    execute,
  }),
  defineTool({ name: 'add', inputSchema: { type: 'object', properties: { b: {}, a: {} } }, execute }),
  defineTool({ name: 'Zip', inputSchema: type({ path: 'string' }), execute }),
  defineTool({ name: 'ask', inputSchema: v.object({ to: v.string() }), inputJsonSchema: { type: 'object' }, execute }),
  defineTool({ name: 'émigré', inputSchema: z.object({}), execute }),
]

describe('tool definitions', () => {
  test('I49: the same tools give the same bytes in every order of registration', () => {
    const bytes = JSON.stringify(toolDefinitions(tools))
    fc.assert(
      fc.property(fc.shuffledSubarray(tools, { minLength: tools.length }), (shuffled) => {
        expect(JSON.stringify(toolDefinitions(shuffled))).toBe(bytes)
      }),
    )
    expect(toolDefinitions(tools).map(({ name }) => name)).toEqual([
      'Zip',
      expect.stringMatching(/^_migr__[A-Za-z0-9]{9}$/),
      'add',
      'ask',
      'search',
    ])
  })

  test('a tool definition has only the parts that a model needs', () => {
    const [, , add, , search] = toolDefinitions(tools)
    expect(JSON.stringify(add)).toBe('{"name":"add","inputSchema":{"type":"object","properties":{"b":{},"a":{}}}}')
    expect(search).toEqual({
      name: 'search',
      description: 'Searches.',
      // The input side of the schema, for the model: a default makes a property optional.
      inputSchema: {
        type: 'object',
        properties: { q: { type: 'string' }, n: { type: 'number', default: 3 } },
        required: ['q'],
      },
      annotations: { readOnlyHint: true },
    })
  })

  test('a tool definition has no $schema of the vendor', () => {
    for (const { inputSchema } of toolDefinitions(tools)) expect(inputSchema).not.toHaveProperty('$schema')
  })

  test.each([
    [
      'no schema at all',
      { name: 't', execute },
      /tool 't'\.inputSchema: expected a schema, since a model is to be offered the tool/,
    ],
    [
      'a vendor without JSON Schema',
      { name: 't', inputSchema: v.object({}), execute },
      /tool 't'\.inputJsonSchema: expected a JSON Schema for the model, since schemas of valibot have none, got undefined/,
    ],
    [
      'what JSON Schema cannot express',
      { name: 't', inputSchema: z.object({ at: z.date() }), execute },
      /tool 't'\.inputSchema: expected a schema that JSON Schema can express, or an inputJsonSchema beside it \(Date cannot/,
    ],
  ])('%s is a misuse that names the tool', (_what, tool, message) => {
    expect(() => toolDefinitions([tool as AnyTool])).toThrow(MisuseError)
    expect(() => toolDefinitions([tool as AnyTool])).toThrow(message)
  })
})
