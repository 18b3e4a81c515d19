import type { JsonValue, SucceededResult, ToolResult } from 'aof-runtime'
import {
  failureText,
  type Fields,
  fieldsOf,
  inCallOrder,
  isObject,
  type Media,
  renderSuccess,
} from 'aof-runtime/internal/messages'
import { argumentsValue, changed, givenId, givenName } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

const EVENTS = ['messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop']

/** Amazon Bedrock's Converse and ConverseStream, and the similar events of Amazon's models through InvokeModel. */
export const bedrockConverse: RecordedDialect = {
  name: 'bedrock-converse',
  title: "Amazon Bedrock's Converse",
  isWhole: ({ output }) => isObject(output) && isObject(output.message),
  isEvent: (value) => EVENTS.some((type) => isObject(value[type])),
  wire: 'aws-events',
  provider: providerPackage(PACKAGES.bedrock, ({ createAmazonBedrock }, fetch) =>
    createAmazonBedrock({ apiKey: NO_KEY, region: 'us-east-1', fetch })(MODEL_ID),
  ),
  amend,
  results: bedrockResults,
}

/** Rewrites the calls of a whole answer so that the client accepts them. */
function amend(value: unknown): object | undefined {
  const { output } = fieldsOf(value)
  const { message } = fieldsOf(output)
  const { content } = fieldsOf(message)
  if (!isObject(value) || !isObject(output) || !isObject(message) || !Array.isArray(content)) return undefined
  const blocks = changed(content, amendBlock)
  return blocks === content ? undefined : { ...value, output: { ...output, message: { ...message, content: blocks } } }
}

function amendBlock(block: Fields, place: number): Fields {
  const { toolUse } = block
  if (!isObject(toolUse)) return block
  const { toolUseId, name, input } = toolUse
  if (typeof toolUseId === 'string' && typeof name === 'string' && isObject(input)) return block
  const read = { toolUseId: givenId(toolUseId, place), name: givenName(name), input: argumentsValue(input) }
  return { ...block, toolUse: { ...toolUse, ...read } }
}

/** The user's next message. */
interface BedrockResults {
  role: 'user'
  content: { toolResult: BedrockToolResult }[]
}

interface BedrockToolResult {
  toolUseId: string
  content: BedrockContent[]
  status: 'success' | 'error'
}

type BedrockContent =
  | { text: string }
  | { json: JsonValue }
  | { image: { format: string; source: { bytes: string } } }
  | { document: { format: 'pdf'; name: string; source: { bytes: string } } }

const IMAGE_FORMATS: ReadonlyMap<string, string> = new Map(
  ['png', 'jpeg', 'gif', 'webp'].map((format) => [`image/${format}`, format]),
)

function bedrockResults(results: readonly ToolResult[]): BedrockResults[] {
  const content = inCallOrder(results, undefined).map(({ result, id }) => ({ toolResult: toolResult(result, id) }))
  return content.length === 0 ? [] : [{ role: 'user', content }]
}

function toolResult(result: ToolResult, toolUseId: string): BedrockToolResult {
  if (!result.success) return { toolUseId, content: [{ text: failureText(result) }], status: 'error' }
  return { toolUseId, content: successContent(result, toolUseId), status: 'success' }
}

/** `json` must be an object; a text must not be empty. */
function successContent(result: SucceededResult, toolUseId: string): BedrockContent[] {
  if (result.content === undefined && isObject(result.data)) return [{ json: result.data }]
  let documents = 0
  const rendered = renderSuccess(result, (media) =>
    mediaBlock(media, () => `${toolUseId.replaceAll(/[^A-Za-z0-9]+/g, '-')} ${++documents}`),
  )
  const blocks = typeof rendered === 'string' ? [rendered] : rendered
  const content = blocks.map((block) => (typeof block === 'string' ? { text: block } : block))
  const said = content.filter((block) => !('text' in block) || block.text.trim() !== '')
  return said.length === 0 ? [{ json: {} }] : said
}

function mediaBlock({ mimeType, data }: Media, name: () => string): BedrockContent | undefined {
  const format = IMAGE_FORMATS.get(mimeType)
  if (format !== undefined) return { image: { format, source: { bytes: data } } }
  return mimeType === 'application/pdf'
    ? { document: { format: 'pdf', name: name(), source: { bytes: data } } }
    : undefined
}
