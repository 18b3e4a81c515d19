import type { LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import type { AgentMessage } from './result.ts'

type ToolMessage = Extract<AgentMessage, { role: 'tool' }>
type AssistantMessage = Extract<AgentMessage, { role: 'assistant' }>

/**
 * A history that every provider takes: after each assistant message exactly one result for each of its calls, in call
 * order, in one tool message; no result without a call; no call id twice. What is valid is returned as it is, so
 * mending twice is mending once, and what a prompt cache has seen stays the same.
 *
 * Orphaned calls get an error result that says so; orphaned and repeated results are left out; of two calls with one id
 * in different turns the later one gets another id. Calls that the provider ran itself are left alone.
 */
export function mendHistory(messages: readonly AgentMessage[]): AgentMessage[] {
  const mended: AgentMessage[] = []
  const used = new Set<string>()
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i] as AgentMessage
    if (message.role === 'tool') continue // taken with the assistant message that it follows, or an orphan
    if (message.role !== 'assistant' || !hasCalls(message)) {
      mended.push(message)
      continue
    }
    const answers: ToolMessage[] = []
    for (let next = i + 1; messages[next]?.role === 'tool'; next++) answers.push(messages[next] as ToolMessage)
    mended.push(...mendTurn(message, answers, used))
  }
  return mended
}

/** The ids of all calls of a history. */
export function callIds(messages: readonly AgentMessage[]): Set<string> {
  const ids = new Set<string>()
  for (const message of messages) if (message.role === 'assistant') for (const id of ownCallIds(message)) ids.add(id)
  return ids
}

/** `id`, or the first of `id_2`, `id_3`, … that is not used; notes it as used. */
export function uniqueId(id: string, used: Set<string>): string {
  let unique = id
  for (let n = 2; used.has(unique); n++) unique = `${id}_${n}`
  used.add(unique)
  return unique
}

function mendTurn(message: AssistantMessage, answers: readonly ToolMessage[], used: Set<string>): AgentMessage[] {
  // Results by their call's id, in order: two calls of one id take the first and the second.
  const results = new Map<string, LanguageModelV4ToolResultPart[]>()
  const others: ToolMessage['content'] = []
  for (const part of answers.flatMap(({ content }) => content)) {
    if (part.type !== 'tool-result') others.push(part)
    else results.set(part.toolCallId, [...(results.get(part.toolCallId) ?? []), part])
  }
  const content: AssistantMessage['content'] = []
  const ordered: ToolMessage['content'] = []
  for (const part of message.content) {
    if (part.type !== 'tool-call' || part.providerExecuted === true) {
      content.push(part)
      continue
    }
    const toolCallId = uniqueId(part.toolCallId, used)
    const result = results.get(part.toolCallId)?.shift() ?? missingResult(toolCallId, part.toolName)
    content.push(toolCallId === part.toolCallId ? part : { ...part, toolCallId })
    ordered.push(toolCallId === result.toolCallId ? result : { ...result, toolCallId })
  }
  const tool: ToolMessage = { ...answers[0], role: 'tool', content: [...ordered, ...others] }
  const [only] = answers
  return [
    sameParts(message.content, content) ? message : { ...message, content },
    only !== undefined && answers.length === 1 && sameParts(only.content, tool.content) ? only : tool,
  ]
}

function missingResult(toolCallId: string, toolName: string): LanguageModelV4ToolResultPart {
  const error = { code: 'aborted', message: 'The result of this call was lost; the tool may or may not have run.' }
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'error-json', value: { error } } }
}

function sameParts(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}

function hasCalls(message: AssistantMessage): boolean {
  return message.content.some((part) => part.type === 'tool-call' && part.providerExecuted !== true)
}

function ownCallIds({ content }: AssistantMessage): string[] {
  return content.flatMap((part) =>
    part.type === 'tool-call' && part.providerExecuted !== true ? [part.toolCallId] : [],
  )
}
