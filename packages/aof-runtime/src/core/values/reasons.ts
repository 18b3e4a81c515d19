import { copyJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import { previewOf } from './preview.ts'
import { printable } from '../contract/text.ts'

/** The most levels of causes, the most errors of an AggregateError, and the longest text of each reason. */
const MAX_LEVELS = 3
const MAX_ERRORS = 5
const MAX_TEXT = 500

/** The longest text of all reasons together, in UTF-16 code units. */
const MAX_LENGTH = 1_500

/** The length of collected texts after which no further cause is read, in UTF-16 code units. */
const MAX_SAID = 16_000

/** The largest body of an HTTP response of which the beginning is quoted, in bytes of JSON. */
const MAX_BODY_BYTES = 65_536

/**
 * Places of the body of an HTTP response in errors of the usual clients: axios, got, ofetch and ky, superagent, the AI SDK, the
 * SDKs of OpenAI and Anthropic.
 */
const BODIES: readonly (readonly string[])[] = [
  ['response', 'data'],
  ['response', 'body'],
  ['response', '_data'],
  ['response', 'text'],
  ['data'],
  ['responseBody'],
  ['body'],
  ['error'],
]

/**
 * The reasons below the message of an error: the messages of its causes, those of the errors of an AggregateError, and the body
 * of an HTTP response, unless the message includes them already. Errors of the value's getters are caught.
 *
 * @param message the message of the error itself
 * @returns the reasons in parentheses, e.g. ` (cause: connect ECONNREFUSED 127.0.0.1:1)`; empty if there are none
 */
export function reasonsOf(thrown: object, message: string): string {
  const reasons = new Reasons(message).below(thrown, 1)
  return reasons === '' ? '' : printable(` (${reasons}`, MAX_LENGTH).concat(')')
}

/** Collects reasons, each only once. */
class Reasons {
  /** All texts collected so far. */
  #said: string

  constructor(said: string) {
    this.#said = said.slice(0, MAX_SAID / 2)
  }

  below(thrown: object, level: number): string {
    const parts: string[] = []
    const body = bodyOf(thrown)
    if (body !== undefined && this.#isNew(body)) parts.push(`body: ${body}`)
    // A failed program writes the reason to stderr; the message of the error often has only its command.
    const stderr = bodyText(read(thrown, 'stderr'))
    if (stderr !== '' && this.#isNew(stderr)) parts.push(`stderr: ${stderr}`)
    if (level <= MAX_LEVELS) {
      const causes = this.#causes(thrown, level)
      if (causes.length > 0) parts.push(`${causes.length === 1 ? 'cause' : 'causes'}: ${causes.join('; ')}`)
    }
    return parts.join('; ')
  }

  #causes(thrown: object, level: number): string[] {
    return [read(thrown, 'cause'), ...severalOf(thrown)]
      .map((cause) => (this.#said.length > MAX_SAID ? '' : this.#reason(cause, level)))
      .filter((reason) => reason !== '')
  }

  #reason(cause: unknown, level: number): string {
    const own = ownWords(cause)
    const isNew = own !== '' && this.#isNew(own)
    if (typeof cause !== 'object' || cause === null) return isNew ? own : ''
    const below = this.below(cause, level + 1)
    if (!isNew) return below.replace(/^causes?: /, '')
    return below === '' ? own : `${own} (${below})`
  }

  #isNew(words: string): boolean {
    if (this.#said.includes(words)) return false
    this.#said += `\n${words}`
    return true
  }
}

/** Words for a value without a message: its code or, if it is not an error, the beginning of its JSON. */
export function instead(thrown: object): string {
  const words = ownWords(thrown)
  if (words !== '' || typeof read(thrown, 'name') === 'string') return words
  const json = bodyText(thrown)
  return json === '{}' || json === '[]' ? '' : json
}

/** The message of a cause, with its code if the message does not include that. */
function ownWords(cause: unknown): string {
  if (typeof cause === 'string') return printable(cause, MAX_TEXT)
  if (typeof cause !== 'object' || cause === null) return ''
  const message = read(cause, 'message')
  const code = read(cause, 'code')
  const words = typeof message === 'string' ? printable(message.slice(0, 2 * MAX_TEXT).trim(), MAX_TEXT) : ''
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{2,60}$/.test(code) || words.includes(code)) return words
  return words === '' ? code : `${words} [${code}]`
}

/** The first errors of an AggregateError, or of an error like it. */
export function severalOf(thrown: object): readonly unknown[] {
  try {
    const errors = read(thrown, 'errors')
    return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : []
  } catch {
    return []
  }
}

/** The beginning of the body of the HTTP response in an error. */
export function bodyOf(thrown: object): string | undefined {
  const isHttp = ['status', 'statusCode', 'response'].some((key) => read(thrown, key) !== undefined)
  if (!isHttp) return undefined
  for (const path of BODIES) {
    let found: unknown = thrown
    for (const key of path) found = typeof found === 'object' && found !== null ? read(found, key) : undefined
    const text = bodyText(found)
    if (text !== '') return text
  }
  return undefined
}

function bodyText(body: unknown): string {
  try {
    if (typeof body === 'string') return printable(body.slice(0, 2 * MAX_TEXT).trim(), MAX_TEXT)
    if (typeof body !== 'object' || body === null) return ''
    const json = shownJson(body)
    return json === undefined ? '' : printable(JSON.stringify(previewOf(json, 2 * MAX_TEXT)), MAX_TEXT)
  } catch {
    return ''
  }
}

/** A JSON copy of a value without a message; undefined for a value that has no JSON copy, or a large one. */
export function shownJson(value: object): JsonValue | undefined {
  try {
    return copyJson(value, { maxBytes: MAX_BODY_BYTES })
  } catch {
    return undefined
  }
}

function read(object: object, key: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[key]
  } catch {
    return undefined
  }
}
