import type { LanguageModelV4ToolCall } from '@ai-sdk/provider'
import { inputOf, type Replayed } from './replay.ts'

/**
 * The calls that may run, by what their parts alone show at the time. Providers give a `tool-call` part for what was cut
 * off as well, so a call may run only if
 *
 * - its input parses;
 * - no `error` part came while its input was arriving: what was in the event that could not be read is missing from it;
 * - its input is not bare (blank, or `{}` that no delta brought), or the model is seen to have gone on after it: any
 *   other part comes next, or a `finish` that says that the model was done.
 */
export function runnableCalls(parts: readonly Replayed[]): LanguageModelV4ToolCall[] {
  const arriving = new Set<string>()
  const fed = new Set<string>()
  const damaged = new Set<string>()
  const runnable: LanguageModelV4ToolCall[] = []
  let bare: LanguageModelV4ToolCall | undefined
  for (const part of parts) {
    if (bare !== undefined && wentOn(part)) runnable.push(bare)
    bare = undefined
    if (part.type === 'tool-input-start') arriving.add(part.id)
    if (part.type === 'tool-input-delta' && part.delta !== '') fed.add(part.id)
    if (part.type === 'error') for (const id of arriving) damaged.add(id)
    if (part.type !== 'tool-call' || part.providerExecuted === true) continue
    arriving.delete(part.toolCallId)
    if (damaged.has(part.toolCallId)) continue
    if (part.input.trim() === '' || !fed.has(part.toolCallId)) bare = part
    else runnable.push(part)
  }
  return runnable.filter((call) => inputOf(call) !== undefined)
}

function wentOn(part: Replayed): boolean {
  if (part.type === 'finish') return part.finishReason.unified === 'tool-calls' || part.finishReason.unified === 'stop'
  return part.type !== 'error' && part.type !== 'broken'
}
