import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { sendableInput, sendableJson } from '../core/sendable-json.ts'
import { sentName } from '../core/sent-name.ts'
import type { AgentMessage } from './result.ts'

type AssistantPart = Extract<AgentMessage, { role: 'assistant' }>['content'][number]
type UserPart = Extract<AgentMessage, { role: 'user' }>['content'][number]
type ToolPart = Extract<AgentMessage, { role: 'tool' }>['content'][number]

/**
 * A message whose values every provider takes, each part by itself: text of well-formed Unicode that is not blank, names
 * and inputs of calls and outputs of results that can be sent. A message that is so already is returned as it is.
 */
export function sendableMessage<M extends AgentMessage>(message: M): M
export function sendableMessage(message: AgentMessage): AgentMessage {
  switch (message.role) {
    case 'system': {
      const content = message.content.toWellFormed()
      return content === message.content ? message : { ...message, content }
    }
    case 'user':
      return withParts(message, withoutBlanks(message.content).map(userPart))
    case 'assistant':
      return withParts(message, message.content.filter(isNotBlank).map(assistantPart))
    case 'tool':
      return withParts(message, message.content.map(toolPart))
  }
}

/** The message itself where none of its parts changes. */
export function withParts<M extends { readonly content: readonly unknown[] }>(message: M, content: M['content']): M {
  return message.content.length === content.length && content.every((part, i) => part === message.content[i])
    ? message
    : { ...message, content }
}

/** Blank text says nothing, and some providers refuse it; but its metadata may be what the provider wants back. */
function isNotBlank(part: {
  readonly type: string
  readonly text?: unknown
  readonly providerOptions?: object
}): boolean {
  return part.type !== 'text' || !isBlank(part.text) || part.providerOptions !== undefined
}

function isBlank(text: unknown): boolean {
  return typeof text !== 'string' || text.trim() === ''
}

/** A user's blank text stays where there is nothing else: a message that says nothing is the user's to send. */
function withoutBlanks(content: UserPart[]): UserPart[] {
  const others = content.filter(isNotBlank)
  return others.length === 0 ? content : others
}

function userPart(part: UserPart): UserPart {
  return part.type === 'text' ? withText(part) : part
}

function assistantPart(part: AssistantPart): AssistantPart {
  switch (part.type) {
    case 'text':
      // A provider may refuse blank text, yet take an empty one for the sake of its metadata.
      return isBlank(part.text) ? withFields(part, { text: '' }) : withText(part)
    case 'reasoning':
      return withText(part)
    case 'tool-result':
      return withFields(part, { output: sendableOutput(part.output) })
    case 'tool-call':
      // The provider knows the names of what it runs itself.
      return part.providerExecuted === true
        ? withFields(part, {
            input: typeof part.input === 'string' ? sendableInput(part.input) : (sendableJson(part.input) ?? {}),
          })
        : withFields(part, { toolName: sentName(part.toolName), input: sendableInput(part.input) })
    default:
      return part
  }
}

function toolPart(part: ToolPart): ToolPart {
  return part.type === 'tool-result'
    ? withFields(part, { toolName: sentName(part.toolName), output: sendableOutput(part.output) })
    : part
}

function withText<Part extends { readonly text: string }>(part: Part): Part {
  return part.text.isWellFormed() ? part : { ...part, text: part.text.toWellFormed() }
}

/** The part itself where nothing changes. */
function withFields<Part extends object>(part: Part, fields: Partial<Part>): Part {
  for (const key in fields) if (part[key] !== fields[key]) return { ...part, ...fields }
  return part
}

/** What a result says, as it can be sent; the very same where that is so already. */
export function sendableOutput(output: LanguageModelV4ToolResultOutput): LanguageModelV4ToolResultOutput {
  switch (output?.type) {
    case 'text':
    case 'error-text':
      return withFields(output, { value: String(output.value).toWellFormed() })
    case 'json':
    case 'error-json': {
      const value = sendableJson(output.value)
      return value === undefined ? UNREADABLE : withFields(output, { value })
    }
    case 'content': {
      const value = output.value.map((part) => (part.type === 'text' ? withText(part) : part))
      return value.every((part, i) => part === output.value[i]) ? output : { ...output, value }
    }
    case 'execution-denied':
      return output.reason === undefined ? output : withFields(output, { reason: output.reason.toWellFormed() })
    default:
      return UNREADABLE
  }
}

/** Stands for a result that the history does not hold in a form that could be sent. */
const UNREADABLE: LanguageModelV4ToolResultOutput = {
  type: 'error-json',
  value: { error: { code: 'unserializable_result', message: 'The result of this call cannot be read any more.' } },
}
