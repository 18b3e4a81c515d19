import { ToolFailure } from '../core/tool-failure.ts'
import { httpFailure } from '../core/http-failure.ts'
import { bodyOf, severalOf, shownJson } from '../core/reasons.ts'
import { isInstance } from '../core/safe-checks.ts'

/** A thrown value in a form that can cross the border, whatever it was. */
export type PackedThrown =
  | { readonly kind: 'value'; readonly value: string | number | bigint | boolean | null | undefined }
  | { readonly kind: 'symbol'; readonly description: string }
  | ({ readonly kind: 'object' | 'error' } & PackedFields)

interface PackedFields {
  readonly name?: string
  readonly message?: string
  readonly stack?: string
  readonly code?: string | number
  /** Of the HTTP answer that it stands for. */
  readonly status?: number
  readonly retryAfterMs?: number
  /** Only of a ToolFailure. */
  readonly retryable?: boolean
  readonly cause?: PackedThrown
  /** Of an error that gathers several. */
  readonly errors?: readonly PackedThrown[]
  /** The beginning of the body of the HTTP answer that it stands for. */
  readonly responseBody?: string
  /** All of a plain value that has neither a name nor a message: its JSON is what is shown of it. */
  readonly plain?: object
}

/** How much is kept of a text, in UTF-16 code units. */
const MAX_TEXT = 16_000

/** How many errors that are wrapped in one another are kept. */
const MAX_CAUSES = 5

/** In how many of them gathered errors are kept. */
const MAX_GATHERING = 3

/** Packs any thrown value; runs code of its own only under guard. */
export function packThrown(thrown: unknown): PackedThrown {
  try {
    return pack(thrown, 0)
  } catch {
    return { kind: 'error', message: 'The tool failed, and what it threw cannot be read.' }
  }
}

function pack(thrown: unknown, depth: number): PackedThrown {
  switch (typeof thrown) {
    case 'symbol':
      return { kind: 'symbol', description: (thrown.description ?? '').slice(0, MAX_TEXT) }
    case 'function':
      return { kind: 'object', name: 'a function' }
    case 'string':
      return { kind: 'value', value: thrown.slice(0, MAX_TEXT) }
    case 'object':
      return thrown === null ? { kind: 'value', value: null } : packObject(thrown, depth)
    default:
      return { kind: 'value', value: thrown as number | bigint | boolean | undefined }
  }
}

function packObject(thrown: object, depth: number): PackedThrown {
  const read = (key: string): unknown => attempt(() => (thrown as Readonly<Record<string, unknown>>)[key])
  const text = (key: string): string | undefined => {
    const value = read(key)
    return typeof value === 'string' ? value.slice(0, MAX_TEXT) : undefined
  }
  const code = read('code')
  const cause = read('cause')
  const retryable = read('retryable')
  const http = attempt(() => httpFailure(thrown))
  const kind = isInstance(thrown, Error) ? 'error' : 'object'
  const name = text('name')
  const message = text('message')
  const isPlain = kind === 'object' && name === undefined && (message ?? '') === ''
  return defined({
    kind,
    name,
    message,
    stack: text('stack'),
    code: typeof code === 'number' ? code : text('code'),
    status: http?.status,
    retryAfterMs: http?.retryAfterMs,
    // By its name, since the tool's module may have a copy of the class that is not ours.
    retryable: read('name') === 'ToolFailure' && typeof retryable === 'boolean' ? retryable : undefined,
    cause: cause === undefined || depth === MAX_CAUSES ? undefined : pack(cause, depth + 1),
    errors: packSeveral(thrown, depth),
    responseBody: bodyOf(thrown),
    plain: isPlain ? plainCopy(thrown) : undefined,
  })
}

/** A copy that can cross the border and has the same JSON; undefined where that is more than anyone reads. */
function plainCopy(thrown: object): object | undefined {
  const json = shownJson(thrown)
  if (json === undefined) return undefined
  const clone = attempt(() => structuredClone(thrown))
  if (clone !== undefined && JSON.stringify(shownJson(clone)) === JSON.stringify(json)) return clone
  // The JSON of a class of the tool's own may be a text, or null.
  return json === null ? new Date(Number.NaN) : (Object(json) as object)
}

/** Those of errors at the top, where somebody looks for them. */
function packSeveral(thrown: object, depth: number): readonly PackedThrown[] | undefined {
  const several = depth >= MAX_GATHERING ? [] : severalOf(thrown)
  return several.length === 0 ? undefined : several.map((each) => pack(each, depth + 1))
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

type Optional<T> = { readonly [Key in keyof T]: T[Key] | undefined }

function defined<T extends object>(fields: Optional<T>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

/** Makes the thrown value anew, with all that says what it was: a ToolFailure is one again. */
export function unpackThrown(packed: PackedThrown): unknown {
  switch (packed.kind) {
    case 'value':
      return packed.value
    case 'symbol':
      return Symbol(packed.description)
    case 'object':
      return packed.plain ?? Object.assign({}, plainFields(packed))
    case 'error':
      return unpackError(packed)
    default:
      return new Error('The tool failed, and what it threw could not be told.')
  }
}

function unpackError(packed: PackedFields): Error {
  const { message = '', retryable, cause } = packed
  const options = cause === undefined ? {} : { cause: unpackThrown(cause) }
  const error =
    retryable === undefined ? new Error(message, options) : new ToolFailure(message, { ...options, retryable })
  for (const [key, value] of Object.entries(plainFields(packed))) {
    Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: !HIDDEN.has(key) })
  }
  return error
}

/** What errors have, but do not show. */
const HIDDEN: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'errors'])

function plainFields({ name, message, stack, code, status, retryAfterMs, errors, responseBody }: PackedFields): object {
  const headers = retryAfterMs === undefined ? undefined : { 'retry-after-ms': String(retryAfterMs) }
  return defined<object>({
    name,
    message,
    stack,
    code,
    status,
    headers,
    responseBody,
    errors: errors?.map(unpackThrown),
  } as object)
}
