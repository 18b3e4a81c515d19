import type { LanguageModelV4ToolResultOutput, LanguageModelV4ToolResultPart as ToolResultPart } from '@ai-sdk/provider'
import type { ToolContent } from '../core/contract/content.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { sendableOutput } from './sendable-message.ts'

type ContentPart = Extract<LanguageModelV4ToolResultOutput, { type: 'content' }>['value'][number]

/**
 * A call's result in the form of the history. It is rendered once and kept, so that the same result gives the same
 * bytes.
 *
 * @param toolCallId the call's id in the history
 * @param toolName the tool's name in the history
 */
export function toolResultPart(toolCallId: string, toolName: string, result: ToolResult): ToolResultPart {
  return { type: 'tool-result', toolCallId, toolName, output: sendableOutput(toolOutput(result)) }
}

function toolOutput(result: ToolResult): LanguageModelV4ToolResultOutput {
  if (!result.success) {
    const { code, message } = result.error
    return { type: 'error-json', value: { error: { code, message } } }
  }
  const { data, content } = result
  if (content !== undefined) return { type: 'content', value: content.map(contentPart) }
  return typeof data === 'string' ? { type: 'text', value: data } : { type: 'json', value: data }
}

function contentPart(part: ToolContent): ContentPart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
    case 'audio':
      return { type: 'file', mediaType: part.mimeType, data: { type: 'data', data: part.data } }
    case 'resource_link':
      return { type: 'text', text: `${part.name}: ${part.uri}` }
    case 'resource': {
      const { resource } = part
      if ('text' in resource) return { type: 'text', text: resource.text }
      const mediaType = resource.mimeType ?? 'application/octet-stream'
      return { type: 'file', mediaType, data: { type: 'data', data: resource.blob } }
    }
  }
}
