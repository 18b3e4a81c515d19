import { createHash } from 'node:crypto'
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { type AnyTool, type ToolDefinition, toolDefinitions } from 'aof-runtime'
import { encodeJson } from './json-codec.ts'
import type { RecordedTool } from './recording-format.ts'
import type { Redactor } from './redact.ts'

/** The digest of a text: `sha256:` and 64 hexadecimal digits. */
function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/**
 * The digest of a request to a model: messages, tools and settings, without the headers, which may contain keys.
 *
 * @param redactor removes secrets first, so the digest does not depend on them
 */
export function requestDigest(asked: LanguageModelV4CallOptions, redactor: Redactor): string {
  const { abortSignal: _signal, headers: _headers, includeRawChunks: _raw, ...content } = asked
  return digest(encodeJson(content, (text) => redactor.redact(text)))
}

/** Tools in the form of a recording. */
export function recordedTools(tools: readonly AnyTool[]): RecordedTool[] {
  return toolDefinitions(tools).map((definition: ToolDefinition) => ({
    name: definition.name,
    digest: digest(JSON.stringify(definition)),
    definition,
  }))
}
