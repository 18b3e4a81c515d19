import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentMessage, mendHistory } from '../../packages/aof-runtime/src/agent/index.ts'
import { type AnyTool, toolDefinitions } from '../../packages/aof-runtime/src/index.ts'
import { historyFaults, ownFaults } from './history-faults.ts'
import { assistant, call, result, text, tool, user } from './messages.ts'
import { oddHistory } from './random-history.ts'
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

describe.each(wires)('I4: requests of $name with a repaired history', (wire) => {
  const faultsOf = async (prompt: readonly AgentMessage[], tools?: Parameters<typeof bodyOf>[2]): Promise<string[]> =>
    wire.faults((await bodyOf(wire, prompt, tools)) as never)

  test("I4: the request of $name for a repaired history keeps the provider's rules for calls, results and values", async () => {
    await fc.assert(
      fc.asyncProperty(oddHistory, async (history) => {
        expect(await faultsOf(mendHistory(conversation(history)))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  test('I4: the request of $name would break those rules without the repair', async () => {
    const broken: AgentMessage[][] = [
      [user('u'), assistant(call('a')), user('and?')],
      [user('u'), assistant(call('a')), tool(result('a')), tool(result('a'))],
      [user('u'), assistant(call('a'), call('b')), tool(result('b'), result('a'))],
      [user('u'), assistant(text('t')), tool(result('x'))],
      [user('u'), assistant(call('a', 'x'.repeat(129))), tool(result('a', 'ok', 'x'.repeat(129)))],
      [user('half \ud83d')],
    ]
    for (const history of broken) {
      expect(await faultsOf(history)).not.toEqual([])
      expect(await faultsOf(mendHistory(history))).toEqual([])
    }
  })

  test('I4: the request of $name has definitions of tools with any name and schema that the provider accepts', async () => {
    const schemas = [
      {},
      { type: 'object' },
      { type: 'object', required: ['a'] },
      { oneOf: [{ type: 'object', properties: { a: {} }, required: ['a'] }, { type: 'string' }] },
      { $ref: '#/$defs/a', $defs: { a: { type: 'object', properties: { a: { type: 'string' } } } } },
      { allOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'number' } } }] },
    ]
    const tools = ['plain', 'admin.tools.list', 'user/profile', 'n'.repeat(129), '7zip', '查询天气'].map(
      (name, i) => ({ name, inputSchema: schemas[i] as object, execute: () => null }) as AnyTool,
    )
    const sent = toolDefinitions(tools).map(
      ({ name, inputSchema }) => ({ type: 'function', name, inputSchema }) as LanguageModelV4FunctionTool,
    )
    expect(await faultsOf([user('u')], sent)).toEqual([])
    const raw = tools.map(
      ({ name, inputSchema }) => ({ type: 'function', name, inputSchema }) as LanguageModelV4FunctionTool,
    )
    expect(await faultsOf([user('u')], raw)).not.toEqual([])
  })
})

describe("I4: the provider's own calls", () => {
  const found = [
    { type: 'web_search_result', url: 'https://example.org', title: 't', pageAge: null, encryptedContent: 'e' },
  ]
  /** A search that Anthropic ran itself has results of the form that it gave. */
  const searched = (message: AgentMessage): AgentMessage =>
    message.role !== 'assistant'
      ? message
      : assistant(
          ...message.content.map((part) =>
            part.type === 'tool-result' ? { ...part, output: { type: 'json' as const, value: found } } : part,
          ),
        )

  test("I4: the provider's own calls are sent back to Anthropic with their results, except one that the model may continue", async () => {
    const [anthropic] = wires as [(typeof wires)[number]]
    await fc.assert(
      fc.asyncProperty(oddHistory, async (history) => {
        const given = history.filter(({ role }) => role !== 'system').map(searched)
        const mended = mendHistory([user('u'), ...given.map(withoutApprovals), user('and?')])
        const { messages } = (await bodyOf(anthropic, mended)) as { messages: { content: Block[] }[] }
        const blocks = messages.flatMap(({ content }) => content)
        const asked = blocks.flatMap(({ type, id }) => (type === 'server_tool_use' ? [id] : []))
        const answered = blocks.flatMap(({ type, tool_use_id: id }) => (type === 'web_search_tool_result' ? [id] : []))
        expect(new Set(asked).size).toBe(asked.length)
        expect(new Set(answered)).toEqual(new Set(asked))
        expect(answered).toHaveLength(asked.length)
      }),
      { numRuns: 300 },
    )
  })

  interface Block {
    readonly type: string
    readonly id?: string
    readonly tool_use_id?: string
  }

  const withoutApprovals = (message: AgentMessage): AgentMessage =>
    message.role === 'tool' ? tool(...message.content.filter(({ type }) => type === 'tool-result')) : message
})

test('S13: any history, with any values, is valid after the repair, and a second repair changes nothing', () => {
  fc.assert(
    fc.property(oddHistory, (history) => {
      const mended = mendHistory(history)
      expect(historyFaults(mended)).toEqual([])
      expect(ownFaults(mended)).toEqual([])
      const again = mendHistory(mended)
      expect(again).toHaveLength(mended.length)
      again.forEach((message, i) => expect(message).toBe(mended[i]))
    }),
    { numRuns: 5_000 },
  )
})
