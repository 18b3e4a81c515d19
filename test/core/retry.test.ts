import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type AnyTool,
  Budget,
  defineTool,
  MisuseError,
  type RetryOptions,
  type ToolContext,
  ToolExecutor,
  ToolFailure,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, dataOf, deaf, eventsOf, failureOf, setUp } from './harness.ts'

const idempotent = { annotations: { idempotentHint: true } } as const
const readOnly = { annotations: { readOnlyHint: true } } as const
const always = { maxAttempts: 3, initialDelayMs: 100 } satisfies RetryOptions

/** A tool that does the `n`th thing at its `n`th attempt, and then the last one again. */
function inTurn(
  things: readonly ((ctx: ToolContext, input: Record<string, unknown>) => unknown)[],
  more: Partial<AnyTool> = { ...idempotent, retry: always },
): AnyTool & { readonly starts: number[] } {
  const starts: number[] = []
  let next = 0
  const tool = defineTool({
    name: 'flaky',
    execute: (input: Record<string, unknown>, ctx) => {
      starts.push(ctx.attempt)
      return things[Math.min(next++, things.length - 1)]?.(ctx, input)
    },
  })
  return { ...tool, ...more, starts }
}

const fail = (thrown: unknown) => (): never => {
  throw thrown
}

describe('retries that can never act', () => {
  const execute = (): string => 'done'
  const warningsOf = (more: Partial<AnyTool>): string[] => {
    const { lines } = setUp([{ ...defineTool({ name: 'pay', execute, retry: always }), ...more }])
    return lines.filter((line) => line.startsWith('WARN'))
  }

  test('retries that can never act are reported when the executor is constructed, once for each tool', async () => {
    const pay = defineTool({ name: 'pay', execute, retry: always })
    const { executor, lines } = setUp([pay])
    await executor.call(pay, {})
    const other = defineTool({ name: 'other', execute, retry: always })
    await executor.call(other, {})
    await executor.call(other, {})
    expect(lines.filter((line) => line.startsWith('WARN'))).toEqual(
      ['pay', 'other'].map(
        (name) =>
          `WARN The retry of ${name} can never happen: only tools with the annotation readOnlyHint or idempotentHint are tried again, since it may have acted before it failed.`,
      ),
    )
  })

  test.each([
    ['read-only', readOnly],
    ['idempotent', idempotent],
    ['isolated', { isolation: { mode: 'thread', module: '/t.js' } }],
    ['one attempt', { retry: { maxAttempts: 1 } }],
  ] as const)('a tool with retries that is %s causes no report', (_what, more) => {
    expect(warningsOf(more)).toEqual([])
  })
})

