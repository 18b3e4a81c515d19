import { describe, expect, test } from 'vitest'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import {
  type AnyTool,
  defineTool,
  type JsonSchema,
  MisuseError,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { scriptedModel } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, dataOf, failureOf, thrownBy } from './harness.ts'

const tool = (name: string, inputSchema?: JsonSchema, rest: Partial<AnyTool> = {}): AnyTool => ({
  name,
  execute: (input: unknown) => input,
  ...(inputSchema !== undefined && { inputSchema }),
  ...rest,
})

const good = tool('good', { type: 'object', properties: { a: { type: 'string' } } })
const of = (keyword: string, value: unknown): JsonSchema => ({
  type: 'object',
  properties: { a: { [keyword]: value } },
})

const UNUSABLE: readonly (readonly [tool: AnyTool, code: string, path: string | undefined, message: string])[] = [
  [tool('t', of('type', 'int')), 'unusable_schema', '/inputSchema/properties/a/type', 'the type "int" is unknown'],
  [tool('t', of('minimum', '5')), 'unusable_schema', '/inputSchema/properties/a/minimum', 'expected a number, got "5"'],
  [tool('t', of('$ref', '#/$defs/x')), 'unusable_schema', '/inputSchema/properties/a/$ref', '#/$defs/x leads out'],
  [tool('t', of('pattern', '(?P<x>a)')), 'unusable_schema', '/inputSchema/properties/a/pattern', 'as Python writes it'],
  [
    tool('t', undefined, { outputSchema: { required: 'x' } }),
    'unusable_schema',
    '/outputSchema/required',
    'property names',
  ],
  [tool('t', undefined, { timeoutMs: -1 }), 'invalid_tool', undefined, 'timeoutMs'],
  [tool('good', {}), 'duplicate_name', '/name', "two named 'good'"],
]

describe('an executor with a tool that cannot be used', () => {
  test.each(UNUSABLE)(
    'an executor throws for an unusable tool, or leaves it out and says why: %j',
    async (bad, code, path, message) => {
      expect(thrownBy(MisuseError, () => new ToolExecutor({ tools: [good, bad] }))?.message).toContain(message)
      const warnings: string[] = []
      const logger = { debug: () => undefined, info: () => undefined, warn: (line: string) => warnings.push(line) }
      const executor = new ToolExecutor({
        tools: [good, bad],
        onUnusableTool: 'omit',
        logger: { ...logger, error: () => undefined } as never,
      })
      expect(executor.problems).toEqual([
        {
          tool: bad.name,
          code,
          message: expect.stringContaining(message) as string,
          ...(path !== undefined && { path }),
        },
      ])
      expect(warnings).toEqual([expect.stringContaining('is left out')])
      expect(executor.tools).toEqual([good])
      const [first, second] = await executor.executeTools([callOf('good', { a: 'x' }), callOf('t', {})])
      expect(dataOf(first)).toEqual({ a: 'x' })
      expect(failureOf(second).error.code).toBe('unknown_tool')
    },
  )

  test('a value that is not a tool is reported with its place in the list', () => {
    const tools = [good, null, { execute: () => 1 }] as unknown as AnyTool[]
    const executor = new ToolExecutor({ tools, onUnusableTool: 'omit' })
    expect(executor.problems.map((problem) => [problem.tool, problem.code])).toEqual([
      ['tools[1]', 'invalid_tool'],
      ['tools[2]', 'invalid_tool'],
    ])
  })

  test('an executor has no problems with good tools, and refuses impossible options', () => {
    expect(new ToolExecutor({ tools: [good] }).problems).toEqual([])
    expect(() => new ToolExecutor({ tools: [], onUnusableTool: 'skip' as never })).toThrow("'throw' or 'omit'")
    expect(() => new ToolExecutor({ tools: [], onUncheckablePattern: 'omit' as never })).toThrow("'refuse' or 'skip'")
  })

  test('call refuses an unusable tool that it is given, also if the executor leaves others out', async () => {
    const executor = new ToolExecutor({ tools: [], onUnusableTool: 'omit' })
    await expect(executor.call(tool('t', of('type', 'int')) as never, {} as never)).rejects.toThrow(MisuseError)
  })
})

