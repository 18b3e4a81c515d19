import { describe, expect, test } from 'vitest'
import { MAX_MESSAGE_LENGTH, thrownMessage } from '../../packages/aof-runtime/src/core/values/failure.ts'
import { defineTool, ToolExecutor, ToolFailure } from '../../packages/aof-runtime/src/index.ts'
import { packThrown, unpackThrown } from '../../packages/aof-runtime/src/isolation/packed-thrown.ts'
import { revokedProxy } from './harness.ts'

const refused = (address: string): Error =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' })

const axios = (data: unknown): Error =>
  Object.assign(new Error('Request failed with status code 422'), { response: { status: 422, data } })

const hostile = (): object => {
  const get = (): never => {
    throw new Error('getter')
  }
  return Object.defineProperties(new Error('shown'), {
    cause: { get },
    errors: { get },
    response: { get },
    code: { get },
  })
}

const circle = new Error('a')
circle.cause = new Error('b', { cause: circle })

describe('the message of an error with its reasons', () => {
  test.each([
    [
      'a failed fetch',
      new TypeError('fetch failed', { cause: refused('127.0.0.1:9') }),
      'fetch failed (cause: connect ECONNREFUSED 127.0.0.1:9)',
    ],
    [
      'a failed fetch of a host with two addresses',
      new TypeError('fetch failed', {
        cause: Object.assign(new AggregateError([refused('::1:9'), refused('127.0.0.1:9')]), { code: 'ECONNREFUSED' }),
      }),
      'fetch failed (cause: ECONNREFUSED (causes: connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127.0.0.1:9))',
    ],
    [
      'an AggregateError without a message',
      new AggregateError([new Error('one'), 'two', new Error('')]),
      'AggregateError (causes: one; two)',
    ],
    [
      'a code that the message lacks',
      new Error('x', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) }),
      'x (cause: socket hang up [ECONNRESET])',
    ],
    ['two levels', new Error('a', { cause: new Error('b', { cause: new Error('c') }) }), 'a (cause: b (cause: c))'],
    ['a level without words', new Error('a', { cause: new Error('', { cause: new Error('c') }) }), 'a (cause: c)'],
    ['a text as cause', new Error('a', { cause: 'no disk' }), 'a (cause: no disk)'],
    ['an object as cause', new Error('a', { cause: { message: 'quota' } }), 'a (cause: quota)'],
    ['a cause that the message has already', new Error('a: no disk', { cause: new Error('no disk') }), 'a: no disk'],
    ['a circle', circle, 'a (cause: b)'],
    [
      'a body of axios',
      axios({ error: { detail: 'name is missing' } }),
      'Request failed with status code 422 (body: {"error":{"detail":"name is missing"}})',
    ],
    ['a body that is text', axios('name is missing'), 'Request failed with status code 422 (body: name is missing)'],
    ['a body that is a stream', axios(new ReadableStream()), 'Request failed with status code 422'],
    [
      'a body of the AI SDK',
      Object.assign(new Error('Bad Request'), { statusCode: 400, responseBody: '{"error":"model not found"}' }),
      'Bad Request (body: {"error":"model not found"})',
    ],
    ['data that is no body', Object.assign(new Error('no'), { data: { a: 1 } }), 'no'],
    ['getters that throw', hostile(), 'shown'],
    ['a revoked proxy as cause', new Error('a', { cause: revokedProxy() }), 'a'],
    [
      'a cause on a ToolFailure, whose words are chosen',
      new ToolFailure('Ask later.', { cause: new Error('b') }),
      'Ask later.',
    ],
  ])('%s', (_what, thrown, message) => {
    expect(thrownMessage(thrown)).toBe(message)
    expect(thrownMessage(unpackThrown(structuredClone(packThrown(thrown))))).toBe(message)
  })

  test('I36 a message keeps its bounds, however many and long its reasons are', () => {
    let serial = 0
    const wide = (depth: number): Error =>
      new AggregateError(
        depth === 0 ? [] : Array.from({ length: 100 }, () => wide(depth - 1)),
        `${depth} ${serial++} ${'x'.repeat(10_000)}`,
      )
    const message = thrownMessage(wide(2))
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH)
    expect(message).toContain('(causes: 1 ')
  })

  test.each<[string, object, string]>([
    [
      'the error of an SDK',
      { status: 400, error: { message: 'unknown column' } },
      'body: {"message":"unknown column"}',
    ],
    ['the body beside a status', { statusCode: 409, body: 'taken' }, 'body: taken'],
    ['what a program wrote', { exitCode: 1, stderr: 'permission denied\n' }, 'stderr: permission denied'],
  ])('%s is among the reasons', (_what, fields, reason) => {
    expect(thrownMessage(Object.assign(new Error('It failed'), fields))).toBe(`It failed (${reason})`)
  })

  test('I35 secrets are removed from reasons, in a result and in its message', async () => {
    const call = defineTool({
      name: 'call',
      execute: () => {
        throw new TypeError('fetch failed', {
          cause: new Error('401 for key hunter2hunter2, Authorization: Bearer abcdef123456'),
        })
      },
    })
    const executor = new ToolExecutor({ tools: [call], secrets: ['hunter2hunter2'] })
    const result = await executor.call(call, {})
    const message = result.success ? '' : result.error.message
    expect(message).toMatch(/^fetch failed \(cause: 401 for key \[redacted\]/)
    expect(message).not.toContain('abcdef123456')
  })
})
