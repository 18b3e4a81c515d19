import { anthropicMessages } from './anthropic-messages.ts'
import { anthropicOnBedrock } from './anthropic-on-bedrock.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { cohereV2 } from './cohere-v2.ts'
import type { DialectName, RecordedDialect } from './dialect.ts'
import { googleGenerateContent } from './google-generate-content.ts'
import { ollamaChat } from './ollama-chat.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'

export type { DialectName, RecordedDialect }

/** Every dialect that can be read. The first that a body fits is its own, so what is framed in its own way comes first. */
export const DIALECTS: readonly RecordedDialect[] = [
  anthropicOnBedrock,
  anthropicMessages,
  openaiResponses,
  openaiChat,
  googleGenerateContent,
  bedrockConverse,
  cohereV2,
  ollamaChat,
]
