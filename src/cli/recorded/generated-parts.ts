import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider'

type Part = LanguageModelV4StreamPart

/** Why an answer ended before the model was done. */
const CUT_OFF: ReadonlySet<LanguageModelV4FinishReason['unified']> = new Set([
  'length',
  'content-filter',
  'error',
  'interrupted',
])

/**
 * A whole answer as the parts that it would have been streamed in.
 *
 * A call at the very end of an answer that was cut off, whose arguments may be lacking something, is what it would be in
 * a stream: its input begins and never ends, and there is no `tool-call`.
 *
 * @param argumentsAre what the provider gives as arguments: text that is complete if it parses, or a value
 */
export function generatedParts(generated: LanguageModelV4GenerateResult, argumentsAre: 'text' | 'value'): Part[] {
  const { content, finishReason, usage, warnings, providerMetadata, response } = generated
  const { id, timestamp, modelId } = response ?? {}
  const cutOff = CUT_OFF.has(finishReason.unified)
  return [
    { type: 'stream-start', warnings },
    {
      type: 'response-metadata',
      ...(id !== undefined && { id }),
      ...(timestamp !== undefined && { timestamp }),
      ...(modelId !== undefined && { modelId }),
    },
    ...content.flatMap((each, i) => {
      const parts = partsOf(each, i)
      const lacking = cutOff && i === content.length - 1 && mayLack(each, argumentsAre)
      return lacking ? parts.filter(({ type }) => type === 'tool-input-start' || type === 'tool-input-delta') : parts
    }),
    { type: 'finish', finishReason, usage, ...(providerMetadata !== undefined && { providerMetadata }) },
  ]
}

/** Whether a call's arguments do not show that they are complete, nor that they are not. */
function mayLack(content: LanguageModelV4Content, argumentsAre: 'text' | 'value'): boolean {
  if (content.type !== 'tool-call' || content.providerExecuted === true) return false
  return argumentsAre === 'value' || !content.input.trimStart().startsWith('{')
}

function partsOf(content: LanguageModelV4Content, place: number): Part[] {
  const metadata = content.providerMetadata === undefined ? {} : { providerMetadata: content.providerMetadata }
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
  const flags = {
    ...(providerExecuted !== undefined && { providerExecuted }),
    ...(dynamic !== undefined && { dynamic }),
  }
  return [
    { type: 'tool-input-start', id, toolName, ...flags },
    ...(input === '' ? [] : [{ type: 'tool-input-delta' as const, id, delta: input }]),
    { type: 'tool-input-end', id },
  ]
}
