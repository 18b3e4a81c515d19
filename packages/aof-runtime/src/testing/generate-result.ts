import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { usageOf } from './scripted-turn.ts'

/** The answer without streaming, from the parts of a stream. @throws the error of an `error` part */
export function generateResult(parts: readonly LanguageModelV4StreamPart[]): LanguageModelV4GenerateResult {
  const content: LanguageModelV4Content[] = []
  const blocks = new Map<string, { text: string }>()
  let warnings: SharedV4Warning[] = []
  let finishReason: LanguageModelV4FinishReason = { unified: 'interrupted', raw: undefined }
  let usage: LanguageModelV4Usage = usageOf()
  let response: LanguageModelV4ResponseMetadata | undefined
  for (const part of parts) {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start': {
        const block = { type: part.type === 'text-start' ? ('text' as const) : ('reasoning' as const), text: '' }
        content.push(block)
        blocks.set(part.id, block)
        break
      }
      case 'text-delta':
      case 'reasoning-delta': {
        const block = blocks.get(part.id)
        if (block !== undefined) block.text += part.delta
        break
      }
      case 'stream-start':
        warnings = part.warnings
        break
      case 'response-metadata': {
        const { type: _type, ...metadata } = part
        response = metadata
        break
      }
      case 'finish':
        finishReason = part.finishReason
        usage = part.usage
        break
      case 'error':
        throw part.error
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
      case 'ping':
      case 'raw':
        break
      default:
        content.push(part)
    }
  }
  return { content, finishReason, usage, warnings, ...(response !== undefined && { response }) }
}
