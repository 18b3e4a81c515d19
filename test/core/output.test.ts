import { describe, expect, test } from 'vitest'
import { type AnyTool, defineTool, type ToolContent } from '../../packages/aof-runtime/src/index.ts'
import { callOf, dataOf, failureOf, revokedProxy, setUp } from './harness.ts'

const returning = (value: unknown, rest: Partial<AnyTool> = {}): AnyTool => ({
  ...defineTool({ name: 't', execute: () => value }),
  ...rest,
})
const resultOf = async (
  tool: AnyTool,
  options = {},
): Promise<Awaited<ReturnType<ReturnType<typeof setUp>['run']>>[number] | undefined> =>
  (await setUp([tool], options).run([callOf('t')]))[0]

const circular: Record<string, unknown> = {}
circular['self'] = circular

describe('the value that a tool returns', () => {
  test.each([
    ['53: a cycle', circular, "The tool 't' returned a value that JSON cannot hold: it contains itself, at /self."],
    ['63: a function', { f: () => 1 }, "The tool 't' returned a value that JSON cannot hold: it is a function, at /f."],
    ['63: a symbol', Symbol('s'), "The tool 't' returned a value that JSON cannot hold: it is a symbol."],
    [
      '55: a throwing getter',
      {
        get a() {
          throw new Error('lazy load failed')
        },
      },
      "The tool 't' returned a value that cannot be read: lazy load failed",
    ],
    [
      'a getter that throws a revoked proxy',
      {
        get a() {
          throw revokedProxy()
        },
      },
      "The tool 't' returned a value that cannot be read: The tool failed, and what it threw cannot be read.",
    ],
    [
      '56: toJSON that throws null',
      {
        toJSON() {
          throw null
        },
      },
      "The tool 't' returned a value that cannot be read: The tool failed without saying why (it threw null).",
    ],
    [
      '57: a revoked proxy',
      { proxy: revokedProxy() },
      /^The tool 't' returned a value that cannot be read: Cannot perform/,
    ],
    [
      '74: an endless stream',
      new ReadableStream(),
      "The tool 't' returned a value that JSON cannot hold: it is a stream or an iterator (read it, and return what it gives).",
    ],
  ])('%s is a failure that says why', async (_what, value, message) => {
    const result = failureOf(await resultOf(returning(value)))
    expect(result).toMatchObject({
      status: 'failed',
      execution: 'ended',
      error: { code: 'unserializable_result', retryable: false },
    })
    if (typeof message === 'string') expect(result.error.message).toBe(message)
    else expect(result.error.message).toMatch(message)
  })

  test('I30 without a store a result over maxResultBytes is refused, and one of exactly that size is not', async () => {
    const options = { maxResultBytes: 100, spill: false }
    expect(dataOf(await resultOf(returning('x'.repeat(98)), options))).toHaveLength(98)
    expect(failureOf(await resultOf(returning('x'.repeat(99)), options)).error).toEqual({
      code: 'result_too_large',
      message:
        "The tool 't' returned a value that is larger than 100 bytes as JSON. Ask for less, e.g. a part or a summary.",
      retryable: false,
    })
  })

  test('I36 a failure quotes foreign text within bounds', async () => {
    const long = {
      get a() {
        throw new Error('x'.repeat(10_000))
      },
    }
    expect(failureOf(await resultOf(returning(long))).error.message.length).toBe(4_000)
  })

  test('a returned undefined becomes null', async () => {
    expect(await resultOf(returning(undefined))).toMatchObject({ success: true, data: null })
  })
})

describe('toContent', () => {
  const image: ToolContent[] = [
    { type: 'text', text: 'a map' },
    { type: 'image', data: 'aGk=', mimeType: 'image/png' },
  ]

  test('toContent makes the content for the model from the data', async () => {
    let seen: unknown
    const tool = returning({ at: new Date(0) }, { toContent: (data: never) => ((seen = data), image) })
    expect(await resultOf(tool)).toMatchObject({ data: { at: '1970-01-01T00:00:00.000Z' }, content: image })
    expect(seen).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  })

  test('a tool without toContent has no content', async () => {
    expect(await resultOf(returning(1))).not.toHaveProperty('content')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no renderer')
      },
      "toContent of the tool 't' failed: no renderer",
    ],
    [
      'throws null',
      () => {
        throw null
      },
      "toContent of the tool 't' failed: The tool failed without saying why (it threw null).",
    ],
    [
      'throws a revoked proxy',
      () => {
        throw revokedProxy()
      },
      "toContent of the tool 't' failed: The tool failed, and what it threw cannot be read.",
    ],
    ['answers later', async () => image, "toContent of the tool 't' failed: its value is a promise (await it)"],
    ['gives no array', () => 'text', "toContent of the tool 't' did not return an array."],
    [
      '72: gives too much',
      () => [{ type: 'image', data: 'A'.repeat(2_000_000), mimeType: 'image/png' }],
      "toContent of the tool 't' failed: its value is larger than 1048576 bytes as JSON",
    ],
  ])('a toContent that %s fails the call', async (_how, toContent, message) => {
    const tool = returning(1, { toContent: toContent as AnyTool['toContent'] & {} })
    const result = failureOf(await resultOf(tool, { spill: false }))
    expect(result).toMatchObject({ status: 'failed', execution: 'ended', error: { code: 'content_failed', message } })
  })
})
