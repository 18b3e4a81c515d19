import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentMessage, mendHistory } from '../../src/agent/index.ts'
import { assistant, call, result, text, tool, user } from './messages.ts'
import { anyHistory } from './random-history.ts'
import { bodyOf, wires } from './wire.ts'

/**
 * Conversations of the kind that every provider takes: what a provider ran itself, and asked for, can go back to it alone, and
 * two of them refuse system messages later on.
 */
const conversation = (history: readonly AgentMessage[]): AgentMessage[] => [
  user('hello'),
  ...history.flatMap((message): AgentMessage[] => {
    if (message.role === 'system') return []
    if (message.role === 'tool') return [tool(...message.content.filter(({ type }) => type === 'tool-result'))]
    return message.role === 'assistant' ? [assistant(...message.content.filter(isNotTheProviders))] : [message]
  }),
]

const isNotTheProviders = (part: { type: string; providerExecuted?: boolean }): boolean =>
  part.type !== 'tool-result' && part.providerExecuted !== true

describe.each(wires)('I4: what $name sends for a mended history', (wire) => {
  const faultsOf = async (prompt: AgentMessage[]): Promise<string[]> =>
    wire.faults((await bodyOf(wire, prompt)) as never)

  test('keeps its rules for calls and results', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        expect(await faultsOf(mendHistory(conversation(history)))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  test('which it would break without mending', async () => {
    const broken: AgentMessage[][] = [
      [user('u'), assistant(call('a')), user('and?')],
      [user('u'), assistant(call('a')), tool(result('a')), tool(result('a'))],
      [user('u'), assistant(call('a'), call('b')), tool(result('b'), result('a'))],
      [user('u'), assistant(text('t')), tool(result('x'))],
    ]
    for (const history of broken) {
      expect(await faultsOf(history)).not.toEqual([])
      expect(await faultsOf(mendHistory(history))).toEqual([])
    }
  })
})
