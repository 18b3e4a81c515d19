import type { ToolResult } from 'aof-runtime'
import { anthropic } from 'aof-runtime/messages'
import { type Fields, fieldsOf, isObject } from 'aof-runtime/internal/messages'
import { argumentsValue, changed, givenId, givenName } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
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
  provider: providerPackage(PACKAGES.anthropic, ({ createAnthropic }, fetch) =>
    createAnthropic({ apiKey: NO_KEY, fetch })(MODEL_ID),
  ),
  amend: amendAnthropic,
  callBlocks: anthropicCallBlocks,
  results: anthropicResults,
}

/** True for an event of the Messages API, in any framing. */
export function isAnthropicEvent({ type }: Fields): boolean {
  return EVENTS.has(type)
}

/** The blocks of a whole answer, or the block that an event begins. */
export function anthropicCallBlocks({ content, content_block }: Fields): readonly unknown[] {
  return Array.isArray(content) ? content : [content_block]
}

/** Rewrites calls without an input, a name or an id, which the client would refuse, so that it accepts them. */
export function amendAnthropic(value: unknown): object | undefined {
  const { content, content_block } = fieldsOf(value)
  if (!isObject(value)) return undefined
  if (isObject(content_block)) {
    const block = amendBlock(content_block)
    return block === content_block ? undefined : { ...value, content_block: block }
  }
  if (!Array.isArray(content)) return undefined
  const blocks = changed(content, amendBlock)
  return blocks === content ? undefined : { ...value, content: blocks }
}

function amendBlock(block: Fields, place = 0): Fields {
  const { type, id, name, input } = block
  const isRead = typeof id === 'string' && typeof name === 'string' && isObject(input)
  if (type !== 'tool_use' || isRead) return block
  return { ...block, id: givenId(id, place), name: givenName(name), input: argumentsValue(input) }
}

/** The results as the user's next message. */
export function anthropicResults(results: readonly ToolResult[], blocks: readonly Fields[] | undefined): object[] {
  return anthropic.results(results, blocks && { content: blocks.map((block) => ({ ...block, type: 'tool_use' })) })
}
