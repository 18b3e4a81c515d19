import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'

/**
 * The faults of a history, by the strictest reading of the providers' rules. Written from those rules and not from the
 * code that keeps them.
 *
 * 1. A message of the assistant that calls tools of ours is directly followed by one tool message.
 * 2. That message has exactly one result for each of the calls, in their order, under their ids and names.
 * 3. There is no result anywhere else, and no call id twice.
 * 4. No message of the assistant, and no tool message, is empty.
 */
export function historyFaults(messages: readonly AgentMessage[]): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  messages.forEach((message, i) => {
    if (message.role !== 'assistant' && message.role !== 'tool') return
    if (message.content.length === 0) faults.push(`message ${i} (${message.role}) is empty`)
    if (message.role === 'tool') {
      if (resultsOf(message).length > 0 && callsOf(messages[i - 1]).length === 0)
        faults.push(`message ${i} has results, and the message before it no calls`)
      return
    }
    for (const { id } of callsOf(message)) {
      if (seen.has(id)) faults.push(`message ${i} repeats the call id ${id}`)
      seen.add(id)
    }
    const called = JSON.stringify(callsOf(message))
    const answered = JSON.stringify(resultsOf(messages[i + 1]))
    if (called !== answered) faults.push(`message ${i} calls ${called}, and the next message answers ${answered}`)
  })
  return faults
}

/**
 * The faults of the messages that a run added, beyond {@link historyFaults}: rules of single providers.
 *
 * 1. A call's input is an object, its id is not empty.
 * 2. A name that belongs to no tool is 1 to 64 letters, digits, `_` or `-`.
 * 3. Text is not blank, unless it carries metadata; reasoning does not end a message.
 */
export function ownFaults(messages: readonly AgentMessage[], tools: readonly string[] = []): string[] {
  return messages.flatMap((message, i) => {
    if (message.role !== 'assistant') return []
    const faults: string[] = []
    for (const part of message.content) {
      if (part.type === 'tool-call') {
        const { input, toolName, toolCallId } = part
        if (typeof input !== 'object' || input === null || Array.isArray(input)) faults.push(`input ${String(input)}`)
        if (typeof toolCallId !== 'string' || toolCallId === '') faults.push('a call without an id')
        if (!tools.includes(toolName) && !/^[A-Za-z0-9_-]{1,64}$/.test(toolName)) faults.push(`the name ${toolName}`)
      }
      if (part.type === 'text' && part.text.trim() === '' && part.providerOptions === undefined)
        faults.push('blank text')
    }
    if (message.content.at(-1)?.type === 'reasoning') faults.push('reasoning at the end')
    return faults.map((fault) => `message ${i}: ${fault}`)
  })
}

interface Pair {
  readonly id: string
  readonly name: string
}

/** The calls of a message that are not the provider's own. */
export function callsOf(message: AgentMessage | undefined): Pair[] {
  if (message?.role !== 'assistant') return []
  return message.content.flatMap((part) =>
    part.type === 'tool-call' && part.providerExecuted !== true ? [{ id: part.toolCallId, name: part.toolName }] : [],
  )
}

/** The results of a tool message. */
export function resultsOf(message: AgentMessage | undefined): Pair[] {
  if (message?.role !== 'tool') return []
  return message.content.flatMap((part) =>
    part.type === 'tool-result' ? [{ id: part.toolCallId, name: part.toolName }] : [],
  )
}
