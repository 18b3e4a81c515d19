import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../packages/aof-cli/src/recorded-answers/recorded-body.ts'
import { awsChunks, awsEvents, lines, sse } from './fixtures.ts'

const events = fc.array(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }), {
  minLength: 1,
  maxLength: 8,
})
const joined = (body: string | Uint8Array): Buffer => Buffer.concat(readBody(body).events.map(({ bytes }) => bytes))

describe('a body is split into events without loss', () => {
  test('server-sent events: the events together are the body, byte for byte', () => {
    const line = fc.oneof(
      fc.constantFrom('', '', 'data: {"a":1}', 'data:x', ': note', 'event: e', 'data'),
      fc.string({ unit: fc.constantFrom('d', ':', ' ', 'é') }),
    )
    const text = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')))
      .map((all) => `data: first\n${all.flat().join('')}`)
    fc.assert(
      fc.property(text, fc.string({ unit: fc.constantFrom('d', ':') }), (body, rest) => {
        expect(joined(body + rest).toString()).toBe(body + rest)
      }),
    )
  })

  test('server-sent events: each one with its content', () => {
    fc.assert(
      fc.property(events, fc.constantFrom('\n', '\r\n', '\r'), (written, newline) => {
        const { framing, events: read } = readBody(sse(written).replaceAll('\n', newline))
        expect(framing).toBe('sse')
        expect(read.map(({ value }) => value)).toEqual(JSON.parse(JSON.stringify(written)))
      }),
    )
  })

  test('server-sent events: data of several lines, fields that are not data, and a truncated end', () => {
    const body = 'event: e\ndata: {"a":\ndata:1}\n\n\n: note\r\n\r\ndata: {"b":2}'
    expect(readBody(body).events.map(({ text }) => text)).toEqual(['{"a":\n1}', '', '{"b":2}'])
  })

  test('AWS event streams: the frames together are the body, even if it was truncated anywhere', () => {
    fc.assert(
      fc.property(events, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }), (written, inChunks, share) => {
        const body = (inChunks ? awsChunks : awsEvents)(written)
        const cut = body.subarray(0, Math.max(12, Math.floor(share * body.length)))
        expect(joined(cut)).toEqual(Buffer.from(cut))
      }),
    )
  })

  test('AWS event streams: the content of the frames', () => {
    fc.assert(
      fc.property(events, (written) => {
        const chunks = readBody(awsChunks(written))
        expect(chunks.framing).toBe('aws-chunks')
        expect(chunks.events.map(({ text }) => text)).toEqual(written.map((event) => JSON.stringify(event)))
      }),
    )
    const [first, second] = readBody(
      awsEvents([{ messageStop: { stopReason: 'end_turn' } }, { throttlingException: { message: 'x' } }]),
    ).events
    expect(first?.value).toEqual({ messageStop: { stopReason: 'end_turn' } })
    expect(second?.value).toEqual({ throttlingException: { message: 'x' } })
  })

  test('lines and lists', () => {
    fc.assert(
      fc.property(
        events.filter((written) => written.length > 1),
        (written) => {
          const plain: unknown = JSON.parse(JSON.stringify(written))
          for (const body of [lines(written), JSON.stringify(written, null, 1)])
            expect(readBody(body).events.map(({ value }) => value)).toEqual(plain)
        },
      ),
    )
  })

  test('a line that is not JSON is kept for the provider to report', () => {
    expect(readBody('{"a":1}\n{"b":\n{"c":3}').events).toMatchObject([
      { value: { a: 1 } },
      { text: '{"b":', value: undefined },
      { value: { c: 3 } },
    ])
  })
})

test('any text and any bytes are read, or refused with a RecordedAnswerError', () => {
  const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === 'RecordedAnswerError'
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 64 }), fc.base64String(), fc.json()), (body) => {
      try {
        readBody(body)
      } catch (error) {
        expect(error).toSatisfy(isRefusal)
      }
    }),
  )
})
