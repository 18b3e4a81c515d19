import { printable } from '../contract/text.ts'

/** The replacement for a secret. */
export const STAND_IN = '[redacted]'

/** The least length of an encoded form: a shorter one may be in a text by chance. */
const LEAST_FORM = 8

/**
 * Registered secrets, removed from texts wherever they occur: as they are, and encoded in JSON, in a URL, in hexadecimal, or in
 * base64, also between other bytes.
 */
export class Secrets {
  /** The longest first, since a form may be part of another. */
  readonly #forms: readonly string[]

  constructor(values: Iterable<string>) {
    const forms = new Set<string>()
    for (const value of values) for (const form of formsOf(value)) forms.add(form)
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
  }

  redact(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, STAND_IN), text)
  }

  /** The number of characters at the end of `text` that may be the beginning of a secret, whose rest was cut off. */
  unfinished(text: string): number {
    const longest = Math.min(text.length, (this.#forms[0]?.length ?? 0) - 1)
    for (let length = longest; length > 0; length--) {
      const end = text.slice(-length)
      if (this.#forms.some((form) => form.length > length && form.startsWith(end))) return length
    }
    return 0
  }
}

function* formsOf(given: string): Generator<string, void, undefined> {
  const value = given.toWellFormed()
  const inUrl = encodeURIComponent(value)
  yield value
  yield printable(value, Infinity)
  yield JSON.stringify(value).slice(1, -1)
  yield inUrl
  yield inUrl.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())
  yield inUrl.replaceAll('%20', '+')
  const bytes = new TextEncoder().encode(value)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  for (const form of [hex, hex.toUpperCase(), ...base64Forms(bytes)]) if (form.length >= LEAST_FORM) yield form
}

/** The base64 characters that do not depend on the bytes before and after, for each of the three possible alignments. */
function* base64Forms(bytes: Uint8Array): Generator<string, void, undefined> {
  for (let before = 0; before < 3; before++) {
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const text = btoa('\0'.repeat(before) + binary)
    const inside = text.slice(first, last)
    // Alone the secret also has an end, whose last character is only partly made of its bytes.
    for (const form of before === 0 ? [text, text.replace(/=+$/, ''), inside] : [inside]) {
      yield form
      yield form.replaceAll('+', '-').replaceAll('/', '_')
    }
  }
}
