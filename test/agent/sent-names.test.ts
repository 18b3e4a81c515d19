import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Logger } from '../../packages/aof-runtime/src/index.ts'
import { bench, eventsOf, finish, toolCall } from './harness.ts'
import { callsOf, historyFaults, resultsOf } from './history-faults.ts'
import { assistant, call, result, tool as toolMessage, user } from './messages.ts'

const LONG = 'n'.repeat(129)

test('tools are sent under names that providers accept, and the application sees their own names', async () => {
  const given = bench()
  const names = ['admin.tools.list', 'user/profile', LONG, 'plain']
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  const logger: Logger = { debug: note, info: note, warn: note, error: note }
  const talks = given.model([
    ({ tools = [] }) => ({ calls: tools.map(({ name }, i) => ({ id: `c${i}`, name, arguments: { n: 1 } })) }),
    { text: 'ok' },
  ])
  const run = given.agent({ model: talks, logger, tools: names.map((name) => given.tool(name)) }).run('x')
  const ended = await given.end(run)
  const sent = talks.calls[0]?.tools?.map(({ name }) => name) ?? []
  for (const name of sent) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/)
  expect(sent).toEqual(expect.arrayContaining(['admin_tools_list', 'plain', 'user_profile']))
  expect(given.starts.map(({ name }) => name).sort()).toEqual([...names].sort())
  const events = await eventsOf(run)
  const arriving = events.flatMap((event) => (event.type === 'call_arriving' ? [event.name] : []))
  const settled = events.flatMap((event) => (event.type === 'settled' ? [event.result.name] : []))
  for (const seen of [arriving, settled]) expect([...seen].sort()).toEqual([...names].sort())
  expect(lines.join('\n')).toContain('admin.tools.list')
  expect(lines.join('\n')).not.toContain('admin_tools_list')
  // The history goes to providers.
  expect(callsOf(ended.messages[1]).map(({ name }) => name)).toEqual(sent)
  expect(resultsOf(ended.messages[2]).map(({ name }) => name)).toEqual(sent)
  expect(historyFaults(ended.messages)).toEqual([])
})

test('a model may also call a tool by its own name', async () => {
  const given = bench()
  const talks = given.model([{ calls: [{ name: 'a.b' }] }, { text: 'ok' }])
  const ended = await given.end(given.agent({ model: talks, tools: [given.tool('a.b')] }).run('x'))
  expect(given.starts).toHaveLength(1)
  expect(callsOf(ended.messages[1]).map(({ name }) => name)).toEqual(['a_b'])
})

test("eager start, active tools and a chosen tool use the tools' own names", async () => {
  const given = bench()
  const tools = [
    given.tool('fs.read', undefined, { annotations: { readOnlyHint: true } }),
    given.tool('fs.write'),
    given.tool('fs.list'),
  ]
  const talks = given.model([
    [toolCall('1', 'fs_read'), toolCall('2', 'fs_write'), toolCall('3', 'fs_list'), finish()],
    { text: 'ok' },
  ])
  const run = given
    .agent({
      model: talks,
      tools,
      eager: 'read-only',
      toolChoice: { type: 'tool', toolName: 'fs.read' },
      prepareTurn: () => ({ activeTools: ['fs.read', 'fs.write'] }),
    })
    .run('x')
  const ended = await given.end(run)
  expect(talks.calls[0]?.tools?.map(({ name }) => name)).toEqual(['fs_read', 'fs_write'])
  expect(talks.calls[0]?.toolChoice).toEqual({ type: 'tool', toolName: 'fs_read' })
  expect(given.starts.map(({ name }) => name)).toEqual(['fs.read', 'fs.write'])
  expect(ended.calls).toMatchObject({ total: 3, succeeded: 2, failed: 1 })
})

test('an old history with other names of a tool is sent with the present names', async () => {
  const given = bench()
  const talks = given.model([{ text: 'ok' }])
  const before = [user('u'), assistant(call('a', 'fs.read')), toolMessage(result('a', 'ok', 'fs.read')), user('and?')]
  await given.end(given.agent({ model: talks, tools: [given.tool('fs.read')] }).run({ messages: before }))
  expect(talks.calls[0]?.prompt.flatMap((message) => callsOf(message))).toEqual([{ id: 'a', name: 'fs_read' }])
  expect(talks.calls[0]?.tools?.map(({ name }) => name)).toEqual(['fs_read'])
})

test('two tools with one sent name, and a schema that no object fits, are refused by the constructor', () => {
  const given = bench()
  const model = given.model([{ text: 'ok' }])
  expect(() => given.agent({ model, tools: [given.tool('a.b'), given.tool('a_b')] })).toThrow(
    "'a.b' and 'a_b' are both sent as 'a_b'; rename one",
  )
  const list = given.tool('list', undefined, { inputSchema: { type: 'array' } })
  expect(() => given.agent({ model, tools: [list] })).toThrow(
    `tool 'list'.inputSchema.type: expected 'object', since models call tools with an object, got "array".`,
  )
})

test('schemas are sent as objects with properties, whatever the tool declares', async () => {
  const given = bench()
  const union = z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])
  const schemas = [{}, { type: 'object' }, union, { anyOf: [{ type: 'object' }, { type: 'null' }] }]
  const tools = schemas.map((inputSchema, i) => given.tool(`t${i}`, undefined, { inputSchema }))
  const talks = given.model([{ text: 'ok' }])
  await given.end(given.agent({ model: talks, tools }).run('x'))
  for (const each of talks.calls[0]?.tools ?? []) {
    expect(each).toMatchObject({ inputSchema: { type: 'object', properties: expect.any(Object) as unknown } })
    expect(Object.keys((each as { inputSchema: object }).inputSchema)).not.toContain('anyOf')
  }
})

test.each(['null', ' null ', '', '{}'])('arguments that are %j count as none', async (text) => {
  const given = bench()
  const talks = given.model([[toolCall('a', 'work', text), toolCall('b', 'work'), finish()], { text: 'ok' }])
  const ended = await given.end(given.agent({ model: talks, tools: [given.tool('work')] }).run('x'))
  expect(given.starts.map(({ input }) => input)).toEqual([{}, { n: 1 }])
  expect(ended.calls.succeeded).toBe(2)
})
