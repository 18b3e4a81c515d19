import type { AgentMessage } from './result.ts'
import { mistralId } from './sent-id.ts'

/**
 * Adapts the messages to a provider that accepts less than the others: Mistral, whose call ids have nine letters and
 * digits. Each id is mapped independently, so that a message is always sent in the same form (I49).
 *
 * @param provider as the model names it, e.g. `mistral.chat`
 */
export function forProvider(provider: string, messages: readonly AgentMessage[]): readonly AgentMessage[] {
  return /^mistral\b/i.test(provider) ? messages.map(withMistralIds) : messages
}

function withMistralIds(message: AgentMessage): AgentMessage {
  if (message.role === 'assistant') return { ...message, content: message.content.map(withMistralId) }
  return message.role === 'tool' ? { ...message, content: message.content.map(withMistralId) } : message
}

function withMistralId<Part extends object>(part: Part): Part {
  return 'toolCallId' in part && typeof part.toolCallId === 'string'
    ? { ...part, toolCallId: mistralId(part.toolCallId) }
    : part
}
