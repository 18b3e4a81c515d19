import { defined } from '../core/contract/fields.ts'
import { ToolFailure } from '../core/contract/tool-failure.ts'
import { httpFailure } from '../core/contract/http-failure.ts'
import { bodyOf, severalOf, shownJson } from '../core/values/reasons.ts'
import { isInstance } from '../core/contract/safe-checks.ts'

/** Any thrown value in a form that can be cloned. */
export type PackedThrown =
  | { readonly kind: 'value'; readonly value: string | number | bigint | boolean | null | undefined }
  | { readonly kind: 'symbol'; readonly description: string }
  | ({ readonly kind: 'object' | 'error' } & PackedFields)

interface PackedFields {
  readonly name?: string
  readonly message?: string
  readonly stack?: string
  readonly code?: string | number
  /** The status of the HTTP response that caused the error. */
  readonly status?: number
  readonly retryAfterMs?: number
  /** Only of a ToolFailure. */
  readonly retryable?: boolean
  readonly cause?: PackedThrown
  /** The errors within an AggregateError or similar. */
  readonly errors?: readonly PackedThrown[]
  /** The beginning of the body of the HTTP response that caused the error. */
  readonly responseBody?: string
  /** A plain value without name and message, whose JSON is shown instead. */
  readonly plain?: object
}

/** The longest text that is kept, in UTF-16 code units. */
const MAX_TEXT = 16_000

/** The largest number of nested causes that are kept. */
const MAX_CAUSES = 5

/** The depth to which aggregated errors are kept. */
const MAX_GATHERING = 3

/** Packs any thrown value. Getters and methods of the value run only within `attempt`. */
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
  const fields = defined({
    name,
    message,
    stack: text('stack'),
    code: typeof code === 'number' ? code : text('code'),
    status: http?.status,
    retryAfterMs: http?.retryAfterMs,
    // Compared by name, because the tool's module may have its own copy of the class.
    retryable: read('name') === 'ToolFailure' && typeof retryable === 'boolean' ? retryable : undefined,
    cause: cause === undefined || depth === MAX_CAUSES ? undefined : pack(cause, depth + 1),
    errors: packSeveral(thrown, depth),
    responseBody: bodyOf(thrown),
    plain: isPlain ? plainCopy(thrown) : undefined,
  })
  return { kind, ...fields }
}

/** A copy that can be cloned and has the same JSON; undefined if the JSON is longer than any message shows. */
function plainCopy(thrown: object): object | undefined {
  const json = shownJson(thrown)
  if (json === undefined) return undefined
  const clone = attempt(() => structuredClone(thrown))
  if (clone !== undefined && JSON.stringify(shownJson(clone)) === JSON.stringify(json)) return clone
  // The `toJSON` of the tool's own class may return a string or null.
  return json === null ? new Date(Number.NaN) : (Object(json) as object)
}

/** Aggregated errors, down to {@link MAX_GATHERING} levels. */
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

/** Rebuilds the thrown value with everything that describes it; a ToolFailure becomes a ToolFailure again. */
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
      return new Error('The tool failed, and the thrown value could not be transferred.')
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

/** Properties of errors that are not enumerable. */
const HIDDEN: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'errors'])

function plainFields({ name, message, stack, code, status, retryAfterMs, errors, responseBody }: PackedFields): object {
  const headers = retryAfterMs === undefined ? undefined : { 'retry-after-ms': String(retryAfterMs) }
  return defined({ name, message, stack, code, status, headers, responseBody, errors: errors?.map(unpackThrown) })
}
