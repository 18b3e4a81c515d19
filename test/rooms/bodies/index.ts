import { anthropic, anthropicOnBedrock } from './anthropic.ts'
import { bedrock } from './bedrock.ts'
import { cohere } from './cohere.ts'
import type { DialectBodies } from './dialect.ts'
import { gemini } from './gemini.ts'
import { ollama } from './ollama.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'

export type { DialectBodies, Form, Sent } from './dialect.ts'

/** Every dialect that a room reads. */
export const DIALECTS: readonly DialectBodies[] = [
  openaiChat,
  openaiResponses,
  anthropic,
  anthropicOnBedrock,
  gemini,
  bedrock,
  cohere,
  ollama,
]
