import { MisuseError } from '../contract/misuse.ts'
import { ignoreLater } from '../contract/safe-checks.ts'
import { redactPatterns } from './secret-patterns.ts'
import { Secrets, STAND_IN } from './secrets.ts'

/** The secrets that are removed from the error messages of results. */
export interface RedactionOptions {
  /**
   * Values that must not reach a model, of at least 4 characters each: they are removed from the error messages of
   * results, also where they are encoded in JSON, in a URL, in hexadecimal or in base64.
   * @default none
   */
  readonly secrets?: readonly string[]
  /**
   * Text that looks like a credential (headers, keys of well-known services, JSON web tokens, private keys, passwords in URLs,
   * `password=…`) is removed from the error messages of results; `false` leaves it there. A function gets each message
   * afterwards and can remove more. The `settled` event has the thrown value unchanged.
   * @default everything that looks like a credential is removed
   */
  readonly redact?: false | ((message: string) => string)
}

/** The least length of a secret: a shorter text is part of many words. */
const LEAST_SECRET = 4

/** Replaces the message if the application's function fails, since the message may have a secret. */
const WITHHELD = 'The error message is withheld, since taking secrets out of it failed.'

/** Removes secrets from error messages. Never throws. */
export class Redaction {
  readonly #secrets: Secrets | undefined
  readonly #isOff: boolean
  readonly #more: ((message: string) => string) | undefined

  /** @throws MisuseError if an option is invalid */
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
   * @param isOwn whether the message is the executor's own, about text that the model has sent itself: then only registered
   *   values are removed, since a message such as `token: expected a text` looks like a credential
   */
  redact(message: string, isOwn: boolean): string {
    const clean = this.#withoutSecrets(message)
    const redacted = this.#isOff || isOwn ? clean : redactPatterns(clean)
    return this.#more === undefined ? redacted : withMore(this.#more, redacted)
  }

  /** Removes secrets from text that the executor quotes in a message. */
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
