import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import { scriptedModel } from '../../packages/aof-runtime/dist/testing/index.js'
import { type Ledger, seen, type SeenResult } from './ledger.ts'
import { FINAL_TEXT, type Scenario } from './scenario.ts'

/** A model for all SDKs with the AI SDK's provider interface: first the scenario's calls, then the final text. */
export function providerModel({ calls }: Scenario, ledger: Ledger): LanguageModelV4 {
  return scriptedModel(({ prompt }: LanguageModelV4CallOptions) => {
    const results = resultsIn(prompt)
    if (results.length === 0 && prompt.at(-1)?.role === 'user')
      return { calls: calls.map(({ id, name, input }) => ({ id, name, arguments: input })) }
    ledger.give(results, callIdsIn(prompt))
    return { text: FINAL_TEXT }
  })
}

/** The tool results in a history of the provider interface, in order. */
export function resultsIn(messages: readonly LanguageModelV4Message[]): SeenResult[] {
  return messages.flatMap((message) => {
    if (message.role !== 'tool') return []
    return message.content.flatMap((part) => {
      if (part.type !== 'tool-result') return []
      const { output } = part
      const value = 'value' in output ? output.value : output.type
      return [seen(part.toolCallId, value, output.type.startsWith('error') || output.type === 'execution-denied')]
    })
  })
}

/** The ids of the calls in a history, in order. */
function callIdsIn(messages: readonly LanguageModelV4Message[]): string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
      : [],
  )
}
