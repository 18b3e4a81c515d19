import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { sentName } from '../core/contract/sent-name.ts'

type Part = LanguageModelV4StreamPart
type ToolChoice = NonNullable<LanguageModelV4CallOptions['toolChoice']>

/**
 * Returns a function that replaces sent tool names in the parts of a stream by the tools' own names, so that events,
 * results and logs have the application's names. Tools that the provider runs itself keep their names.
 *
 * @param toolNames the tools' own names
 */
export function withOwnNames(toolNames: ReadonlySet<string>): (part: Part) => Part {
  const own = new Map<string, string | undefined>()
  for (const name of toolNames) {
    const sent = sentName(name)
    // A sent name shared by several tools is ambiguous, so it is not replaced.
    if (sent !== name) own.set(sent, own.has(sent) ? undefined : name)
  }
  if (own.size === 0) return (part) => part
  return (part) => {
    if ((part.type !== 'tool-call' && part.type !== 'tool-input-start') || part.providerExecuted === true) return part
    const name = toolNames.has(part.toolName) ? undefined : own.get(part.toolName)
    return name === undefined ? part : { ...part, toolName: name }
  }
}

/** A choice of one tool, with its own name replaced by the sent name. */
export function sentToolChoice(choice: ToolChoice): ToolChoice {
  return choice.type === 'tool' ? { ...choice, toolName: sentName(choice.toolName) } : choice
}
