import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool, MisuseError } from '../../src/index.ts'
import { harnesses } from './harness.ts'

const execute = () => null
const tool = (name: string, inputSchema: AnyTool['inputSchema'] = { type: 'object' }): AnyTool => ({
  name,
  ...(inputSchema !== undefined && { inputSchema }),
  execute,
})
const bytes = (value: unknown) => JSON.stringify(value)

describe.each(harnesses)('$name', ({ dialect }) => {
  test('I49: the same tools give the same bytes in whatever order they come', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (given, keys) => {
        const tools = given.map((name) => tool(name))
        const shuffled = tools.map((one) => ({ one, key: keys.next().value as number })).sort((a, b) => a.key - b.key)
        expect(bytes(dialect.tools(shuffled.map(({ one }) => one)))).toBe(bytes(dialect.tools(tools)))
      }),
    )
  })

  test('a Standard Schema is shown as the JSON Schema that it gives', () => {
    const search = defineTool({ name: 'search', inputSchema: z.object({ q: z.string() }), execute })
    const shown = bytes(dialect.tools([search]))
    expect(shown).toContain('"properties":{"q":{"type":"string"}}')
    expect(shown).not.toContain('$schema')
  })

  test('a schema without a type, or with several, becomes one of an object', () => {
    const properties = { q: { type: 'string' } }
    const expected = bytes(dialect.tools([tool('f', { type: 'object', properties })]))
    expect(bytes(dialect.tools([tool('f', { properties })]))).toBe(expected)
    expect(bytes(dialect.tools([tool('f', { type: ['object', 'null'], properties })]))).toBe(expected)
  })

  test('a schema of something else, none at all, and a name that occurs twice are misuse', () => {
    expect(() => dialect.tools([tool('f', { type: 'string' })])).toThrow(
      new MisuseError("tool 'f'.inputSchema.type", "'object', since models call tools with an object", 'string'),
    )
    expect(() => dialect.tools([{ name: 'f', execute }])).toThrow(MisuseError)
    expect(() => dialect.tools([tool('a'), tool('f'), tool('f')]), 'bad input 15').toThrow(
      new MisuseError('tools', 'tools of different names', 'f'),
    )
  })

  test('bad inputs 1–11, 13: a name is passed on as it is', () => {
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'a ',
      'reаd',
      'a\u200bb',
      '../../etc',
      'a\0b',
    ]) {
      expect(bytes(dialect.tools([tool(name)]))).toContain(bytes(name))
    }
  })
})
