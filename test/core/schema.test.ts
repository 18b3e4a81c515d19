import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool, type Schema, type StandardSchema } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, eventsOf, failureOf, dataOf, revokedProxy, setUp, thenable } from './harness.ts'

const echo = (inputSchema: Schema): AnyTool =>
  defineTool({ name: 't', inputSchema: inputSchema as StandardSchema, execute: (input) => input })

/** A Standard Schema of the test's own, for behaviour that is rare in real vendors' schemas. */
function schemaOf(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as StandardSchema['~standard']['validate'] } }
}

const later = async <T>(value: T): Promise<T> => value

describe.each([
  ['zod', z.object({ q: z.string().min(2), n: z.number().default(3) }), /\/q: Too small/],
  ['valibot', v.object({ q: v.pipe(v.string(), v.minLength(2)), n: v.optional(v.number(), 3) }), /\/q: Invalid length/],
  ['arktype', type({ q: 'string >= 2', n: 'number = 3' }), /\/q: q must be at least length 2/],
  [
    'zod, asynchronous',
    z.object({ q: z.string().min(2), n: z.number().default(3) }).refine(() => later(true)),
    /\/q: Too small/,
  ],
  [
    'valibot, asynchronous',
    v.objectAsync({
      q: v.pipeAsync(
        v.string(),
        v.minLength(2),
        v.checkAsync(() => later(true)),
      ),
      n: v.optional(v.number(), 3),
    }),
    /\/q: Invalid length/,
  ],
])('a schema of %s', (_vendor, schema, complaint) => {
  test('the tool gets the output of the schema', async () => {
    const [result] = await setUp([echo(schema)]).run([callOf('t', '{"q":"ab"}')])
    expect(dataOf(result)).toEqual({ q: 'ab', n: 3 })
  })

  test('arguments that do not fit never reach the tool, and the message says what is wrong and where', async () => {
    const { run, events } = setUp([echo(schema)])
    const [result] = await run([callOf('t', '{"q":"a"}')])
    expect(failureOf(result)).toMatchObject({
      status: 'invalid',
      execution: 'none',
      error: { code: 'invalid_arguments' },
    })
    expect(failureOf(result).error.message).toMatch(
      /^The arguments of 't' do not fit its schema: .+\. Correct them and call it again\.$/s,
    )
    expect(failureOf(result).error.message).toMatch(complaint)
    expect(eventsOf(events, 'started')).toEqual([])
  })
})

describe('an asynchronous schema', () => {
  test('I11 a schema that hangs times out, and its late answer is ignored', async () => {
    const answer = Promise.withResolvers<unknown>()
    const { run, events, clock } = setUp([echo(schemaOf(() => answer.promise))], { timeoutMs: 250 })
    const [result] = await run([callOf('t')])
    expect(clock.now()).toBe(250)
    expect(failureOf(result)).toMatchObject({
      status: 'timed_out',
      execution: 'none',
      error: {
        code: 'timeout',
        message: "The input schema of 't' gave no answer within 250 ms (the executor's timeoutMs). Nothing was run.",
      },
    })
    answer.resolve({ value: {} })
    await settleMicrotasks()
    expect(eventsOf(events, 'started')).toEqual([])
    expect(eventsOf(events, 'settled').length).toBe(1)
    expect(clock.pending).toBe(0)
  })

  test('a call holds no permit while its asynchronous schema validates', async () => {
    const answer = Promise.withResolvers<unknown>()
    const slow = defineTool({ name: 'slow', inputSchema: schemaOf(() => answer.promise), execute: () => 'slow' })
    const { executor, run } = setUp([slow, defineTool({ name: 'quick', execute: () => 'quick' })], {
      maxParallelTools: 1,
    })
    const running = run([callOf('slow'), callOf('quick')])
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0 })
    answer.resolve({ value: {} })
    expect((await running).map(dataOf)).toEqual(['slow', 'quick'])
  })

  test('I13 an abort ends the wait for an asynchronous schema at once', async () => {
    const controller = new AbortController()
    const { run, clock } = setUp([echo(schemaOf(() => new Promise(() => {})))])
    clock.setTimer(() => controller.abort(), 10)
    const [result] = await run([callOf('t')], { signal: controller.signal })
    expect(failureOf(result)).toMatchObject({ status: 'aborted', execution: 'none' })
    expect([clock.now(), clock.pending]).toEqual([10, 0])
  })
})

