/**
 * What is wrong:
 * - `unreadable`: the body is nothing that a provider sends
 * - `unknown_dialect`: no dialect of that name, or none that the body is in
 * - `error_answer`: the body is a provider's error, not an answer
 * - `provider_missing`: the package that reads the dialect is not installed
 * - `provider_unfit`: the package that is installed is not one that can be used
 * - `unread`: the provider does not take the body for an answer
 */
export type RecordedAnswerErrorKind =
  | 'unreadable'
  | 'unknown_dialect'
  | 'error_answer'
  | 'provider_missing'
  | 'provider_unfit'
  | 'unread'

/** A recorded answer cannot be read; the message says why and what to do. */
export class RecordedAnswerError extends Error {
  override readonly name: string = 'RecordedAnswerError'
  readonly kind: RecordedAnswerErrorKind

  constructor(kind: RecordedAnswerErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
