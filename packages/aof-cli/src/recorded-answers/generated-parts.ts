import { defined } from '../agent-file/defined.ts'
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider'

type Part = LanguageModelV4StreamPart

/**
 * A whole answer as the parts of a stream.
 *
 * @param includesRaw true to begin with the body of the answer as a raw part
 */
export function generatedParts(generated: LanguageModelV4GenerateResult, includesRaw = false): Part[] {
  const { content, finishReason, usage, warnings, providerMetadata, response } = generated
  const { id, timestamp, modelId } = response ?? {}
  return [
    { type: 'stream-start', warnings },
    ...(includesRaw && response?.body !== undefined ? [{ type: 'raw' as const, rawValue: response.body }] : []),
    { type: 'response-metadata', ...defined({ id, timestamp, modelId }) },
    ...content.flatMap(partsOf),
    { type: 'finish', ...defined({ finishReason: givenReason(finishReason), usage, providerMetadata }) },
  ]
}

/** A whole answer without an end reason counts as complete. */
function givenReason({ unified, raw }: LanguageModelV4FinishReason): LanguageModelV4FinishReason {
  return unified === 'other' && raw === undefined ? { unified: 'stop', raw } : { unified, raw }
}

function partsOf(content: LanguageModelV4Content, place: number): Part[] {
  const metadata = defined({ providerMetadata: content.providerMetadata })
  const id = String(place)
  switch (content.type) {
    case 'text':
      return [
        { type: 'text-start', id, ...metadata },
        { type: 'text-delta', id, delta: content.text },
        { type: 'text-end', id, ...metadata },
      ]
    case 'reasoning':
      return [
        { type: 'reasoning-start', id, ...metadata },
        { type: 'reasoning-delta', id, delta: content.text },
        { type: 'reasoning-end', id, ...metadata },
      ]
    case 'tool-call':
      return [...inputParts(content), content]
    default:
      return [content]
  }
}

function inputParts({ toolCallId: id, toolName, input, providerExecuted, dynamic }: LanguageModelV4ToolCall): Part[] {
  return [
    { type: 'tool-input-start', id, toolName, ...defined({ providerExecuted, dynamic }) },
    ...(input === '' ? [] : [{ type: 'tool-input-delta' as const, id, delta: input }]),
    { type: 'tool-input-end', id },
  ]
}
