import { ToolFailure } from '../../packages/aof-runtime/src/index.ts'

export const RETURN_KINDS = [
  'object',
  'text',
  'number',
  'nested',
  'undefined',
  'null',
  'bigint',
  'date',
  'nan',
  'map',
  'error',
  'cycle',
  'function',
  'symbol',
  'revoked',
  'getter',
  'to_json_throws',
  'large',
] as const
export type ReturnKind = (typeof RETURN_KINDS)[number]

export const THROWN_KINDS = [
  'error',
  'text',
  'null',
  'undefined',
  'symbol',
  'revoked',
  'message_throws',
  'retryable',
  'permanent',
  'http_429',
  'http_503',
  'http_400',
  'number',
] as const
export type ThrownKind = (typeof THROWN_KINDS)[number]

/** The expected outcome of a returned value: the data of the result, or the code of its error. */
export type ExpectedOutput = { readonly data: unknown } | { readonly code: string; readonly says?: string }

/** A value that a tool returns, new each time, and what must become of it. `mark` is in it where it can be. */
export function returned(
  kind: ReturnKind,
  mark: string,
): { readonly value: unknown; readonly expected: ExpectedOutput } {
  switch (kind) {
    case 'object':
      return same({ mark })
    case 'text':
      return same(mark)
    case 'number':
      return same(mark.length)
    case 'nested':
      return same({ mark, list: [1, [true, null, { mark }]], text: 'a\u{1F600}b' })
    case 'null':
      return same(null)
    case 'undefined':
      return { value: undefined, expected: { data: null } }
    case 'bigint':
      return { value: { mark, n: 12345678901234567890n }, expected: { data: { mark, n: '12345678901234567890' } } }
    case 'date':
      return { value: new Date(0), expected: { data: '1970-01-01T00:00:00.000Z' } }
    case 'nan':
      return { value: { mark, n: Number.NaN }, expected: { data: { mark, n: null } } }
    case 'map':
      return { value: new Map([['mark', mark]]), expected: { data: { mark } } }
    case 'error':
      return { value: new Error(`failed at ${mark}`), expected: { code: 'tool_error', says: `failed at ${mark}` } }
    case 'cycle': {
      const cycle: { self?: unknown } = {}
      cycle.self = cycle
      return refused(cycle)
    }
    case 'function':
      return refused(() => mark)
    case 'symbol':
      return refused({ mark: Symbol(mark) })
    case 'revoked':
      return refused({ proxy: revoked() })
    case 'getter':
      return refused({
        get mark(): string {
          throw new Error(mark)
        },
      })
    case 'to_json_throws':
      return refused({
        toJSON(): never {
          throw null
        },
      })
    case 'large':
      return { value: 'x'.repeat(200), expected: { data: 'x'.repeat(200) } }
  }
}

/** A value that a tool throws, and what the error's message must hold. */
export function thrown(kind: ThrownKind, mark: string): { readonly value: unknown; readonly says: string } {
  switch (kind) {
    case 'error':
      return { value: new Error(`broken at ${mark}`), says: `broken at ${mark}` }
    case 'text':
      return { value: `text of ${mark}`, says: `text of ${mark}` }
    case 'null':
      return { value: null, says: 'null' }
    case 'undefined':
      return { value: undefined, says: 'undefined' }
    case 'symbol':
      return { value: Symbol(mark), says: mark }
    case 'revoked':
      return { value: revoked(), says: 'cannot be read' }
    case 'message_throws':
      return {
        value: {
          get message(): string {
            throw new Error('no')
          },
        },
        says: 'cannot be read',
      }
    case 'retryable':
      return { value: new ToolFailure(`not now, ${mark}`, { retryable: true }), says: `not now, ${mark}` }
    case 'permanent':
      return { value: new ToolFailure(`never, ${mark}`), says: `never, ${mark}` }
    case 'http_429':
      return { value: httpError(mark, 429, { 'retry-after': '0.02' }), says: mark }
    case 'http_503':
      return { value: httpError(mark, 503, {}), says: mark }
    case 'http_400':
      return { value: httpError(mark, 400, {}), says: mark }
    case 'number':
      return { value: 404, says: '404' }
  }
}

/** How long a server asks to be left alone, in milliseconds. */
export const RETRY_AFTER_MS = 20

/** Whether a failure would happen again in the same way. */
export function isPermanent(kind: ThrownKind): boolean {
  return kind === 'permanent' || kind === 'http_400'
}

function httpError(mark: string, status: number, headers: object): Error {
  return Object.assign(new Error(`answer ${status} to ${mark}`), { status, headers })
}

function same(value: unknown): { readonly value: unknown; readonly expected: ExpectedOutput } {
  return { value, expected: { data: structuredClone(value) } }
}

function refused(value: unknown): { readonly value: unknown; readonly expected: ExpectedOutput } {
  return { value, expected: { code: 'unserializable_result' } }
}

/** A proxy on which every operation throws. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
