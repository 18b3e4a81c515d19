import { copyJson } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import { previewOf } from './preview.ts'
import { printable } from '../contract/text.ts'

/** How many levels of causes are told, how many errors of one that has several, and how long each text may be. */
const MAX_LEVELS = 3
const MAX_ERRORS = 5
const MAX_TEXT = 500

/** How long all of it may be, in UTF-16 code units. */
const MAX_LENGTH = 1_500

/** After how much nothing more is looked at, in UTF-16 code units. */
const MAX_SAID = 16_000

/** How large the body of an HTTP answer may be, in bytes of JSON, that is looked at to quote its beginning. */
const MAX_BODY_BYTES = 65_536

/**
 * Bodies of HTTP answers, as errors of the usual clients carry them: axios, got, ofetch and ky, superagent, the AI SDK, the SDKs
 * of OpenAI and Anthropic.
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
 * What lies below the message of an error and says why: the messages of its causes, of the errors that it gathers, and the
 * body of the HTTP answer that it stands for, as far as the message does not have it already. Runs code of the value's
 * own only under guard.
 *
 * @param message of the error itself
 * @returns the reasons in brackets, e.g. ` (cause: connect ECONNREFUSED 127.0.0.1:1)`; empty where there are none
 */
export function reasonsOf(thrown: object, message: string): string {
  const reasons = new Reasons(message).below(thrown, 1)
  return reasons === '' ? '' : printable(` (${reasons}`, MAX_LENGTH).concat(')')
}

/** Collects reasons, each once. */
class Reasons {
  /** All that has been said. */
  #said: string

  constructor(said: string) {
    this.#said = said.slice(0, MAX_SAID / 2)
  }

  below(thrown: object, level: number): string {
    const parts: string[] = []
    const body = bodyOf(thrown)
    if (body !== undefined && this.#isNew(body)) parts.push(`body: ${body}`)
    // A program that failed says why there; the message of the error is often its command alone.
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

/** What a value without a message says of itself: its code or, of one that is no error, the beginning of its JSON. */
export function instead(thrown: object): string {
  const words = ownWords(thrown)
  if (words !== '' || typeof read(thrown, 'name') === 'string') return words
  const json = bodyText(thrown)
  return json === '{}' || json === '[]' ? '' : json
}

/** The message of a cause, with its code where the message does not name that. */
function ownWords(cause: unknown): string {
  if (typeof cause === 'string') return printable(cause, MAX_TEXT)
  if (typeof cause !== 'object' || cause === null) return ''
  const message = read(cause, 'message')
  const code = read(cause, 'code')
  const words = typeof message === 'string' ? printable(message.slice(0, 2 * MAX_TEXT).trim(), MAX_TEXT) : ''
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{2,60}$/.test(code) || words.includes(code)) return words
  return words === '' ? code : `${words} [${code}]`
}

/** The first of the errors that one gathers, as an AggregateError does. */
export function severalOf(thrown: object): readonly unknown[] {
  try {
    const errors = read(thrown, 'errors')
    return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : []
  } catch {
    return []
  }
}

/** The beginning of the body of the HTTP answer that an error stands for. */
export function bodyOf(thrown: object): string | undefined {
  if (!isHttp(thrown)) return undefined
  for (const path of BODIES) {
    let found: unknown = thrown
    for (const key of path) found = typeof found === 'object' && found !== null ? read(found, key) : undefined
    const text = bodyText(found)
    if (text !== '') return text
  }
  return undefined
}

function isHttp(thrown: object): boolean {
  return ['status', 'statusCode', 'response'].some((key) => read(thrown, key) !== undefined)
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

/** A copy of what is shown of a value without a message; undefined of a stream, or of more than anyone reads. */
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
