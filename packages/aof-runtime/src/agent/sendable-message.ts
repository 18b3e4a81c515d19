import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import { withFields } from '../core/contract/fields.ts'
import { sendableInput, sendableJson } from '../core/values/sendable-json.ts'
import { sentName } from '../core/contract/sent-name.ts'
import type { AgentMessage } from './result.ts'

type AssistantPart = Extract<AgentMessage, { role: 'assistant' }>['content'][number]
type UserPart = Extract<AgentMessage, { role: 'user' }>['content'][number]
type ToolPart = Extract<AgentMessage, { role: 'tool' }>['content'][number]

/**
 * A message in which every provider accepts each part: well-formed Unicode text that is not blank, and names, inputs
 * and outputs that can be sent. A message that is so already is returned unchanged.
 */
export function sendableMessage<M extends AgentMessage>(message: M): M
export function sendableMessage(message: AgentMessage): AgentMessage {
  switch (message.role) {
    case 'system': {
      const content = message.content.toWellFormed()
      return content === message.content ? message : { ...message, content }
    }
    case 'user':
      return withParts(
        message,
        withoutBlanks(message.content).map((part) => (part.type === 'text' ? withText(part) : part)),
      )
    case 'assistant':
      return withParts(message, message.content.filter(isNotBlank).map(assistantPart))
    case 'tool':
      return withParts(message, message.content.map(toolPart))
  }
}

/** The message with this content; the same object if no part differs. */
export function withParts<M extends { readonly content: readonly unknown[] }>(message: M, content: M['content']): M {
  return message.content.length === content.length && content.every((part, i) => part === message.content[i])
    ? message
    : { ...message, content }
}

/** Blank text says nothing, and some providers refuse it; but the provider may need its metadata back. */
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

/** A user's blank text stays if there is no other content: an empty message is the user's choice. */
function withoutBlanks(content: UserPart[]): UserPart[] {
  const others = content.filter(isNotBlank)
  return others.length === 0 ? content : others
}

function assistantPart(part: AssistantPart): AssistantPart {
  switch (part.type) {
    case 'text':
      // A provider may refuse blank text, but accept an empty one because of its metadata.
      return isBlank(part.text) ? withFields(part, { text: '' }) : withText(part)
    case 'reasoning':
      return withText(part)
    case 'tool-result':
      return withFields(part, { output: sendableOutput(part.output) })
    case 'tool-call':
      // The provider knows the names of its own tools.
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

/** The output of a result in a form that can be sent; the same object if it can be sent already. */
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

/** Replaces a result that the history does not hold in a form that can be sent. */
const UNREADABLE: LanguageModelV4ToolResultOutput = {
  type: 'error-json',
  value: { error: { code: 'unserializable_result', message: 'The result of this call cannot be read any more.' } },
}
