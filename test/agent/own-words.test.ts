import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { type AgentMessage, mendHistory } from '../../packages/aof-runtime/src/agent/index.ts'
import type { JsonValue } from '../../packages/aof-runtime/src/index.ts'
import { bench, finish, toolCall } from './harness.ts'
import { callsOf, historyFaults, resultsOf } from './history-faults.ts'
import { assistant, call, result, tool as toolMessage, user } from './messages.ts'

const says = (...deltas: string[]): LanguageModelV4StreamPart[] =>
  deltas.map((delta) => ({ type: 'text-delta', id: 't', delta }))

test("bad input 33: a run's own text is well-formed, even if a stream divides a character", async () => {
  const given = bench()
  const talks = given.model([
    [...says('a \ud83d', '\ude00 b \ud83d'), toolCall('a', 'work', '{"q":"\\ud83d"}'), finish()],
    [...says('cut \ud83d'), finish('stop')],
  ])
  const tool = given.tool('work', () => ['half \udc00'] as JsonValue)
  const ended = await given.end(
    given.agent({ model: talks, tools: [tool], instructions: 'Be \ud83d.' }).run('x \ud83d'),
  )
  expect(ended.text).toBe('cut \ufffd')
  expect(ended.messages).toEqual([
    user('x \ufffd'),
    assistant({ type: 'text', text: 'a 😀 b \ufffd' }, call('a', 'work', { q: '\ufffd' })),
    toolMessage({ ...result('a'), output: { type: 'json', value: ['half \ufffd'] } }),
    assistant({ type: 'text', text: 'cut \ufffd' }),
  ])
  for (const { prompt } of talks.calls) expect(JSON.stringify(prompt)).not.toMatch(/\\ud[89a-f]/)
})

test('I49: with odd names, ids and text, each prompt begins with the bytes of the one before, and a repair changes nothing', async () => {
  const given = bench()
  const odd = (turn: number): LanguageModelV4StreamPart[] => [
    ...says(' ', `turn ${turn} \ud83d`),
    toolCall('functions.work:0', 'fs_read'),
    toolCall('functions.work:0', 'made<|up|>', '[1'),
    toolCall('', 'fs.read', 'null'),
    finish(),
  ]
  const talks = given.model([odd(0), odd(1), odd(2), { text: 'ok' }])
  const old: AgentMessage[] = [
    user('u'),
    assistant(call('functions.old:0', 'fs.read', [1])),
    toolMessage(result('functions.old:0', '\udc00', 'fs.read')),
    user('and?'),
  ]
  const run = given.agent({ model: talks, tools: [given.tool('fs.read')] }).run({ messages: old })
  const ended = await given.end(run)
  const prompts = talks.calls.map(({ prompt }) => prompt.map((message) => JSON.stringify(message)))
  expect(prompts).toHaveLength(4)
  prompts.forEach((prompt, i) => {
    if (i > 0) expect(prompt.slice(0, prompts[i - 1]?.length)).toEqual(prompts[i - 1])
  })
  expect(historyFaults(ended.messages)).toEqual([])
  mendHistory(ended.messages).forEach((message, i) => expect(message).toBe(ended.messages[i]))
})

test('Mistral gets ids of nine letters and digits, the same in every turn; other providers get them unchanged', async () => {
  const turns = [
    [toolCall('abc123XYZ', 'work'), toolCall('abc123XYZ', 'work', '{"n":2}'), toolCall('call_1', 'work'), finish()],
    { calls: [{ id: 'abc123XYZ', name: 'work' }] },
    { text: 'ok' },
  ]
  const promptsOf = async (provider: string): Promise<AgentMessage[][]> => {
    const given = bench()
    const talks = given.model(turns, { provider })
    const ended = await given.end(given.agent({ model: talks, tools: [given.tool('work')] }).run('x'))
    expect(callsOf(ended.messages[1]).map(({ id }) => id)).toEqual(['abc123XYZ', 'abc123XYZ_2', 'call_1'])
    return talks.calls.map(({ prompt }) => prompt)
  }
  const [, second = [], third = []] = await promptsOf('mistral.chat')
  const ids = third.flatMap((message) => callsOf(message)).map(({ id }) => id)
  expect(ids).toHaveLength(4)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/)
  expect(new Set(ids).size).toBe(4)
  expect(ids[0]).toBe('abc123XYZ')
  expect(third.flatMap((message) => resultsOf(message)).map(({ id }) => id)).toEqual(ids)
  expect(JSON.stringify(third.slice(0, second.length))).toBe(JSON.stringify(second))
  const [, others = []] = await promptsOf('openai.chat')
  expect(others.flatMap((message) => callsOf(message)).map(({ id }) => id)).toContain('abc123XYZ_2')
})
