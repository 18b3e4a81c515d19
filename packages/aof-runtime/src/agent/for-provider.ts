import type { AgentMessage } from './result.ts'
import { shortHash } from '../core/contract/short-hash.ts'

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

/** Ids that Mistral accepts: nine letters and digits. */
const TAKEN = /^[A-Za-z0-9]{9}$/

function withMistralId<Part extends object>(part: Part): Part {
  if (!('toolCallId' in part) || typeof part.toolCallId !== 'string' || TAKEN.test(part.toolCallId)) return part
  return { ...part, toolCallId: shortHash(part.toolCallId) }
}
