import { gemini } from 'aof-runtime/messages'
import { type Fields, fieldsOf, FINISH_REASONS, isObject } from 'aof-runtime/internal/messages'
import { argumentsValue, changed, givenName } from '../odd-calls.ts'
import { MODEL_ID, NO_KEY, PACKAGES, providerPackage } from '../provider-package.ts'
import type { RecordedDialect } from './dialect.ts'

/** Google's generateContent of the Gemini API and Vertex AI. */
export const googleGenerateContent: RecordedDialect = {
  name: 'google-generate-content',
  title: "Google's generateContent",
  isWhole,
  isEvent: ({ candidates, promptFeedback }) => Array.isArray(candidates) || isObject(promptFeedback),
  wire: 'sse',
  provider: providerPackage(PACKAGES.google, ({ createGoogle }, fetch) =>
    createGoogle({ apiKey: NO_KEY, fetch })(MODEL_ID),
  ),
  amend: (value) => {
    const named = withValues(withNames(value))
    return named === value || !isObject(named) ? undefined : named
  },
  results: (results) => gemini.results(results),
}

/** A whole answer has an end reason; without one it is an event of a stream. */
function isWhole({ candidates, promptFeedback }: Fields): boolean {
  if (!Array.isArray(candidates)) return isObject(promptFeedback)
  return candidates.length === 0 || candidates.some((candidate) => fieldsOf(candidate).finishReason !== undefined)
}

/** Enum names by number, if the Gemini API and Vertex AI agree on them and the provider reads them. */
const ENUMS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['finishReason', FINISH_REASONS],
  ['trafficType', ['TRAFFIC_TYPE_UNSPECIFIED', 'ON_DEMAND', 'PROVISIONED_THROUGHPUT']],
  ['modality', ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT']],
  ['category', []],
  ['probability', []],
  ['severity', []],
  ['blockReason', []],
])

/**
 * Vertex AI sends enum numbers on request (`$alt=json;enum-encoding=int`); the AI SDK reads names. The model's own content
 * stays unchanged. Without such a number the same value is returned.
 */
function withNames(value: unknown, key?: string): unknown {
  if (key === 'content') return value
  if (typeof value === 'number') return nameOf(value, key)
  if (Array.isArray(value)) {
    const elements = value.map((element) => withNames(element))
    return elements.some((element, i) => element !== value[i]) ? elements : value
  }
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, withNames(inner, name)] as const)
  return entries.some(([name, inner]) => inner !== value[name]) ? Object.fromEntries(entries) : value
}

/** Rewrites calls so that the client accepts them: names and ids as text, arguments as values. Otherwise the same value is returned. */
function withValues(value: unknown): unknown {
  if (!isObject(value) || !Array.isArray(value.candidates)) return value
  const candidates = changed(value.candidates, (candidate) => {
    const content = fieldsOf(candidate.content)
    if (!Array.isArray(content.parts)) return candidate
    const parts = changed(content.parts, withArguments)
    return parts === content.parts ? candidate : { ...candidate, content: { ...content, parts } }
  })
  return candidates === value.candidates ? value : { ...value, candidates }
}

function withArguments(part: Fields): Fields {
  const { functionCall } = part
  // A part without arguments continues the previous call.
  if (!isObject(functionCall) || functionCall.args === undefined) return part
  const { id, name, args, ...others } = functionCall
  const isIdRead = id === undefined || typeof id === 'string'
  if (isIdRead && typeof name === 'string' && typeof args !== 'string') return part
  const read = { name: givenName(name), args: typeof args === 'string' ? argumentsValue(args) : args }
  return { ...part, functionCall: { ...others, ...(typeof id === 'string' && { id }), ...read } }
}

function nameOf(value: number, key: string | undefined): unknown {
  const names = key === undefined ? undefined : ENUMS.get(key)
  return names === undefined ? value : (names[value] ?? String(value))
}
