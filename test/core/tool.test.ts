import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool, MisuseError } from '../../packages/aof-runtime/src/index.ts'
import { thrownBy } from './harness.ts'

const execute = (): number => 1
const misuse = (tool: unknown): MisuseError => thrownBy(MisuseError, () => defineTool(tool as never))

describe('defineTool', () => {
  test('defineTool freezes a copy and leaves the original unchanged', () => {
    const original = { name: 't', inputSchema: z.object({}), execute }
    const tool = defineTool(original)
    expect(tool).toEqual(original)
    expect(tool).not.toBe(original)
    expect([Object.isFrozen(tool), Object.isFrozen(original)]).toEqual([true, false])
  })

  test('defineTool takes the type of the context separately', () => {
    expect(defineTool<{ user: string }>()({ name: 't', execute: (_input, { context }) => context.user }).name).toBe('t')
  })

  test.each([
    ['no object', null, 'tool', 'tool: expected an object with name and execute, got null.'],
    ['no object', 'search', 'tool', 'tool: expected an object with name and execute, got "search".'],
    ['no name', { execute }, 'tool.name', 'tool.name: expected a string of 1 to 256 characters, got undefined.'],
    [
      '5: an empty name',
      { name: '', execute },
      'tool.name',
      'tool.name: expected a string of 1 to 256 characters, got "".',
    ],
    [
      '12: a long name',
      { name: 'x'.repeat(257), execute },
      'tool.name',
      `tool.name: expected a string of 1 to 256 characters, got "${'x'.repeat(57)}…".`,
    ],
    [
      '14: a name that is none',
      { name: 7, execute },
      'tool.name',
      'tool.name: expected a string of 1 to 256 characters, got 7.',
    ],
    ['no execute', { name: 't' }, "tool 't'.execute", "tool 't'.execute: expected a function, got undefined."],
    [
      'a description',
      { name: 't', execute, description: 5n },
      "tool 't'.description",
      "tool 't'.description: expected a string, got 5n.",
    ],
    [
      'annotations',
      { name: 't', execute, annotations: true },
      "tool 't'.annotations",
      "tool 't'.annotations: expected an object, got true.",
    ],
    [
      'toContent',
      { name: 't', execute, toContent: [] },
      "tool 't'.toContent",
      "tool 't'.toContent: expected a function, got an array.",
    ],
    [
      'inputSchema',
      { name: 't', execute, inputSchema: 'object' },
      "tool 't'.inputSchema",
      'tool \'t\'.inputSchema: expected a Standard Schema or a JSON Schema, got "object".',
    ],
    [
      'outputSchema',
      { name: 't', execute, outputSchema: null },
      "tool 't'.outputSchema",
      "tool 't'.outputSchema: expected a Standard Schema or a JSON Schema, got null.",
    ],
    [
      'inputJsonSchema',
      { name: 't', execute, inputJsonSchema: Symbol('s') },
      "tool 't'.inputJsonSchema",
      "tool 't'.inputJsonSchema: expected a JSON Schema, got a symbol.",
    ],
    ...[0, -1, 0.5, NaN, 2_147_483_648, '5'].map((timeoutMs): [string, unknown, string, string] => [
      `41, 42: a timeout of ${String(timeoutMs)}`,
      { name: 't', execute, timeoutMs },
      "tool 't'.timeoutMs",
      `tool 't'.timeoutMs: expected 1 to 2147483647 milliseconds, or Infinity for none, got ${JSON.stringify(timeoutMs) === 'null' ? 'NaN' : JSON.stringify(timeoutMs)}.`,
    ]),
  ])('defineTool refuses %s: %#', (_what, tool, option, message) => {
    expect(misuse(tool)).toMatchObject({ name: 'MisuseError', option, message })
  })

  test.each([1, 2_147_483_647, Infinity, 1.5])('defineTool accepts a timeout of %s', (timeoutMs) => {
    expect(defineTool({ name: 't', execute, timeoutMs }).timeoutMs).toBe(timeoutMs)
  })

  test.each(['a', 'x'.repeat(256), '__proto__', 'spotify.play', 'émigré', 'read file'])(
    'defineTool accepts the name %j',
    (name) => {
      expect(defineTool({ name, execute }).name).toBe(name)
    },
  )
})
