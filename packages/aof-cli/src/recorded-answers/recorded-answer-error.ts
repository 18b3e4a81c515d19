/**
 * The kind of an error of a recorded answer:
 * - `unreadable`: no provider sends such a body
 * - `unknown_dialect`: there is no dialect of that name, or the body is in none
 * - `error_answer`: the body is a provider's error, not an answer
 * - `provider_missing`: the package that reads the dialect is not installed
 * - `provider_unfit`: the installed package cannot be used
 * - `unread`: the provider does not accept the body as an answer
 */
export type RecordedAnswerErrorKind =
  | 'unreadable'
  | 'unknown_dialect'
  | 'error_answer'
  | 'provider_missing'
  | 'provider_unfit'
  | 'unread'

/** A recorded answer cannot be read. The message has the reason and the remedy. */
export class RecordedAnswerError extends Error {
  override readonly name: string = 'RecordedAnswerError'
  readonly kind: RecordedAnswerErrorKind

  constructor(kind: RecordedAnswerErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
