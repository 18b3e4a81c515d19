/**
 * The arguments of a call, as providers write them: as JSON text, or as a value of the body.
 *
 * A form that a dialect cannot write is absent; `MISSING` leaves the field out.
 */
export interface WrittenArguments {
  readonly title: string
  readonly text?: unknown
  readonly value?: unknown
  /** The input of the tool, or the code of the call's error. */
  readonly becomes: { readonly input: object } | { readonly code: string }
}

/** In place of arguments: there is no such field. */
export const MISSING: unique symbol = Symbol('missing')

const NONE = { input: {} }

export const WHOLE: WrittenArguments = {
  title: 'whole',
  text: '{"n":1}',
  value: { n: 1 },
  becomes: { input: { n: 1 } },
}

/** Arguments that are whole, cut off, and odd. */
export const ARGUMENTS: readonly WrittenArguments[] = [
  WHOLE,
  { title: 'none', text: '{}', value: {}, becomes: NONE },
  { title: 'blank', text: '', becomes: NONE },
  { title: 'missing', text: MISSING, value: MISSING, becomes: NONE },
  { title: 'null', text: null, value: null, becomes: NONE },
  { title: 'null as text', text: 'null', becomes: NONE },
  { title: 'null as text with blanks', text: ' null ', becomes: NONE },
  { title: 'an object in place of text', text: { n: 1 }, becomes: { input: { n: 1 } } },
  { title: 'text in place of an object', value: '{"n":1}', becomes: { input: { n: 1 } } },
  { title: 'text that is no JSON in place of an object', value: 'n=1', becomes: { code: 'unparsable_arguments' } },
  { title: 'a list', text: '[1]', value: [1], becomes: { code: 'invalid_arguments' } },
  { title: 'a list in place of text', text: [1], becomes: { code: 'invalid_arguments' } },
  { title: 'a number', text: '7', value: 7, becomes: { code: 'invalid_arguments' } },
  { title: 'JSON in a JSON string', text: '"{\\"n\\":1}"', becomes: { code: 'invalid_arguments' } },
  { title: 'cut off', text: '{"n":', becomes: { code: 'unparsable_arguments' } },
  { title: 'no JSON', text: '{n: 1}', becomes: { code: 'unparsable_arguments' } },
  { title: 'two objects', text: '{"n":1}{"n":2}', becomes: { code: 'unparsable_arguments' } },
]

/** A call of the tool `write`. */
export interface WrittenCall {
  readonly id: string
  readonly arguments: WrittenArguments
  /** Whether the provider marks the call as incomplete, in an answer that is complete. */
  readonly isMarked?: boolean
}

/** A turn as a model wrote it, apart from any dialect. */
export interface WrittenTurn {
  readonly calls: readonly WrittenCall[]
  /** Whether text comes after the last call. */
  readonly goesOn: boolean
  readonly end: TurnEnding
}

/** How a turn ended. */
export interface TurnEnding {
  /** The provider's reason; null where it gives none. */
  readonly reason: string | null
  /** The reason, for the model, why its last call did not run; absent if the model itself ended the turn. */
  readonly cut?: RegExp
  /** Where the turn ends so. @default both */
  readonly only?: 'whole' | 'streamed'
  /** A stream that ends before the reason is given: at once, or after an event that is an error. */
  readonly breaks?: 'silent' | 'error'
}

/** The words for ends that several dialects have. */
export const LIMIT = /limit of output tokens/
export const CONTEXT = /end of the model's context/
export const FILTER = /content filter/
export const REFUSAL = /a refusal/
export const MALFORMED = /could not read the call/
export const UNKNOWN = /unknown reason/
export const FAILED = /an error of the provider/
/** Providers' own code says nothing more of a stream that just stops. */
export const INTERRUPTED = /cut off|ended without a reason/

/** Streams of every dialect can break. */
export const BREAKS: readonly TurnEnding[] = [
  { reason: null, breaks: 'silent', only: 'streamed', cut: INTERRUPTED },
  { reason: null, breaks: 'error', only: 'streamed', cut: INTERRUPTED },
]

/** The arguments field of a body; no field if it is missing. */
export function field(name: string, given: unknown): Record<string, unknown> {
  return given === MISSING ? {} : { [name]: given }
}

/** Text in two pieces, as streams bring it; anything else, and a missing text, in one. */
export function pieces(text: unknown): unknown[] {
  if (text === MISSING) return []
  return typeof text === 'string' && text.length > 1 ? [text.slice(0, 2), text.slice(2)].filter(Boolean) : [text]
}
