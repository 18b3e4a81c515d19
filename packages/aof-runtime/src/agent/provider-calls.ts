import type { AgentMessage } from './result.ts'
import { withParts } from './sendable-message.ts'

type AssistantMessage = Extract<AgentMessage, { role: 'assistant' }>
type AssistantPart = AssistantMessage['content'][number]

/**
 * The history without calls of the provider's own that it would refuse: one without a result in a conversation that has
 * moved on, a result without its call, and repetitions of either. Reasoning that is then at the end of the assistant's
 * message is left out with them, because providers refuse it there.
 *
 * A call stays without a result if the provider may still give one: in the last assistant message, and if the user has
 * answered its request for approval.
 */
export function mendProviderCalls(messages: readonly AgentMessage[]): AgentMessage[] {
  const answered = answeredIds(messages)
  const called = new Set<string>()
  const given = new Set<string>()
  const last = messages.findLastIndex(({ role }) => role === 'assistant' || role === 'user')
  return messages.map((message, i) => {
    if (message.role !== 'assistant') return message
    const next = messages[i + 1]
    const isApproved = next?.role === 'tool' && next.content.some(({ type }) => type === 'tool-approval-response')
    const mayGoOn = i === last || isApproved
    const keeps = (part: AssistantPart): boolean => {
      if (isProviderCall(part))
        return part.toolCallId !== '' && (mayGoOn || answered.has(part.toolCallId)) && isNew(called, part.toolCallId)
      return part.type !== 'tool-result' || (called.has(part.toolCallId) && isNew(given, part.toolCallId))
    }
    const content = message.content.filter(keeps)
    return withParts(message, next?.role === 'assistant' ? content : withoutTrailingReasoning(content))
  })
}

/**
 * The history without unanswered calls of the provider's own at its end. The provider paused there, perhaps more than
 * once, and providers refuse a history that continues after such a call.
 */
export function withoutOpenProviderCalls(messages: readonly AgentMessage[]): AgentMessage[] {
  const begin = messages.findLastIndex(({ role }) => role !== 'assistant') + 1
  const last = messages.slice(begin).filter((message): message is AssistantMessage => message.role === 'assistant')
  const answered = new Set(
    last.flatMap(({ content }) => content.flatMap((part) => (part.type === 'tool-result' ? [part.toolCallId] : []))),
  )
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

/** The ids of the provider's calls that have a result after them. */
function answeredIds(messages: readonly AgentMessage[]): ReadonlySet<string> {
  const called = new Set<string>()
  const answered = new Set<string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    for (const part of message.content) {
      if (isProviderCall(part)) called.add(part.toolCallId)
      else if (part.type === 'tool-result' && called.has(part.toolCallId)) answered.add(part.toolCallId)
    }
  }
  return answered
}

/** Leaves out reasoning at the end, which providers refuse. */
export function withoutTrailingReasoning(content: readonly AssistantPart[]): AssistantPart[] {
  return content.slice(0, content.findLastIndex(({ type }) => type !== 'reasoning') + 1)
}

function isProviderCall(part: AssistantPart): part is Extract<AssistantPart, { type: 'tool-call' }> {
  return part.type === 'tool-call' && part.providerExecuted === true
}

/** Adds `id` to the set, and returns whether it was missing. */
function isNew(ids: Set<string>, id: string): boolean {
  const { size } = ids
  return ids.add(id).size > size
}
