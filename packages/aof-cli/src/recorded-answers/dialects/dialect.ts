import type { ToolResult } from 'aof-runtime'
import type { Fields } from 'aof-runtime/internal/messages'
import type { ProviderPackage } from '../provider-package.ts'
import type { Framing, RecordedBody } from '../recorded-event.ts'
import type { WireRules } from '../wire.ts'

/** The names for `--dialect`. */
export type DialectName =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'anthropic-on-bedrock'
  | 'google-generate-content'
  | 'bedrock-converse'
  | 'cohere-v2'
  | 'ollama-chat'

/** The format of a provider's answers: how to detect it, the package that reads it, and the format of results. */
export interface RecordedDialect extends WireRules {
  readonly name: DialectName
  /** Its name for people. */
  readonly title: string
  /** True for a whole answer, detected by features that no other dialect has. */
  readonly isWhole: (value: Fields) => boolean
  /** True for an event of a stream. */
  readonly isEvent: (value: Fields, framing: Framing) => boolean
  readonly provider: ProviderPackage
  /**
   * The calls of a whole answer or an event as the provider's own objects, because the results must repeat parts of them;
   * absent if the results repeat only ids and names.
   */
  readonly callBlocks?: (value: Fields) => readonly unknown[]
  /** The end reason of an answer that the client hides; absent if the client reports the body's own. */
  readonly endReason?: (body: RecordedBody) => string
  /** True if a whole answer or an event has calls that the application answers in a special form; they stay unchanged. */
  readonly isLeftToApplication?: (value: Fields) => boolean
  /**
   * The results as the next messages of a request, in call order.
   *
   * @param blocks the call block of each result; undefined if they are unknown
   */
  readonly results: (results: readonly ToolResult[], blocks: readonly Fields[] | undefined) => object[]
}
