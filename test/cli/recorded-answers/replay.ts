import type { LanguageModelV4StreamPart, LanguageModelV4ToolCall } from '@ai-sdk/provider'
import { openRecorded, type OpenRecordedOptions } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'

/** A part of the provider's, or how its stream broke. */
export type Replayed = LanguageModelV4StreamPart | { readonly type: 'broken'; readonly error: unknown }

/** The parts that a body gives. */
export async function replay(body: string | Uint8Array, options: OpenRecordedOptions = {}): Promise<Replayed[]> {
  const parts: Replayed[] = []
  try {
    const { stream } = await (await openRecorded(body, options)).model.doStream({ prompt: [] })
    for await (const part of stream) parts.push(part)
  } catch (error) {
    parts.push({ type: 'broken', error })
  }
  return parts
}

/** The calls among the parts that are for the application to run. */
export function callsOf(parts: readonly Replayed[]): LanguageModelV4ToolCall[] {
  return parts.filter((part) => part.type === 'tool-call').filter(({ providerExecuted }) => providerExecuted !== true)
}

/** A call's input as an executor takes it: blank text is `{}`; undefined where it is not JSON. */
export function inputOf({ input }: LanguageModelV4ToolCall): unknown {
  try {
    return input.trim() === '' ? {} : JSON.parse(input)
  } catch {
    return undefined
  }
}