describe('a schema that does not keep to its own rules', () => {
  const broken: [string, (value: unknown) => unknown, string][] = [
    [
      'throws',
      () => {
        throw new Error('schema bug')
      },
      "The input schema of 't' failed: schema bug",
    ],
    [
      'rejects',
      async () => {
        throw new Error('schema bug')
      },
      "The input schema of 't' failed: schema bug",
    ],
    [
      'throws null',
      () => {
        throw null
      },
      "The input schema of 't' failed: The tool failed without saying why (it threw null).",
    ],
    [
      'throws a revoked proxy',
      () => {
        throw revokedProxy()
      },
      "The input schema of 't' failed: The tool failed, and what it threw cannot be read.",
    ],
    ['answers nothing', () => undefined, "The input schema of 't' failed: "],
    ['answers nothing, later', async () => undefined, "The input schema of 't' failed: "],
    ['gives issues without a message', () => ({ issues: [{}] }), "The input schema of 't' failed: "],
    ['gives issues without a message, later', async () => ({ issues: [{}] }), "The input schema of 't' failed: "],
    ['gives issues that are none', () => ({ issues: 7 }), "The input schema of 't' failed: "],
  ]
  test.each(broken)('a schema that %s fails the call, and nothing runs', async (_how, validate, message) => {
    const { run, clock } = setUp([echo(schemaOf(validate))])
    const [result] = await run([callOf('t'), callOf('t')])
    expect(failureOf(result)).toMatchObject({ status: 'failed', execution: 'none', error: { code: 'tool_error' } })
    expect(failureOf(result).error.message.slice(0, message.length)).toBe(message)
    expect(clock.pending).toBe(0)
  })

  test('a promise of another realm from a schema is awaited', async () => {
    const foreign = (outcome: unknown) => () => thenable((resolve) => resolve(outcome))
    const { run } = setUp([echo(schemaOf(foreign({ issues: [{ message: 'no' }] })))])
    expect((await run([callOf('t')])).map(({ status }) => status)).toEqual(['invalid'])
    const accepting = setUp([echo(schemaOf(foreign({ value: 'made' })))])
    expect((await accepting.run([callOf('t')])).map(dataOf)).toEqual(['made'])
  })

  test('the message for a hundred schema issues lists ten, each of bounded length', async () => {
    const issues = Array.from({ length: 100 }, (_, i) => ({
      message: `m${i} `.repeat(200),
      path: ['a/b', { key: '~' }, i],
    }))
    const [result] = await setUp([echo(schemaOf(() => ({ issues })))]).run([callOf('t')])
    const { message } = failureOf(result).error
    expect(message).toContain('/a~1b/~0/9: m9')
    expect(message).not.toContain('m10')
    expect(message).toContain('and 90 more')
    expect(message.length).toBeLessThan(4_000)
  })
})

describe('an output schema', () => {
  const returning = (outputSchema: Schema, value: unknown): AnyTool =>
    defineTool({ name: 't', outputSchema, execute: () => value })

  test('bad input 73: output that does not fit never reaches the model', async () => {
    const [result] = await setUp([returning(z.object({ id: z.number() }), { id: 'x' })]).run([callOf('t')])
    expect(failureOf(result)).toMatchObject({ status: 'failed', execution: 'ended', error: { code: 'invalid_output' } })
    expect(failureOf(result).error.message).toMatch(
      /^The tool 't' returned a value that its output schema does not allow: \/id: /,
    )
  })

  test('bad input 73: an output JSON Schema checks the JSON copy, as the model will see it', async () => {
    const outputSchema = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] }
    const { run } = setUp([returning(outputSchema, { at: new Date(0) })])
    expect((await run([callOf('t')])).map(dataOf)).toEqual([{ at: '1970-01-01T00:00:00.000Z' }])
    const [bad] = await setUp([returning(outputSchema, { at: 0 })]).run([callOf('t')])
    expect(failureOf(bad).error.code).toBe('invalid_output')
  })

  test('the result has the output of the output schema', async () => {
    const { run } = setUp([returning(z.object({ n: z.string().transform(Number) }), { n: '7' })])
    expect((await run([callOf('t')])).map(dataOf)).toEqual([{ n: 7 }])
  })

  test.each([
    [
      'throws',
      () => {
        throw revokedProxy()
      },
    ],
    [
      'rejects',
      async () => {
        throw revokedProxy()
      },
    ],
    ['answers nothing', () => undefined],
  ])('an output schema that %s fails the call', async (_how, validate) => {
    const [result] = await setUp([returning(schemaOf(validate), 1)]).run([callOf('t')])
    expect(failureOf(result)).toMatchObject({
      status: 'failed',
      execution: 'ended',
      error: { code: 'unserializable_result' },
    })
  })

  test('I14 an output schema that hangs is cut by the timeout, and the result says that the tool has ended', async () => {
    const { run, clock } = setUp(
      [
        returning(
          schemaOf(() => new Promise(() => {})),
          1,
        ),
      ],
      { timeoutMs: 100 },
    )
    const results = await run([callOf('t')])
    expect(results.map(({ status, execution }) => [status, execution])).toEqual([['timed_out', 'ended']])
    expect([clock.now(), clock.pending]).toEqual([100, 0])
  })
})
