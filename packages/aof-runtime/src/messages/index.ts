import '../core/host/supported-platform.ts'

export {
  anthropic,
  type AnthropicAnswer,
  type AnthropicContent,
  type AnthropicDialect,
  type AnthropicImageType,
  type AnthropicResults,
  type AnthropicTool,
  type AnthropicToolResult,
  type AnthropicTurn,
} from './anthropic.ts'
export type { ObjectSchema } from '../core/contract/object-schema.ts'
export type { Dialect } from './dialect.ts'
export {
  gemini,
  type GeminiAnswer,
  type GeminiCandidate,
  type GeminiDialect,
  type GeminiMedia,
  type GeminiOutput,
  type GeminiResults,
  type GeminiTool,
  type GeminiToolResult,
  type GeminiTurn,
} from './gemini.ts'
export {
  openaiChat,
  type OpenAIChatAnswer,
  type OpenAIChatDialect,
  type OpenAIChatResult,
  type OpenAIChatTool,
} from './openai-chat.ts'
export {
  openaiResponses,
  type OpenAIResponsesAnswer,
  type OpenAIResponsesContent,
  type OpenAIResponsesDialect,
  type OpenAIResponsesResult,
  type OpenAIResponsesTool,
  type OpenAIResponsesTurnItem,
} from './openai-responses.ts'
