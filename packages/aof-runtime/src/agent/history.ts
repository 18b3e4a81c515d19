import type { LanguageModelV4ToolCallPart, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import { CallIds } from './call-ids.ts'
import { mendProviderCalls } from './provider-calls.ts'
import type { AgentMessage } from './result.ts'
import { sendableMessage, withParts } from './sendable-message.ts'

type ToolMessage = Extract<AgentMessage, { role: 'tool' }>
type AssistantMessage = Extract<AgentMessage, { role: 'assistant' }>

/** The calls of one message that share an id, by their places among all calls. */
interface SameId {
  readonly message: number
  readonly places: number[]
  answered: number
}

/**
 * Repairs a history so that every provider accepts it. Valid messages are returned unchanged, so that repairing twice
 * has no further effect, and prompt caches stay valid.
 *
 * - After each assistant message there is exactly one result for each of its calls, in call order, in one tool message;
 *   no result without a call; no call id twice. A result that stands too late, e.g. after a message of the user, is
 *   moved to its call. A call without a result gets an error result that says so. Orphaned and repeated results are
 *   left out, and so are empty assistant messages. If two calls have one id, the later one gets another id.
 * - Names and ids of calls have characters and lengths that providers accept; equal names or ids stay equal. Inputs are
 *   objects: an array, cut-off text or a missing input becomes `{}`.
 * - Text and data are well-formed Unicode and can be written as JSON. Blank text of the assistant is left out.
 * - Calls that the provider ran itself stay, except those without a result in a conversation that has moved on.
 */
export function mendHistory(messages: readonly AgentMessage[]): AgentMessage[] {
  const said = mendProviderCalls(messages.map(sendableMessage)).filter(
    ({ role, content }) => role !== 'assistant' || content.length > 0,
  )
  const mended: AgentMessage[] = []
  const results = pairedResults(said).values()
  const ids = new CallIds()
  for (let i = 0; i < said.length; i++) {
    const message = said[i] as AgentMessage
    if (message.role === 'tool') mended.push(...withoutResults(message))
    else if (message.role !== 'assistant' || ownCalls(message).length === 0) mended.push(message)
    else {
      const answers: ToolMessage[] = []
      while (said[i + 1]?.role === 'tool') answers.push(said[++i] as ToolMessage)
      mended.push(...mendTurn(message, answers, results, ids))
    }
  }
  return mended
}

export function callIds(messages: readonly AgentMessage[]): CallIds {
  const ids = new CallIds()
  for (const message of messages)
    if (message.role === 'assistant') for (const { toolCallId } of ownCalls(message)) ids.take(toolCallId)
  return ids
}

/**
 * The result of each call, in order. A result belongs to the last message before it with calls of its id, and there to
 * the first of them without a result.
 */
function pairedResults(messages: readonly AgentMessage[]): (LanguageModelV4ToolResultPart | undefined)[] {
  const results: (LanguageModelV4ToolResultPart | undefined)[] = []
  const calls = new Map<string, SameId>()
  messages.forEach((message, i) => {
    if (message.role === 'assistant') {
      for (const { toolCallId } of ownCalls(message)) {
        const place = results.push(undefined) - 1
        const sameId = calls.get(toolCallId)
        if (sameId?.message === i) sameId.places.push(place)
        else calls.set(toolCallId, { message: i, places: [place], answered: 0 })
      }
    } else if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue
        const sameId = calls.get(part.toolCallId)
        const place = sameId?.places[sameId.answered++]
        if (place !== undefined) results[place] = part
      }
    }
  })
  return results
}

/** @param results yields the results of this turn's calls next */
function mendTurn(
  message: AssistantMessage,
  answers: readonly ToolMessage[],
  results: Iterator<LanguageModelV4ToolResultPart | undefined, undefined>,
  ids: CallIds,
): AgentMessage[] {
  const content: AssistantMessage['content'] = []
  const answer: ToolMessage['content'] = []
  for (const part of message.content) {
    if (!isOwnCall(part)) {
      content.push(part)
      continue
    }
    const toolCallId = ids.take(part.toolCallId)
    const result = results.next().value ?? missingResult(toolCallId, part.toolName)
    content.push(toolCallId === part.toolCallId ? part : { ...part, toolCallId })
    const fits = result.toolCallId === toolCallId && result.toolName === part.toolName
    answer.push(fits ? result : { ...result, toolCallId, toolName: part.toolName })
  }
  for (const { content: parts } of answers) answer.push(...parts.filter((part) => part.type !== 'tool-result'))
  return [
    withParts(message, content),
    answers.length === 1
      ? withParts(answers[0] as ToolMessage, answer)
      : { ...answers[0], role: 'tool', content: answer },
  ]
}

/** The parts of a tool message that are not results of calls before it, e.g. an approval for the provider. */
function withoutResults(message: ToolMessage): ToolMessage[] {
  const others = message.content.filter((part) => part.type !== 'tool-result')
  return others.length > 0 ? [withParts(message, others)] : []
}

function missingResult(toolCallId: string, toolName: string): LanguageModelV4ToolResultPart {
  const error = { code: 'aborted', message: 'The result of this call was lost; the tool may or may not have run.' }
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'error-json', value: { error } } }
}

function ownCalls({ content }: AssistantMessage): LanguageModelV4ToolCallPart[] {
  return content.filter(isOwnCall)
}

function isOwnCall(part: AssistantMessage['content'][number]): part is LanguageModelV4ToolCallPart {
  return part.type === 'tool-call' && part.providerExecuted !== true
}