describe('a pattern that cannot be checked may be passed over', () => {
  const skipping = (inputSchema: JsonSchema): ToolExecutor =>
    new ToolExecutor({ tools: [tool('t', inputSchema)], onUncheckablePattern: 'skip' })
  const PYTHON = '(?P<year>\\d{4})'

  test('a schema with an uncheckable pattern is checked in all other parts', async () => {
    const executor = skipping({
      type: 'object',
      properties: { a: { type: 'string', pattern: PYTHON, maxLength: 4 }, b: { type: 'integer' } },
      required: ['a'],
    })
    expect(executor.problems).toEqual([
      {
        tool: 't',
        code: 'unchecked_pattern',
        path: '/inputSchema/properties/a/pattern',
        message: expect.stringMatching(
          /cannot be used: it has a named group as Python writes it.*so it is not checked/,
        ) as string,
      },
    ])
    const results = await executor.executeTools([
      callOf('t', { a: 'year' }),
      callOf('t', { a: 'a year' }),
      callOf('t', { a: 2026 }),
      callOf('t', { a: 'year', b: 'x' }),
      callOf('t', {}),
    ])
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'invalid', 'invalid', 'invalid', 'invalid'])
  })

  test.each<[string, JsonSchema]>([
    ['not', { not: { pattern: PYTHON } }],
    ['if', { ...(JSON.parse('{"then":false}') as object), if: { pattern: PYTHON } }],
    ['oneOf', { oneOf: [{ pattern: PYTHON }, { type: 'string' }] }],
    ['contains', { items: { contains: { pattern: PYTHON }, maxContains: 0, minContains: 0 } }],
  ])('an uncheckable pattern refuses no value that it might accept, within %s', async (_where, schema) => {
    const executor = skipping({ type: 'object', properties: { a: schema } })
    const [result] = await executor.executeTools([callOf('t', { a: 'x' })])
    expect(result?.status).toBe('succeeded')
  })

  test('keys that an uncheckable pattern may match need not fit additionalProperties', async () => {
    const executor = skipping({
      type: 'object',
      properties: { id: { type: 'integer' } },
      patternProperties: { [PYTHON]: { type: 'string' } },
      additionalProperties: false,
    })
    expect(executor.problems.map(({ path }) => path)).toEqual(['/inputSchema/patternProperties'])
    const results = await executor.executeTools([callOf('t', { id: 1, y2026: 'x' }), callOf('t', { id: 'x' })])
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'invalid'])
  })
})

describe('an agent with a tool that cannot be used', () => {
  const model = scriptedModel([])

  test.each<[AnyTool, string]>([
    [tool('t', of('type', 'int')), 'unusable_schema'],
    [tool('t'), 'not_offered'],
    [tool('t', { type: 'array' }), 'not_offered'],
    [tool('t', undefined, { timeoutMs: -1 }), 'invalid_tool'],
  ])('an agent throws for an unusable tool, or does not show it to the model: %j', (bad, code) => {
    expect(() => new AgentExecutor({ model, tools: [good, bad] })).toThrow(MisuseError)
    for (const plan of [false, true]) {
      const agent = new AgentExecutor({ model, tools: [good, bad], onUnusableTool: 'omit', plan })
      expect(agent.problems.map((problem) => [problem.tool, problem.code])).toEqual([['t', code]])
      expect(agent.executor.tools.map(({ name }) => name)).toEqual(plan ? ['good', 'plan'] : ['good'])
    }
  })

  test('an agent leaves out the tools of a shared executor that a model cannot be shown', () => {
    const executor = new ToolExecutor({ tools: [good, tool('t')] })
    expect(() => new AgentExecutor({ model, executor })).toThrow(MisuseError)
    expect(new AgentExecutor({ model, executor, onUnusableTool: 'omit' }).problems).toMatchObject([
      { tool: 't', code: 'not_offered' },
    ])
  })

  test('an agent leaves out the second of two tools with one sent name', () => {
    const tools = [tool('a.b', { type: 'object' }), tool('a_b', { type: 'object' })]
    const agent = new AgentExecutor({ model, tools, onUnusableTool: 'omit' })
    expect(agent.problems).toMatchObject([{ tool: 'a_b', code: 'duplicate_name' }])
  })

  test('an agent skips patterns that cannot be checked', () => {
    const tools = [tool('t', of('pattern', '(?i)a'))]
    expect(() => new AgentExecutor({ model, tools })).toThrow('it sets flags')
    const agent = new AgentExecutor({ model, tools, onUncheckablePattern: 'skip' })
    expect(agent.problems).toMatchObject([{ tool: 't', code: 'unchecked_pattern' }])
    const executor = new ToolExecutor({ tools: [] })
    expect(() => new AgentExecutor({ model, executor, onUncheckablePattern: 'skip' })).toThrow(
      'either onUncheckablePattern',
    )
  })
})

test('defineTool makes the tool whose schema is looked at by the executor', () => {
  const python = defineTool({ name: 't', inputSchema: { pattern: '\\A\\d+\\Z' }, execute: () => 1 })
  expect(() => new ToolExecutor({ tools: [python] })).toThrow('the beginning of the text is written ^')
})
