import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { bench, finish } from './harness.ts'

const serverCall: LanguageModelV4StreamPart = {
  type: 'tool-call',
  toolCallId: 'srv_1',
  toolName: 'web_search',
  input: '{"query":"tides"}',
  providerExecuted: true,
}
const serverResult: LanguageModelV4StreamPart = {
  type: 'tool-result',
  toolCallId: 'srv_1',
  toolName: 'web_search',
  result: ['found'],
}
const paused = finish('stop', 'pause_turn')

const hasServerCall = (prompt: readonly { role: string; content: unknown }[]): boolean =>
  JSON.stringify(prompt).includes('srv_1')

describe('a turn that the provider pauses (pause_turn)', () => {
  test('after a pause_turn the model is called again with its own message, including its open call', async () => {
    const { agent, model, end } = bench()
    const talks = model([[serverCall, paused], [serverResult, finish('stop')], { text: 'not asked for' }])
    const ended = await end(agent({ model: talks }).run('x'))
    expect(ended).toMatchObject({ status: 'done', iterations: 2, finishReason: 'stop' })
    expect(talks.calls).toHaveLength(2)
    expect(hasServerCall(talks.calls[1]?.prompt ?? [])).toBe(true)
  })

  test('continuations of a paused turn count for maxIterations, and leave no unanswered call of the provider in the history', async () => {
    const { agent, model, end } = bench()
    const talks = model(() => [serverCall, paused])
    const ended = await end(agent({ model: talks, maxIterations: 3 }).run('x'))
    expect(ended).toMatchObject({ status: 'max_iterations', iterations: 3 })
    expect(talks.calls).toHaveLength(3)
    expect(hasServerCall(ended.messages)).toBe(false)
  })

  test('an abort of a paused run leaves no unanswered call of the provider in the history', async () => {
    const { agent, model, end } = bench()
    const run = agent({
      model: model(() => [serverCall, paused]),
      prepareTurn: ({ turn }) => {
        if (turn === 1) run.abort()
        return {}
      },
    }).run('x')
    const ended = await end(run)
    expect(ended.status).toBe('aborted')
    expect(hasServerCall(ended.messages)).toBe(false)
  })
})
