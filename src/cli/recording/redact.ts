import { Buffer } from 'node:buffer'

/** Names of variables that hold secrets. */
const SECRET = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i

/** What is shorter may be a word of any text. */
const MIN_LENGTH = 8

/** What stands in a recording in place of a secret. */
const STAND_IN = '[redacted]'

/**
 * Takes the secrets of an environment out of texts (I35): the values of variables such as `OPENAI_API_KEY`, as they are
 * and as they stand in JSON, in a URL or in base64.
 */
export class Redactor {
  /** The longest first: one may be a part of another. */
  readonly #forms: readonly string[]

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const forms = new Set<string>()
    for (const [name, value = ''] of Object.entries(env)) {
      if (!SECRET.test(name) || value.length < MIN_LENGTH) continue
      const inJson = JSON.stringify(value).slice(1, -1)
      for (const form of [value, inJson, encodeURIComponent(value), Buffer.from(value).toString('base64')])
        forms.add(form)
    }
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
  }

  redact(text: string): string {
    return this.#forms.reduce((clean, form) => clean.replaceAll(form, STAND_IN), text)
  }

  /** How many characters at the end of `text` may be the beginning of a secret that goes on in the text after it. */
  unfinished(text: string): number {
    const longest = Math.min(text.length, (this.#forms[0]?.length ?? 0) - 1)
    for (let length = longest; length > 0; length--) {
      const end = text.slice(-length)
      if (this.#forms.some((form) => form.length > length && form.startsWith(end))) return length
    }
    return 0
  }
}
