import { MisuseError } from '../contract/misuse.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import { redactPatterns } from './secret-patterns.ts'
import { Secrets, STAND_IN } from './secrets.ts'

/** What is taken out of error messages before anybody sees them in a result. */
export interface RedactionOptions {
  /**
   * Values that must not reach a model, of at least 4 characters each: they are taken out of the error messages of
   * results, also as they stand in JSON, in a URL, in hexadecimal or in base64.
   * @default none
   */
  readonly secrets?: readonly string[]
  /**
   * What looks like a credential (headers, keys of well-known services, JSON web tokens, private keys, passwords in URLs,
   * `password=…`) is taken out of the error messages of results; `false` leaves it there. A function gets each message
   * afterwards, to take out more. The `settled` event has what the tool threw as it is.
   * @default all that looks like a credential
   */
  readonly redact?: false | ((message: string) => string)
}

/** The least length of a secret: what is shorter stands in many a word. */
const LEAST_SECRET = 4

/** What is said where the application's own function fails: better nothing than a secret. */
const WITHHELD = 'The error message is withheld, since taking secrets out of it failed.'

/** Takes secrets out of error messages. Never throws. */
export class Redaction {
  readonly #secrets: Secrets | undefined
  readonly #isOff: boolean
  readonly #more: ((message: string) => string) | undefined

  /** @throws MisuseError where an option is impossible */
  constructor({ secrets = [], redact }: RedactionOptions) {
    if (!Array.isArray(secrets)) throw new MisuseError('secrets', 'an array of texts', secrets)
    for (const secret of secrets as readonly unknown[])
      if (typeof secret !== 'string' || secret.length < LEAST_SECRET)
        throw new MisuseError(
          'secrets',
          `texts of at least ${LEAST_SECRET} characters`,
          typeof secret === 'string' ? 'a shorter one' : secret,
        )
    if (redact !== undefined && redact !== false && typeof redact !== 'function')
      throw new MisuseError('redact', 'false, or a function', redact)
    this.#secrets = secrets.length === 0 ? undefined : new Secrets(secrets)
    this.#isOff = redact === false
    this.#more = redact === false ? undefined : redact
  }

  /**
   * @param isOwn whether the message is of our own words about what a model sent, which it has seen: there only
   *   registered values are looked for, lest `token: expected a text` be mistaken
   */
  redact(message: string, isOwn: boolean): string {
    const clean = this.#withoutSecrets(message)
    const redacted = this.#isOff || isOwn ? clean : redactPatterns(clean)
    return this.#more === undefined ? redacted : withMore(this.#more, redacted)
  }

  /** Takes secrets out of what is quoted in a message of our own. */
  readonly quoted = (text: string): string => this.redact(text, false)

  #withoutSecrets(message: string): string {
    if (this.#secrets === undefined) return message
    const clean = this.#secrets.redact(message)
    if (!clean.endsWith('…')) return clean
    const cut = clean.slice(0, -1)
    const unfinished = this.#secrets.unfinished(cut)
    return unfinished === 0 ? clean : `${cut.slice(0, -unfinished)}${STAND_IN}…`
  }
}

function withMore(more: (message: string) => string, message: string): string {
  try {
    const redacted: unknown = more(message)
    ignoreLater(redacted)
    return typeof redacted === 'string' ? redacted : WITHHELD
  } catch {
    return WITHHELD
  }
}
