import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  describeThrown,
  MAX_MESSAGE_LENGTH,
  thrownMessage,
} from '../../packages/aof-runtime/src/core/values/failure.ts'
import { ToolFailure } from '../../packages/aof-runtime/src/core/contract/tool-failure.ts'
import { revokedProxy } from './harness.ts'

const UNREADABLE = 'The tool failed, and what it threw cannot be read.'
const withGetter = (key: string): object =>
  Object.defineProperty(new Error('hidden'), key, {
    get() {
      throw new Error('getter')
    },
  })

describe('the error for what a tool threw (I7)', () => {
  test.each([
    ['an Error', new Error('disk full'), 'disk full'],
    ['a text', 'no such file', 'no such file'],
    ['an empty text', '', 'The tool failed with an empty message.'],
    ['60: null', null, 'The tool failed without saying why (it threw null).'],
    ['60: undefined', undefined, 'The tool failed without saying why (it threw undefined).'],
    ['60: a symbol', Symbol('s'), 'The tool failed without saying why (it threw Symbol(s)).'],
    ['a number', 42, 'The tool failed without saying why (it threw 42).'],
    ['a BigInt', 42n, 'The tool failed without saying why (it threw 42).'],
    ['an object with a message', { message: 'quota' }, 'quota'],
    ['an object without one', { code: 7 }, 'The tool threw an object without a message: {"code":7}'],
    ['an object with nothing in it', {}, 'The tool failed without saying why (it threw an object without a message).'],
    ['an Error without a message', new TypeError(), 'The tool failed without saying why (it threw TypeError).'],
    ['several errors', new AggregateError([new Error('a')]), 'AggregateError (cause: a)'],
    [
      'a message that is no text',
      { message: { a: 1 } },
      'The tool threw an object without a message: {"message":{"a":1}}',
    ],
    ['an Error with a code alone', Object.assign(new Error(''), { code: 'ENOENT' }), 'Error: ENOENT'],
    ['61: a message that throws', withGetter('message'), UNREADABLE],
    ['a name that throws', withGetter('name'), UNREADABLE],
    ['57: a revoked proxy', revokedProxy(), UNREADABLE],
    ['a DOMException', new DOMException('gone', 'AbortError'), 'gone'],
  ])('%s', (_what, thrown, message) => {
    expect(describeThrown(thrown)).toEqual({ code: 'tool_error', message, retryable: false })
  })

  test('I7 the error for a thrown value is bounded and well-formed, for any value', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withBoxedValues: true,
          withNullPrototype: true,
          withSparseArray: true,
          stringUnit: 'binary',
        }),
        (thrown) => {
          const { message, retryable } = describeThrown(thrown)
          expect(message.length).toBeGreaterThan(0)
          expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH)
          expect(message.isWellFormed()).toBe(true)
          expect(retryable).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('I36 the error for a thrown value has a long message cut', () => {
    expect(thrownMessage(new Error('x'.repeat(10_000))).length).toBe(MAX_MESSAGE_LENGTH)
    expect(thrownMessage('x'.repeat(10_000)).length).toBe(MAX_MESSAGE_LENGTH)
  })

  test('bad input 70: the error for a thrown value has no terminal commands', () => {
    expect(thrownMessage(new Error('\x1b]52;c;ZXZpbA==\x07'))).toBe('\ufffd]52;c;ZXZpbA==\ufffd')
  })
})

describe('a ToolFailure', () => {
  test('a ToolFailure says whether the same call might succeed later', () => {
    expect(describeThrown(new ToolFailure('down', { retryable: true }))).toEqual({
      code: 'tool_error',
      message: 'down',
      retryable: true,
    })
    expect(describeThrown(new ToolFailure('gone')).retryable).toBe(false)
  })

  test('a ToolFailure keeps its cause for the local program', () => {
    const cause = new Error('ECONNREFUSED')
    expect(new ToolFailure('down', { cause })).toMatchObject({ name: 'ToolFailure', message: 'down', cause })
  })

  test.each([
    ['claims something odd', { retryable: 'yes' }],
    ['throws when asked', withGetter('retryable')],
  ])('a ToolFailure whose `retryable` %s is not retryable', (_what, odd) => {
    const failure = Object.defineProperties(new ToolFailure('x'), Object.getOwnPropertyDescriptors(odd))
    expect(describeThrown(failure).retryable).toBe(false)
  })
})
