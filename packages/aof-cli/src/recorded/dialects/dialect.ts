import type { ToolResult } from 'aof-runtime'
import type { Fields } from 'aof-runtime/messages/internal'
import type { ProviderPackage } from '../provider-package.ts'
import type { Framing, RecordedBody } from '../recorded-body.ts'
import type { WireRules } from '../wire.ts'

/** The names that `--dialect` takes. */
export type DialectName =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'anthropic-on-bedrock'
  | 'google-generate-content'
  | 'bedrock-converse'
  | 'cohere-v2'
  | 'ollama-chat'

/** A provider's way of answering: how it is told from others, who reads it, and how results go back. */
export interface RecordedDialect extends WireRules {
  readonly name: DialectName
  /** For people. */
  readonly title: string
  /** Whether this is a whole answer; told from what no other dialect has. */
  readonly isWhole: (value: Fields) => boolean
  /** Whether this is an event of a stream. */
  readonly isEvent: (value: Fields, framing: Framing) => boolean
  readonly provider: ProviderPackage
  /**
   * What a whole answer or an event holds of calls, as the provider's own objects, for what the results must repeat of
   * them; absent where that is their ids and names alone.
   */
  readonly callBlocks?: (value: Fields) => readonly unknown[]
  /** The reason of the end of an answer, where the client hides it; absent where it gives what the body has. */
  readonly endReason?: (body: RecordedBody) => string
  /** Whether a whole answer or an event holds calls that the application answers in a form of its own; they are left alone. */
  readonly isLeftToApplication?: (value: Fields) => boolean
  /**
   * The results as the messages that come next in a request, in call order.
   *
   * @param blocks the results' own call blocks, one for each; undefined where they are not known
   */
  readonly results: (results: readonly ToolResult[], blocks: readonly Fields[] | undefined) => object[]
}
