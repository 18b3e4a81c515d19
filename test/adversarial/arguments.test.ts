import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool, type Schema } from '../../packages/aof-runtime/src/index.ts'
import { callOf, dataOf, failureOf } from '../core/harness.ts'
import { everyWay } from './entry-points.ts'

const seen: unknown[] = []
const took = (inputSchema?: Schema): AnyTool =>
  Object.assign(
    { ...defineTool({ name: 't', execute: (input: unknown) => (seen.push(input), input) }) },
    inputSchema !== undefined && { inputSchema },
  )

/** Every way to check arguments: none, a Standard Schema, a JSON Schema. */
const any: readonly (readonly [string, AnyTool])[] = [
  ['without a schema', took()],
  ['with a schema of zod', took(z.record(z.string(), z.unknown()))],
  ['with a JSON Schema', took({ type: 'object' })],
]
const strict: readonly (readonly [string, AnyTool])[] = [
  ['zod', took(z.strictObject({ a: z.number().int().optional() }))],
  ['JSON Schema', took({ type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false })],
]

describe.each(any)('I37: arguments that never run, %s', (_schema, tool) => {
  test.each([
    [23, '{"__proto__":{"isAdmin":true}}', 'invalid_arguments'],
    [23, '{"a":{"\\u005f_proto__":{"isAdmin":true}}}', 'invalid_arguments'],
    [24, '{"constructor":{"prototype":{"x":1}}}', 'invalid_arguments'],
    [26, '{"path":"a', 'unparsable_arguments'],
    [27, '{"commands":["npm i","npm t"', 'unparsable_arguments'],
    [28, '{"a":1}{"b":2}', 'unparsable_arguments'],
    [29, '['.repeat(1_000_000), 'invalid_arguments'],
    [29, '['.repeat(100_000) + ']'.repeat(100_000), 'invalid_arguments'],
    [30, '{"id":9007199254740993}', 'invalid_arguments'],
    [31, '{"a":1e400}', 'invalid_arguments'],
    [35, `{"a":"${'x'.repeat(10_000_000)}"}`, 'invalid_arguments'],
    [36, `{${Array.from({ length: 200_000 }, (_, i) => `"${i}":0`).join()}}`, 'invalid_arguments'],
    [42, '{"timeout":NaN}', 'unparsable_arguments'],
  ])('I37, bad input %i: the arguments are refused: %#', async (_number, text, code) => {
    seen.length = 0
    const result = failureOf(await everyWay([tool], callOf('t', text)))
    expect(result).toMatchObject({ status: 'invalid', execution: 'none', error: { code, retryable: false } })
    expect(result.error.message).toMatch(/^The arguments .+\. Send .+\.$/s)
    expect(result.error.message.length).toBeLessThan(400)
    expect(seen).toEqual([])
    expect(({} as { isAdmin?: boolean; x?: number }).isAdmin).toBeUndefined()
  })
})

describe.each(any)('harmless arguments, %s', (_schema, tool) => {
  test.each([
    [25, '{"a":1,"a":2}', { a: 2 }],
    [33, '{"a":"\\ud800"}', { a: '\ufffd' }],
    [34, '{"a":"\\u0000"}', { a: '\0' }],
    [38, '{"length":4294967295}', { length: 4_294_967_295 }],
    [41, '{"timeout":2147483648}', { timeout: 2_147_483_648 }],
    [42, '{"timeout":-1}', { timeout: -1 }],
    [
      0,
      '{"timeoutMs":1,"signal":null,"constructor":"Ferrari"}',
      { timeoutMs: 1, signal: null, constructor: 'Ferrari' },
    ],
  ])('bad input %i: %s reaches the tool unchanged', async (_number, text, expected) => {
    seen.length = 0
    expect(dataOf(await everyWay([tool], callOf('t', text)))).toEqual(expected)
    expect(seen).toEqual([expected, expected, expected])
  })

  test('bad input 32: -0 is 0 in the result', async () => {
    expect(JSON.stringify(dataOf(await everyWay([tool], callOf('t', '{"a":-0}'))))).toBe('{"a":0}')
  })
})

describe('arguments that are not an object', () => {
  test.each([
    [37, '[]'],
    [37, '[1,2]'],
    [37, '"text"'],
    [37, '7'],
    [39, '"{\\"a\\":1}"'],
  ])('bad input %i: %s does not fit an object schema, and the error says so', async (_number, text) => {
    for (const [, tool] of strict) {
      seen.length = 0
      const result = failureOf(await everyWay([tool], callOf('t', text)))
      expect(result).toMatchObject({ status: 'invalid', execution: 'none', error: { code: 'invalid_arguments' } })
      expect(result.error.message).toMatch(/object/)
      expect(seen).toEqual([])
    }
  })

  test('bad inputs 37, 39: a tool without a schema gets such arguments unchanged', async () => {
    expect(dataOf(await everyWay([took()], callOf('t', '[1,null]')))).toEqual([1, null])
    expect(dataOf(await everyWay([took()], callOf('t', '"{\\"a\\":1}"')))).toBe('{"a":1}')
  })
})

describe('arguments that a strict schema refuses', () => {
  test.each(strict)('bad input 40: unknown keys are refused by %s', async (_vendor, tool) => {
    expect(failureOf(await everyWay([tool], callOf('t', '{"a":1,"sudo":true}'))).error.message).toMatch(/sudo/)
  })

  test.each(strict)('bad inputs 31, 32: values that are not numbers are refused by %s', async (_vendor, tool) => {
    expect(failureOf(await everyWay([tool], callOf('t', '{"a":1.5}'))).error.code).toBe('invalid_arguments')
    expect(dataOf(await everyWay([tool], callOf('t', '{"a":-0}')))).toEqual({ a: 0 })
  })
})

test('bad inputs 41, 42: a timeout among the arguments does not change the timeout of the call', async () => {
  const slow = defineTool({ name: 't', execute: async () => 'in time' })
  for (const text of ['{"timeout":2147483648}', '{"timeoutMs":1}', '{"timeout":-1}']) {
    expect(dataOf(await everyWay([slow], callOf('t', text)))).toBe('in time')
  }
})
