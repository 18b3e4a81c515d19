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
export function redactor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const forms = new Set<string>()
  for (const [name, value = ''] of Object.entries(env)) {
    if (!SECRET.test(name) || value.length < MIN_LENGTH) continue
    const inJson = JSON.stringify(value).slice(1, -1)
    for (const form of [value, inJson, encodeURIComponent(value), Buffer.from(value).toString('base64')])
      forms.add(form)
  }
  // The longest first: one may be a part of another.
  const ordered = [...forms].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((clean, form) => clean.replaceAll(form, STAND_IN), text)
}
