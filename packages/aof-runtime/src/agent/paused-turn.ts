import { withoutTrailingReasoning } from './provider-calls.ts'
import type { AgentMessage } from './result.ts'
import { withParts } from './sendable-message.ts'

type AssistantMessage = Extract<AgentMessage, { role: 'assistant' }>

/**
 * The history without unanswered calls of the provider's own at its end. The provider paused there, perhaps more than
 * once, and providers refuse a history that continues after such a call.
 */
export function withoutOpenProviderCalls(messages: readonly AgentMessage[]): AgentMessage[] {
  const begin = messages.findLastIndex(({ role }) => role !== 'assistant') + 1
  const last = messages.slice(begin).filter((message): message is AssistantMessage => message.role === 'assistant')
  const answered = new Set(last.flatMap(({ content }) => content.flatMap(answeredId)))
  const kept = last.map((message) =>
    withParts(
      message,
      message.content.filter((part) => !isProviderCall(part) || answered.has(part.toolCallId)),
    ),
  )
  const end = kept.at(-1)
  if (end !== undefined) kept[kept.length - 1] = withParts(end, withoutTrailingReasoning(end.content))
  return [...messages.slice(0, begin), ...kept.filter(({ content }) => content.length > 0)]
}

type Part = AssistantMessage['content'][number]

function isProviderCall(part: Part): part is Extract<Part, { type: 'tool-call' }> {
  return part.type === 'tool-call' && part.providerExecuted === true
}

function answeredId(part: Part): string[] {
  return part.type === 'tool-result' ? [part.toolCallId] : []
}
