import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { sentName } from '../core/sent-name.ts'

type Part = LanguageModelV4StreamPart
type ToolChoice = NonNullable<LanguageModelV4CallOptions['toolChoice']>

/**
 * Gives the parts of a stream with the tools' own names in place of those under which the model knows them, so that
 * events, results and logs have the names that the application gave. What the provider runs itself keeps its name.
 *
 * @param toolNames the tools' own names
 */
export function withOwnNames(toolNames: ReadonlySet<string>): (part: Part) => Part {
  const own = new Map<string, string | undefined>()
  for (const name of toolNames) {
    const sent = sentName(name)
    // A name that is sent for several tools is none's.
    if (sent !== name) own.set(sent, own.has(sent) ? undefined : name)
  }
  if (own.size === 0) return (part) => part
  return (part) => {
    if ((part.type !== 'tool-call' && part.type !== 'tool-input-start') || part.providerExecuted === true) return part
    const name = toolNames.has(part.toolName) ? undefined : own.get(part.toolName)
    return name === undefined ? part : { ...part, toolName: name }
  }
}

/** A choice of one tool by its own name, as the provider is told of it. */
export function sentToolChoice(choice: ToolChoice): ToolChoice {
  return choice.type === 'tool' ? { ...choice, toolName: sentName(choice.toolName) } : choice
}
