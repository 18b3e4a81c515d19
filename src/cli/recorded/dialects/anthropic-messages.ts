import type { ToolResult } from '../../../core/result.ts'
import { anthropic } from '../../../messages/index.ts'
import type { Fields } from '../../../messages/fields.ts'
import { MODEL_ID, NO_KEY, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

const EVENTS: ReadonlySet<unknown> = new Set([
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
])

/** Anthropic's Messages API, also a whole answer of InvokeModel on Bedrock. */
export const anthropicMessages: RecordedDialect = {
  name: 'anthropic-messages',
  title: "Anthropic's Messages API",
  isWhole: ({ type, content }) => type === 'message' && Array.isArray(content),
  isEvent: isAnthropicEvent,
  wire: 'sse',
  wholeArguments: 'value',
  provider: providerPackage({
    name: '@ai-sdk/anthropic',
    major: 4,
    load: () => import('@ai-sdk/anthropic'),
    model: ({ createAnthropic }, fetch) => createAnthropic({ apiKey: NO_KEY, fetch })(MODEL_ID),
  }),
  callBlocks: anthropicCallBlocks,
  results: anthropicResults,
}

/** Whether this is an event of the Messages API, however it is framed. */
export function isAnthropicEvent({ type }: Fields): boolean {
  return EVENTS.has(type)
}

/** The blocks of a whole answer, or the one that an event begins. */
export function anthropicCallBlocks({ content, content_block }: Fields): readonly unknown[] {
  return Array.isArray(content) ? content : [content_block]
}

/** The results as the user's next message. */
export function anthropicResults(results: readonly ToolResult[], blocks: readonly Fields[] | undefined): object[] {
  return anthropic.results(results, blocks && { content: blocks.map((block) => ({ ...block, type: 'tool_use' })) })
}
