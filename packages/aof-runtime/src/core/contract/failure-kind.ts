import { httpFailure } from './http-failure.ts'
import { isInstance } from './safe-checks.ts'
import { ToolFailure } from './tool-failure.ts'

export interface FailureKind {
  /**
   * - `transient`: the same call may succeed soon
   * - `permanent`: the same call will fail again, which says nothing about the tool's health
   * - `unknown`: neither of these is known
   */
  readonly lasting: 'transient' | 'permanent' | 'unknown'
  /** The pause that the server asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** Whether the server asks for fewer requests (429). */
  readonly isTooMany?: boolean
}

const TRANSIENT: FailureKind = { lasting: 'transient', retryAfterMs: undefined }
const PERMANENT: FailureKind = { lasting: 'permanent', retryAfterMs: undefined }
const UNKNOWN: FailureKind = { lasting: 'unknown', retryAfterMs: undefined }

/** HTTP statuses after which a retry may succeed: request timeout, too early, too many requests, and errors of the server. */
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 529])

/** Codes of Node, undici and the resolver for failures of connections. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  ...'ECONNRESET ECONNREFUSED ECONNABORTED ETIMEDOUT EPIPE EAI_AGAIN ENETDOWN ENETUNREACH EHOSTUNREACH'.split(' '),
  ...'UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT UND_ERR_SOCKET'.split(' '),
])

/** The most levels of causes that are read. */
const MAX_CAUSES = 5

/** The kind of failure of a thrown value; never throws, whatever the value's getters do. */
export function failureKind(thrown: unknown): FailureKind {
  try {
    return kindOf(thrown, 0)
  } catch {
    return UNKNOWN
  }
}

function kindOf(thrown: unknown, depth: number): FailureKind {
  if (typeof thrown !== 'object' || thrown === null) return UNKNOWN
  if (isInstance(thrown, ToolFailure)) return thrown.retryable === true ? TRANSIENT : PERMANENT
  const http = httpFailure(thrown)
  if (http !== undefined) {
    const { status, retryAfterMs } = http
    if (status === undefined || TRANSIENT_STATUS.has(status))
      return { lasting: 'transient', retryAfterMs, ...(status === 429 && { isTooMany: true }) }
    return status < 500 ? PERMANENT : UNKNOWN
  }
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown }
  if (typeof code === 'string' && TRANSIENT_CODES.has(code)) return TRANSIENT
  return cause === undefined || depth === MAX_CAUSES ? UNKNOWN : kindOf(cause, depth + 1)
}
