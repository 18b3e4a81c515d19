import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import type { TurnScript } from '../../packages/aof-runtime/src/testing/index.ts'
import { bench, eventsOf, finish, handModel, toolCall } from './harness.ts'

const begun: LanguageModelV4StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'response-metadata', id: 'r' },
]
const overloaded = { type: 'overloaded_error', message: 'Overloaded' }
const failure: LanguageModelV4StreamPart = { type: 'error', error: overloaded }
const text: LanguageModelV4StreamPart[] = [
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'half' },
]

/** Each turn of the script once, then an answer. */
const first = (script: TurnScript): TurnScript[] => [script, { text: 'ok' }]

describe('I33: an answer that breaks off before any text, reasoning or call', () => {
  test.each<[string, TurnScript]>([
    ['with an error chunk', [...begun, failure]],
    ['with an error chunk and an end', [...begun, failure, finish('error')]],
    ['after an empty text', [...begun, { type: 'text-start', id: 't' }, failure]],
    [
      'with a reset',
      { parts: begun, breakAfter: 2, breakWith: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) },
    ],
    ['with an end without a reason', { parts: begun, breakAfter: 2, breakWith: 'end' }],
    ['with an end that is an error', [...begun, finish('error')]],
  ])('I33: an answer that breaks off %s is requested again', async (_how, script) => {
    const { agent, model, end } = bench()
    const talks = model(first(script))
    const run = agent({ model: talks }).run('x')
    expect(await end(run)).toMatchObject({ status: 'done', text: 'ok', iterations: 1 })
    expect(talks.calls).toHaveLength(2)
    expect((await eventsOf(run)).filter(({ type }) => type === 'model_failed')).toHaveLength(1)
  })

  test('I33: an answer without a part for modelIdleTimeoutMs is requested again', async () => {
    const { agent, clock } = bench()
    const silent = handModel()
    const { model } = bench()
    const answers = model([{ text: 'ok' }])
    let asked = 0
    const talks = { ...silent, doStream: (o: never) => (asked++ === 0 ? silent.doStream(o) : answers.doStream(o)) }
    const run = agent({ model: talks, modelIdleTimeoutMs: 1_000, random: () => 0 }).run('x')
    expect(await clock.runUntil(run.result)).toMatchObject({ status: 'done', text: 'ok' })
    expect(silent.cancelled).toHaveLength(1)
    expect(clock.now()).toBe(1_000)
  })

  test('I33: an answer of keep-alive messages alone counts as silent', async () => {
    const { agent, clock } = bench()
    const silent = handModel()
    const answers = bench().model([{ text: 'ok' }])
    let asked = 0
    const talks = { ...silent, doStream: (o: never) => (asked++ === 0 ? silent.doStream(o) : answers.doStream(o)) }
    const run = agent({ model: talks, modelIdleTimeoutMs: 1_000, random: () => 0 }).run('x')
    const beat = (): void => {
      if (silent.cancelled.length > 0) return
      silent.send({ type: 'raw', rawValue: { type: 'keepalive' } })
      clock.setTimer(beat, 300)
    }
    clock.setTimer(beat, 300)
    expect(await clock.runUntil(run.result)).toMatchObject({ status: 'done', text: 'ok' })
  })

  test.each<[string, LanguageModelV4StreamPart[]]>([
    ['text', text],
    ['a call', [{ type: 'tool-input-start', id: 'c', toolName: 'f' }]],
    ['reasoning', [{ type: 'reasoning-delta', id: 'r', delta: 'hm' }]],
  ])('I33: an answer that breaks off after %s is not requested again', async (_what, parts) => {
    const { agent, model, tool, end } = bench()
    const talks = model(first([...begun, ...parts, failure]))
    expect(await end(agent({ model: talks, tools: [tool('f')] }).run('x'))).toMatchObject({ status: 'failed' })
    expect(talks.calls).toHaveLength(1)
  })
})

describe('a stream that repeats a complete call', () => {
  const call = toolCall('a', 'pay')

  test('a call that a stream repeats runs once, and its result says so', async () => {
    const { agent, model, tool, end, starts } = bench()
    const talks = model([[call, call, call, finish()], { text: 'ok' }])
    const run = agent({ model: talks, tools: [tool('pay')] }).run('x')
    const { messages } = await end(run)
    expect(starts).toHaveLength(1)
    expect(JSON.stringify(messages).match(/"tool-call"/g)).toHaveLength(1)
    expect(JSON.stringify(await eventsOf(run))).toContain('The stream gave this call more than once; it runs once.')
  })

  test('a repeated call runs again if its arguments differ, or if ids repeat in the turn anyway', async () => {
    const { agent, model, tool, end, starts } = bench()
    const other = toolCall('a', 'pay', '{"n":2}')
    await end(agent({ model: model([[call, other, finish()], { text: 'ok' }]), tools: [tool('pay')] }).run('x'))
    expect(starts).toHaveLength(2)
    await end(agent({ model: model([[call, call, other, finish()], { text: 'ok' }]), tools: [tool('pay')] }).run('x'))
    expect(starts).toHaveLength(5)
  })
})

test("a provider's error in the middle of a stream cancels no complete call", async () => {
  const { agent, model, tool, end, starts } = bench()
  const arriving = (id: string): LanguageModelV4StreamPart => ({ type: 'tool-input-start', id, toolName: 'f' })
  const talks = model([
    [
      arriving('a'),
      arriving('b'),
      failure,
      toolCall('a', 'f', '{"n":1}'),
      toolCall('b', 'f', '{"n":2}'),
      finish('error'),
    ],
    { text: 'ok' },
  ])
  const { status, messages } = await end(agent({ model: talks, tools: [tool('f')] }).run('x'))
  expect([status, starts.map(({ input }) => input)]).toEqual(['done', [{ n: 1 }]])
  expect(JSON.stringify(messages)).toContain('incomplete_call')
})
