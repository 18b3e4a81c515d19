import { withoutTrailingReasoning } from './provider-calls.ts'
import type { AgentMessage } from './result.ts'
import { withParts } from './sendable-message.ts'

/**
 * A history without the calls of its last message that the provider was to run itself and never answered: it paused before,
 * and providers refuse a history that goes on after such a call.
 */
export function withoutOpenProviderCalls(messages: readonly AgentMessage[]): AgentMessage[] {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return [...messages]
  const answered = new Set(last.content.flatMap((part) => (part.type === 'tool-result' ? [part.toolCallId] : [])))
  const isOpen = (part: (typeof last.content)[number]): boolean =>
    part.type === 'tool-call' && part.providerExecuted === true && !answered.has(part.toolCallId)
  const message = withParts(last, withoutTrailingReasoning(last.content.filter((part) => !isOpen(part))))
  return message.content.length > 0 ? [...messages.slice(0, -1), message] : messages.slice(0, -1)
}
