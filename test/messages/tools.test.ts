import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { sentName } from '../../packages/aof-runtime/src/core/contract/sent-name.ts'
import { type AnyTool, defineTool, MisuseError, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { harnesses } from './harness.ts'

const execute = () => null
const tool = (name: string, inputSchema: AnyTool['inputSchema'] = { type: 'object' }): AnyTool => ({
  name,
  ...(inputSchema !== undefined && { inputSchema }),
  execute,
})
const bytes = (value: unknown) => JSON.stringify(value)

describe.each(harnesses)('$name', ({ dialect, answer, textArguments }) => {
  test('I49: the same tools give the same bytes in any order', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 10,
      selector: sentName,
    })
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (given, keys) => {
        const tools = given.map((name) => tool(name))
        const shuffled = tools.map((one) => ({ one, key: keys.next().value as number })).sort((a, b) => a.key - b.key)
        expect(bytes(dialect.tools(shuffled.map(({ one }) => one)))).toBe(bytes(dialect.tools(tools)))
      }),
    )
  })

  test('a Standard Schema is shown as its JSON Schema', () => {
    const search = defineTool({ name: 'search', inputSchema: z.object({ q: z.string() }), execute })
    const shown = bytes(dialect.tools([search]))
    expect(shown).toContain('"properties":{"q":{"type":"string"}}')
    expect(shown).not.toContain('$schema')
  })

  test('a schema without a type, or with several, becomes that of an object', () => {
    const properties = { q: { type: 'string' } }
    const expected = bytes(dialect.tools([tool('f', { type: 'object', properties })]))
    expect(bytes(dialect.tools([tool('f', { properties })]))).toBe(expected)
    expect(bytes(dialect.tools([tool('f', { type: ['object', 'null'], properties })]))).toBe(expected)
  })

  test('a schema of a non-object, a missing schema, and a repeated name are misuse', () => {
    expect(() => dialect.tools([tool('f', { type: 'string' })])).toThrow(
      new MisuseError("tool 'f'.inputSchema.type", "'object', since models call tools with an object", 'string'),
    )
    expect(() => dialect.tools([{ name: 'f', execute }])).toThrow(MisuseError)
    expect(() => dialect.tools([tool('a'), tool('f'), tool('f')]), 'bad input 15').toThrow(
      new MisuseError('tools', 'tools of different names', 'f'),
    )
  })

  test('bad inputs 1–11, 13: a name that every provider accepts is sent as it is, any other in an accepted form', () => {
    for (const name of ['read-file', 'Read_File', 'x'.repeat(64)])
      expect(bytes(dialect.tools([tool(name)]))).toContain(bytes(name))
    for (const [name, sent] of [
      ['admin.tools.list', 'admin_tools_list'],
      ['user/profile', 'user_profile'],
      ['a ', 'a_'],
      ['__proto__', '__proto___'],
      ['constructor', 'constructor_'],
      ['../../etc', '______etc'],
    ] as const)
      expect(bytes(dialect.tools([tool(name)]))).toContain(bytes(sent))
    for (const name of ['reаd', 'a\u200bb', 'a\0b', 'x'.repeat(129), '1st'])
      expect(bytes(dialect.tools([tool(name)]))).toMatch(/"name":"[A-Za-z_][A-Za-z0-9_-]{0,63}"/)
  })

  test('two tools with the same sent name are misuse', () => {
    expect(() => dialect.tools([tool('a.b'), tool('a_b')])).toThrow(
      "tools: expected tools whose names differ for a provider ('a.b' and 'a_b' are both sent as 'a_b'; rename one)",
    )
  })

  test('a schema whose root providers refuse is shown as an object schema that they accept', () => {
    const a = { type: 'object', properties: { kind: { const: 'a' }, n: { type: 'number' } }, required: ['kind', 'n'] }
    const b = { type: 'object', properties: { kind: { const: 'b' } }, required: ['kind'] }
    const shown = bytes(dialect.tools([tool('f', { oneOf: [a, b] })]))
    expect(shown).toContain('"type":"object","properties":{"kind":{"enum":["a","b"]},"n":{"type":"number"}}')
    expect(shown).not.toContain('oneOf')
    expect(bytes(dialect.tools([tool('f', {})]))).toBe(bytes(dialect.tools([tool('f', { type: 'object' })])))
  })

  test("a call by the sent name runs the tool; its result has the tool's own name, and is sent back under the sent one", async () => {
    const list = defineTool({ name: 'admin.tools.list', inputSchema: { type: 'object' }, execute: () => 'listed' })
    const executor = new ToolExecutor({ tools: [list] })
    for (const name of ['admin_tools_list', 'admin.tools.list']) {
      const made = answer([{ kind: 'call', id: 'a', name, input: {} }])
      const results = await executor.executeTools(dialect.calls(made))
      expect(results[0]).toMatchObject({ name: 'admin.tools.list', success: true, data: 'listed' })
      expect(bytes(dialect.turn(made))).toContain('"name":"admin_tools_list"')
      for (const sent of [dialect.results(results, made), dialect.results(results)])
        expect(bytes(sent)).not.toContain('admin.tools.list')
    }
  })

  test('a turn is sent back with accepted names, whatever names the model invented', () => {
    const made = answer([{ kind: 'call', id: 'a', name: 'search<|call|>', input: {} }])
    expect(bytes(dialect.turn(made))).toContain('"name":"search__call__"')
    expect(dialect.calls(made)[0]?.name).toBe('search<|call|>')
  })

  test('a turn is sent back with objects where a provider expects arguments as a value', () => {
    if (textArguments) return
    for (const input of [[1], '{"a', 'text', 7]) {
      const turn = dialect.turn(answer([{ kind: 'call', id: 'a', name: 'f', input }]))
      expect(bytes(turn)).toMatch(/"(?:input|args)":\{\}/)
    }
  })

  test('bad input 33: a turn is sent back as well-formed Unicode', () => {
    const made = answer([
      { kind: 'text', text: 'half \ud83d' },
      { kind: 'call', id: 'a', name: 'f', input: { q: '\udc00' } },
    ])
    const sent = bytes(dialect.turn(made))
    expect(sent).not.toMatch(/(?<!\\)\\ud[89a-f]/)
    expect(sent).toContain('half \ufffd')
    expect(bytes([made])).toContain('\\ud83d')
  })
})