describe('retries (I20)', () => {
  test('I20 a tool with retries is tried again, after a growing wait, and the result says so', async () => {
    const tool = inTurn([fail(new Error('one')), fail(new Error('two')), () => 'three'])
    const { run, clock, events } = setUp([tool])
    const [result] = await run([callOf('flaky')])
    expect(dataOf(result)).toBe('three')
    // random() is 0.5: half of 100, then half of 200.
    expect(result).toMatchObject({ execution: 'ended', timing: { queuedMs: 0, runMs: 150, totalMs: 150, attempts: 3 } })
    expect(clock.now()).toBe(150)
    expect(tool.starts).toEqual([1, 2, 3])
    expect(events.map((event) => [event.type, 'attempt' in event ? event.attempt : undefined])).toEqual([
      ['batch_opened', undefined],
      ['accepted', undefined],
      ['batch_closed', undefined],
      ['started', 1],
      ['attempt_failed', 1],
      ['parked', undefined],
      ['started', 2],
      ['attempt_failed', 2],
      ['parked', undefined],
      ['started', 3],
      ['settled', undefined],
      ['batch_settled', undefined],
    ])
    expect(eventsOf(events, 'attempt_failed')).toMatchObject([
      { at: 0, retryInMs: 50, error: { message: 'one' }, thrown: new Error('one') },
      { at: 50, retryInMs: 100, error: { message: 'two' } },
    ])
    expect(eventsOf(events, 'parked').map(({ waitsFor }) => waitsFor)).toEqual(['retry', 'retry'])
    expect(clock.pending).toBe(0)
  })

  test('I20 the result after the last attempt is that of the last attempt', async () => {
    let n = 0
    const tool = inTurn([() => fail(new Error(`no ${++n}`))()])
    const { run } = setUp([tool])
    const [result] = await run([callOf('flaky')])
    expect(failureOf(result)).toMatchObject({ status: 'failed', error: { message: 'no 3' }, timing: { attempts: 3 } })
  })

  test.each([
    ['none', { retry: always }, 1],
    ['destructive', { retry: always, annotations: { destructiveHint: true } }, 1],
    ['idempotentHint', { retry: always, ...idempotent }, 3],
    ['readOnlyHint', { retry: always, ...readOnly }, 3],
    ['readOnlyHint, no retry', readOnly, 1],
    ['one attempt', { retry: { maxAttempts: 1 }, ...readOnly }, 1],
  ])('I20 a tool is tried again only if it declares that this is safe: %s', async (_what, more, attempts) => {
    const tool = inTurn([fail(new Error('no'))], more)
    const { run } = setUp([tool])
    const [result] = await run([callOf('flaky')])
    expect([tool.starts.length, result?.timing.attempts]).toEqual([attempts, attempts])
  })

  test.each([
    ['a plain error', new Error('x'), 3],
    ['nothing at all', undefined, 3],
    ['null', null, 3],
    ['a ToolFailure', new ToolFailure('no such city'), 1],
    ['a retryable ToolFailure', new ToolFailure('down', { retryable: true }), 3],
    ['404', Object.assign(new Error('x'), { status: 404 }), 1],
    ['429', Object.assign(new Error('x'), { status: 429 }), 3],
    ['503 of axios', Object.assign(new Error('x'), { response: { status: 503, headers: {} } }), 3],
    ['400 of a Response', new Response(null, { status: 400 }), 1],
    ['a reset connection', new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }), 3],
    ['what throws when it is looked at', new Proxy({}, { get: fail(new Error('trap')) }), 3],
  ])('I20 a failure that would happen again is not tried again: %s', async (_what, thrown, attempts) => {
    const tool = inTurn([fail(thrown)])
    const { run } = setUp([tool])
    await run([callOf('flaky')])
    expect(tool.starts).toHaveLength(attempts)
  })

  test('I20 a success, and a value that JSON cannot hold, are never tried again', async () => {
    for (const value of ['fine', () => 1, Symbol('x'), 10n]) {
      const tool = inTurn([() => value])
      const { run } = setUp([tool])
      await run([callOf('flaky')])
      expect(tool.starts).toEqual([1])
    }
  })

  test('`retry.when` decides about a retry, and one that throws decides against it', async () => {
    const seen: unknown[] = []
    for (const [when, attempts] of [
      [(thrown: unknown) => (seen.push(thrown), true), 3],
      [() => false, 1],
      [fail(new Error('when')), 1],
    ] as const) {
      const tool = inTurn([fail(new ToolFailure('x'))], { ...idempotent, retry: { ...always, when } })
      const { run } = setUp([tool])
      await run([callOf('flaky')])
      expect(tool.starts).toHaveLength(attempts)
    }
    expect(seen).toEqual([new ToolFailure('x'), new ToolFailure('x')])
  })

  test('I33 a retry waits at least for Retry-After, and one that is too long ends the call', async () => {
    const asking = (seconds: number): unknown =>
      Object.assign(new Error('slow down'), { status: 429, headers: new Headers({ 'retry-after': `${seconds}` }) })
    const tool = inTurn([fail(asking(7)), () => 'ok'])
    const { run, clock } = setUp([tool])
    const [result] = await run([callOf('flaky')])
    expect([dataOf(result), clock.now()]).toEqual(['ok', 7_050])
    const impatient = inTurn([fail(asking(61)), () => 'ok'])
    const other = setUp([impatient])
    expect(failureOf((await other.run([callOf('flaky')]))[0])).toMatchObject({ error: { retryable: true } })
    expect(impatient.starts).toEqual([1])
  })

  test('a waiting retry holds no permit', async () => {
    const clock = new VirtualClock()
    const order: string[] = []
    const flaky = inTurn([fail(new Error('x')), () => order.push('flaky')])
    const other = defineTool({ name: 'other', execute: () => order.push('other') })
    const { run, executor } = setUp([flaky, other], { clock, maxParallelTools: 1 })
    const running = run([callOf('flaky'), callOf('other')])
    await settleMicrotasks()
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0 })
    await running
    expect(order).toEqual(['other', 'flaky'])
  })

  test('a retry queues up for a permit like any other call', async () => {
    const clock = new VirtualClock()
    const flaky = inTurn([fail(new Error('x')), () => clock.now()])
    const long = defineTool({ name: 'long', execute: () => clock.sleep(500) })
    const { run } = setUp([flaky, long], { clock, maxParallelTools: 1 })
    const [result] = await run([callOf('flaky'), callOf('long')])
    expect(dataOf(result)).toBe(500)
  })

  test('I13 I14 an abort between two attempts ends the call: nothing more starts, and the result says that the tool had run', async () => {
    const tool = inTurn([fail(new Error('first'))])
    const { executor, clock, events } = setUp([tool])
    const controller = new AbortController()
    const running = executor.executeTools([callOf('flaky')], { signal: controller.signal })
    await settleMicrotasks()
    controller.abort()
    const [result] = await running
    expect(failureOf(result)).toMatchObject({
      status: 'aborted',
      execution: 'ended',
      timing: { attempts: 1 },
      error: {
        message: 'The call was aborted while it waited to be tried again. Its last attempt had failed: first',
      },
    })
    expect(clock.pending).toBe(0)
    expect(tool.starts).toEqual([1])
    expect(eventsOf(events, 'settled')).toHaveLength(1)
  })

  test('I11 a deadline that would pass before the next attempt ends the call with its last failure', async () => {
    const tool = inTurn([fail(new Error('x'))])
    const { run, clock } = setUp([tool])
    const [result] = await run([callOf('flaky')], { deadlineMs: 50 })
    expect(failureOf(result)).toMatchObject({ status: 'failed', error: { message: 'x' } })
    expect([clock.now(), clock.pending]).toEqual([0, 0])
  })

  test('I11 a deadline runs through all attempts', async () => {
    const clock = new VirtualClock()
    const tool = inTurn([fail(new Error('x')), ({ signal }) => clock.sleep(1_000, { signal })])
    const { run } = setUp([tool], { clock })
    const [result] = await run([callOf('flaky')], { deadlineMs: 300 })
    expect(failureOf(result)).toMatchObject({
      status: 'timed_out',
      execution: 'ended',
      error: { code: 'deadline' },
      timing: { attempts: 2, totalMs: 300 },
    })
  })

  test('I20 a timed-out attempt is tried again if it has ended; one that still runs, only if it is read-only', async () => {
    for (const [more, deafness, attempts] of [
      [idempotent, false, 2],
      [idempotent, true, 1],
      [readOnly, true, 2],
    ] as const) {
      const clock = new VirtualClock()
      const hang = ({ signal }: ToolContext): unknown =>
        deafness ? new Promise(() => {}) : clock.sleep(1_000, { signal })
      const tool = inTurn([hang, () => 'ok'], { ...more, retry: always, timeoutMs: 100 })
      const { run } = setUp([tool], { clock })
      const [result] = await run([callOf('flaky')])
      expect([tool.starts.length, result?.success]).toEqual([attempts, attempts === 2])
    }
  })

  test('I5: each attempt has its own arguments, validated anew; the key stays the same', async () => {
    const seen: unknown[] = []
    const keys: string[] = []
    const tool: AnyTool = {
      ...defineTool({
        name: 'flaky',
        inputSchema: z.object({ list: z.array(z.number()), at: z.string().transform((text) => new Date(text)) }),
        execute: (input, { attempt, idempotencyKey, call }) => {
          seen.push(structuredClone(input))
          keys.push(idempotencyKey)
          expect(call.arguments).toBe(input)
          input.list.push(attempt)
          input.at.setFullYear(1970)
          if (attempt < 3) throw new Error('again')
          return 'ok'
        },
      }),
      ...idempotent,
      retry: always,
    }
    const { run } = setUp([tool])
    await run([callOf('flaky', { list: [0], at: '2020-01-01' })], { run: 'r' })
    const fresh = { list: [0], at: new Date('2020-01-01') }
    expect(seen).toEqual([fresh, fresh, fresh])
    expect(keys).toEqual(Array(3).fill(keys[0]))
  })

  test("I34: every attempt runs in its caller's async context", async () => {
    const store = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const tool = inTurn([() => (seen.push(store.getStore()), fail(new Error('x'))())])
    const { executor, clock } = setUp([tool], { maxParallelTools: 1 })
    const a = store.run('a', () => executor.executeTools(callsOf('flaky', 2)))
    const b = store.run('b', () => executor.executeTools(callsOf('flaky', 1)))
    await clock.runUntil(Promise.all([a, b]))
    expect(seen.filter((name) => name === 'a')).toHaveLength(6)
    expect(seen.filter((name) => name === 'b')).toHaveLength(3)
  })

  test('I27 a budget of retries bounds them over all calls', async () => {
    const tool = inTurn([fail(new Error('x'))])
    const budget = new Budget({ retries: 3 })
    const { run } = setUp([tool])
    const results = await run(callsOf('flaky', 4), { budget })
    expect(tool.starts).toHaveLength(4 + 3)
    expect(results.every(({ status }) => status === 'failed')).toBe(true)
    expect(budget.exceeded).toBeUndefined()
  })

  test('close aborts retries that still wait after drainMs', async () => {
    const tool = inTurn([fail(new Error('x'))], {
      ...idempotent,
      retry: { maxAttempts: 9, initialDelayMs: 60_000, maxDelayMs: 60_000 },
    })
    const { executor, clock } = setUp([tool])
    const running = executor.executeTools([callOf('flaky')])
    await settleMicrotasks()
    await clock.runUntil(executor.close({ drainMs: 10 }))
    expect(failureOf((await running)[0])).toMatchObject({ status: 'aborted', execution: 'ended' })
    expect([clock.now(), clock.pending]).toEqual([10, 0])
  })

  test.each([
    [{ maxAttempts: 0 }, 'maxAttempts'],
    [{ maxAttempts: 101 }, 'maxAttempts'],
    [{ maxAttempts: 2, initialDelayMs: -1 }, 'initialDelayMs'],
    [{ maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 9 }, 'maxDelayMs'],
    [{ maxAttempts: 2, factor: 0.5 }, 'factor'],
    [{ maxAttempts: 2, when: true as never }, 'when'],
    [{} as never, 'maxAttempts'],
    [3 as never, 'retry'],
  ])('%j is refused', (retry, named) => {
    const tool = { ...deaf().tool, retry }
    expect(() => new ToolExecutor({ tools: [tool] })).toThrow(MisuseError)
    expect(() => defineTool(tool as never)).toThrow(named)
  })
})

describe('hooks that answer later than they should', () => {
  test('I8 a late rejection of a hook is neither an unhandled rejection nor the end of the process', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', note)
    const rejects = (async () => {
      throw new Error('later')
    }) as never
    const tools = [
      defineTool({ name: 'content', toContent: rejects, execute: () => 1 }),
      defineTool({
        name: 'when',
        annotations: { readOnlyHint: true },
        retry: { maxAttempts: 2, when: rejects },
        execute: () => {
          throw new Error('x')
        },
      }),
    ]
    try {
      const executor = new ToolExecutor({ tools, redact: rejects })
      const results = await executor.executeTools(tools.map(({ name }) => ({ id: name, name, arguments: {} })))
      expect(results.map(({ status }) => status)).toEqual(['failed', 'failed'])
      await new Promise(setImmediate)
      expect(rejections).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})
