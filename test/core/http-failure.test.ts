import { describe, expect, test } from 'vitest'
import { failureKind } from '../../packages/aof-runtime/src/core/contract/failure-kind.ts'
import { httpFailure } from '../../packages/aof-runtime/src/core/contract/http-failure.ts'
import { ToolFailure } from '../../packages/aof-runtime/src/index.ts'
import { withGetter } from './harness.ts'

function fail(): never {
  throw new Error('trap')
}

const error = (more: object): Error => Object.assign(new Error('x'), more)

describe('the HTTP answer in an error', () => {
  test.each([
    ['a thrown Response', new Response(null, { status: 503, headers: { 'retry-after': '2' } }), 503, 2_000],
    ['openai, anthropic', error({ status: 429, headers: new Headers({ 'Retry-After': '1.5' }) }), 429, 1_500],
    ['older openai', error({ status: 429, headers: { 'retry-after': '3' } }), 429, 3_000],
    [
      'the AI SDK',
      error({ statusCode: 529, responseHeaders: { 'retry-after-ms': '250', 'retry-after': '9' } }),
      529,
      250,
    ],
    ['axios', error({ response: { status: 429, headers: { 'Retry-After': '4' } } }), 429, 4_000],
    ['got', error({ response: { statusCode: 503, headers: { 'retry-after': ['5'] } } }), 503, 5_000],
    ['ky', error({ response: new Response(null, { status: 502 }) }), 502, undefined],
    ['undici', error({ statusCode: 503, headers: { 'retry-after': 6 } }), 503, 6_000],
    ['AWS', error({ $metadata: { httpStatusCode: 500 } }), 500, undefined],
    ['a status that is none', error({ status: 'failed' }), undefined, undefined],
    ['a success', error({ status: 200 }), undefined, undefined],
  ])('%s', (_client, thrown, status, retryAfterMs) => {
    const found = httpFailure(thrown)
    expect([found?.status, found?.retryAfterMs]).toEqual([status, retryAfterMs])
  })

  test('a date in Retry-After is taken relative to the date of the answer', () => {
    const headers = { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }
    expect(httpFailure(error({ status: 503, headers }))?.retryAfterMs).toBe(30_000)
    const past = { ...headers, 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT' }
    expect(httpFailure(error({ status: 503, headers: past }))?.retryAfterMs).toBe(0)
    const { date: _, ...dateless } = headers
    expect(httpFailure(error({ status: 503, headers: dateless }))?.retryAfterMs).toBeUndefined()
  })

  test.each(['', '-1', 'soon', '1e9', '99999999999999', 'NaN'])('Retry-After: %j is ignored', (value) => {
    expect(httpFailure(error({ status: 503, headers: { 'retry-after': value } }))?.retryAfterMs).toBeUndefined()
  })
})

describe('the kind of a failure', () => {
  test.each([
    ['408', error({ status: 408 }), 'transient'],
    ['429', error({ status: 429 }), 'transient'],
    ['500', error({ status: 500 }), 'transient'],
    ['501', error({ status: 501 }), 'unknown'],
    ['400', error({ status: 400 }), 'permanent'],
    ['401', error({ status: 401 }), 'permanent'],
    ['fetch failed', new TypeError('fetch failed', { cause: error({ code: 'ECONNREFUSED' }) }), 'transient'],
    [
      'a code deep down',
      new Error('a', { cause: new Error('b', { cause: error({ code: 'EAI_AGAIN' }) }) }),
      'transient',
    ],
    ['a file that is not there', error({ code: 'ENOENT' }), 'unknown'],
    ['a retryable ToolFailure', new ToolFailure('x', { retryable: true }), 'transient'],
    ['a ToolFailure', new ToolFailure('x'), 'permanent'],
    ['text', 'x', 'unknown'],
    ['null', null, 'unknown'],
    ['a getter that throws', withGetter('status', () => fail()), 'unknown'],
  ])('%s', (_what, thrown, lasting) => {
    expect(failureKind(thrown).lasting).toBe(lasting)
  })

  test('causes in a circle come to an end', () => {
    const first = new Error('a')
    first.cause = new Error('b', { cause: first })
    expect(failureKind(first).lasting).toBe('unknown')
  })
})
