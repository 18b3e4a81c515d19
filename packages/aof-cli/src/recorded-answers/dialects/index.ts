import { anthropicMessages } from './anthropic-messages.ts'
import { anthropicOnBedrock } from './anthropic-on-bedrock.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { cohereV2 } from './cohere-v2.ts'
import type { RecordedDialect } from './dialect.ts'
import { googleGenerateContent } from './google-generate-content.ts'
import { ollamaChat } from './ollama-chat.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'

/** Every readable dialect. The first one that fits a body is chosen, so dialects with their own framing come first. */
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
