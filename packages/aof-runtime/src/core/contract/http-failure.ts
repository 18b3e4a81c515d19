/** The HTTP response in an error of an HTTP client. */
export interface HttpFailure {
  readonly status: number | undefined
  /** The pause that the server asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The HTTP response in an error of fetch wrappers and the usual clients: `status` or `statusCode` of the error (openai,
 * anthropic, the AI SDK, undici, got's `response`), of its `response` (axios, ky, ofetch, superagent) or of
 * `$metadata` (AWS); or in a thrown `Response` itself.
 *
 * @returns undefined if there is none
 */
export function httpFailure(thrown: unknown): HttpFailure | undefined {
  const error = fieldsOf(thrown)
  if (error === undefined) return undefined
  const response = fieldsOf(error['response'])
  const status = [
    error['status'],
    error['statusCode'],
    response?.['status'],
    response?.['statusCode'],
    fieldsOf(error['$metadata'])?.['httpStatusCode'],
  ].find(isStatus)
  const headers = [error['headers'], error['responseHeaders'], response?.['headers']].find(
    (each) => fieldsOf(each) !== undefined,
  )
  const retryAfterMs = headers === undefined ? undefined : retryAfter(headers as Fields)
  if (status === undefined && retryAfterMs === undefined) return undefined
  return { status, retryAfterMs }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599
}

/**
 * `Retry-After` (RFC 9110, 10.2.3), in seconds or as a date, which is read relative to the response's own `Date`, so that
 * the local clock is never compared with the server's; or `Retry-After-Ms`, which some model providers send.
 */
function retryAfter(headers: Fields): number | undefined {
  const inMs = header(headers, 'retry-after-ms')
  if (inMs !== undefined && /^\d{1,12}(?:\.\d+)?$/.test(inMs)) return Number(inMs)
  const value = header(headers, 'retry-after')
  if (value === undefined) return undefined
  if (/^\d{1,9}(?:\.\d+)?$/.test(value)) return Number(value) * 1_000
  const until = Date.parse(value)
  const from = Date.parse(header(headers, 'date') ?? '')
  return Number.isNaN(until - from) ? undefined : Math.max(0, until - from)
}

function header(headers: Fields, name: string): string | undefined {
  const { get } = headers
  const value = typeof get === 'function' ? (get.call(headers, name) as unknown) : own(headers, name)
  const first: unknown = Array.isArray(value) ? value[0] : value
  if (typeof first === 'number') return String(first)
  return typeof first === 'string' ? first.trim() : undefined
}

function own(headers: Fields, name: string): unknown {
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name)
  return key === undefined ? undefined : headers[key]
}
