import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type AnyTool,
  defineTool,
  MAX_DELAY_MS,
  type ToolCall,
  ToolFailure,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import {
  callOf,
  callsOf,
  dataOf,
  deaf,
  eventsOf,
  failureOf,
  revokedProxy,
  setUp,
  sleeper,
  thenable,
  untilAborted,
  withGetter,
} from './harness.ts'

describe('timeouts (I11)', () => {
  const layers: [string, { call?: number; batch?: number; tool?: number; executor?: number }, number, string][] = [
    ['the call', { call: 10, batch: 20, tool: 30, executor: 40 }, 10, "the call's timeoutMs"],
    ['the call, though it is longer', { call: 90, batch: 20, tool: 30, executor: 40 }, 90, "the call's timeoutMs"],
    ['the batch', { batch: 20, tool: 30, executor: 40 }, 20, "the batch's timeoutMs"],
    ['the batch, though it is longer', { batch: 95, tool: 30, executor: 40 }, 95, "the batch's timeoutMs"],
    ['the tool', { tool: 30, executor: 40 }, 30, "the tool's timeoutMs"],
    ['the executor', { executor: 40 }, 40, "the executor's timeoutMs"],
    ['the default', {}, 120_000, "the executor's timeoutMs"],
  ]
  test.each(layers)(
    'the nearest layer wins: %s',
    async (_layer, { call, batch, tool, executor }, timeoutMs, source) => {
      const slow: AnyTool = { ...deaf().tool, ...(tool !== undefined && { timeoutMs: tool }) }
      const { run, clock } = setUp([slow], executor === undefined ? {} : { timeoutMs: executor })
      const [result] = await run(
        [{ ...callOf('deaf'), ...(call !== undefined && { timeoutMs: call }) }],
        batch === undefined ? {} : { timeoutMs: batch },
      )
      expect(clock.now()).toBe(timeoutMs + 50)
      expect(failureOf(result)).toEqual({
        index: 0,
        id: 'id',
        name: 'deaf',
        status: 'timed_out',
        success: false,
        execution: 'unknown',
        error: {
          code: 'timeout',
          message: `The tool 'deaf' did not end within ${timeoutMs} ms (${source}; raise it there if it needs longer). It did not stop when asked to, and may still act.`,
          retryable: true,
        },
        timing: { queuedMs: 0, runMs: timeoutMs + 50, totalMs: timeoutMs + 50, attempts: 1 },
        source: 'run',
      })
    },
  )

  test.each([
    ['the executor', { timeoutMs: Infinity }, {}, {}],
    ['the batch', {}, { timeoutMs: Infinity }, {}],
    ['the call', {}, {}, { timeoutMs: Infinity }],
  ])(
    'timeoutMs: Infinity of %s switches the timeout off',
    async (_layer, executorOptions, batchOptions, callOptions) => {
      const { tool, runs } = deaf()
      const { executor, clock } = setUp([tool], executorOptions)
      const running = executor.executeTools([{ ...callOf('deaf'), ...callOptions }], batchOptions)
      await clock.advance(MAX_DELAY_MS)
      expect(clock.pending).toBe(0)
      runs[0]?.resolve('after 24 days')
      expect((await running).map(dataOf)).toEqual(['after 24 days'])
    },
  )

  test('I11 a timeout runs from the start of the tool, not from the acceptance of the call', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([sleeper(clock)], { clock, maxParallelTools: 1, timeoutMs: 100 })
    const results = await run([90, 90, 90].map((ms) => callOf('sleep', { ms })))
    expect(results.map(({ status, timing }) => [status, timing.queuedMs])).toEqual([
      ['succeeded', 0],
      ['succeeded', 90],
      ['succeeded', 180],
    ])
  })

  test('I1 a tool that ends at the very moment of its timeout is in time or too late, never both', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const clock = new VirtualClock({ seed })
      const { run, events } = setUp([sleeper(clock)], { clock, timeoutMs: 100 })
      const [result] = await run([callOf('sleep', { ms: 100 })])
      expect(['succeeded', 'timed_out']).toContain(result?.status)
      expect(eventsOf(events, 'settled').length).toBe(1)
    }
  })

  test('the tool is signalled with a TimeoutError, and may end within the grace', async () => {
    const reasons: unknown[] = []
    const tool = defineTool({
      name: 't',
      execute: (_input, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push((signal.reason as DOMException).name, (signal.reason as DOMException).message)
            resolve('cleaned up')
          })
        }),
    })
    const { run, clock } = setUp([tool], { timeoutMs: 100 })
    const [result] = await run([callOf('t')])
    expect(reasons).toEqual(['TimeoutError', "The tool call 't' ran out of time."])
    expect([clock.now(), result?.status, result?.execution]).toEqual([100, 'timed_out', 'ended'])
    expect(failureOf(result).error.message).toMatch(
      /It has ended since, and what it returned was dropped; it may have acted\.$/,
    )
  })

  test.each([
    [{ timeoutMs: 100 }, 'timed_out', 'It said: 41 of 90 tests passed.'],
    [{ deadlineMs: 100 }, 'timed_out', 'It said: 41 of 90 tests passed.'],
  ])('a ToolFailure of a tool that is cut is quoted after the reason: %j', async (limits, status, words) => {
    const tool = defineTool({
      name: 't',
      execute: (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new ToolFailure('41 of 90 tests passed.')))
        }),
    })
    const { run } = setUp([tool], limits)
    const [result] = await run([callOf('t')])
    expect(failureOf(result)).toMatchObject({ status, execution: 'ended' })
    expect(failureOf(result).error.message).toMatch(/ within 100 ms .*; it may have acted\./)
    expect(failureOf(result).error.message.endsWith(words)).toBe(true)
  })

  test('a grace as long as the timeout runs from the timeout, not from the start', async () => {
    const { run, clock } = setUp([deaf().tool], { timeoutMs: 50, graceMs: 50 })
    await run([callOf('deaf')])
    expect(clock.now()).toBe(100)
  })

  test.each([0, -1, 0.5, NaN, 2 ** 31, '5', null])(
    'bad inputs 41, 42: a call with timeoutMs %s is refused, and nothing runs',
    async (timeoutMs) => {
      let runs = 0
      const { run, clock } = setUp([defineTool({ name: 't', execute: () => ++runs })])
      const [result] = await run([{ ...callOf('t'), timeoutMs: timeoutMs as number }])
      expect(failureOf(result)).toMatchObject({
        status: 'invalid',
        execution: 'none',
        error: {
          code: 'malformed_call',
          message: 'timeoutMs of a call takes 1 to 2147483647 milliseconds, or Infinity.',
        },
      })
      expect([runs, clock.now()]).toEqual([0, 0])
    },
  )

  test('a hundred thousand calls in turn leave at most one timer, and none at the end', async () => {
    const { run, clock } = setUp([defineTool({ name: 't', execute: async () => 1 })], { quiet: true })
    const running = run(callsOf('t', 100_000))
    expect(clock.pending).toBe(1)
    expect((await running).length).toBe(100_000)
    expect(clock.pending).toBe(0)
  })
})

describe('whatever a tool does is one result (I7)', () => {
  const thrown: [string, unknown][] = [
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('s')],
    ['a revoked proxy', revokedProxy()],
    [
      'an Error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw revokedProxy()
        },
      }),
    ],
    ['a function', () => 1],
    ['an object without a prototype', Object.create(null)],
    ['NaN', NaN],
    ['a text', 'x'],
  ]
  const ways: [string, (value: unknown) => AnyTool['execute']][] = [
    [
      'throws',
      (value) => () => {
        throw value
      },
    ],
    [
      'rejects with',
      (value) => async () => {
        throw value
      },
    ],
    [
      'throws later',
      (value) => () =>
        Promise.resolve().then(() => {
          throw value
        }),
    ],
  ]
  test.each(ways.flatMap(([way, make]) => thrown.map(([what, value]) => [way, what, make(value)] as const)))(
    'I7 a tool that %s %s fails its call alone',
    async (_way, _what, execute) => {
      const { run, executor, clock } = setUp([
        defineTool({ name: 't', execute: execute as () => never }),
        defineTool({ name: 'ok', execute: () => 1 }),
      ])
      const [first, second] = await run([callOf('t'), callOf('ok')])
      expect(failureOf(first)).toMatchObject({ status: 'failed', execution: 'ended', error: { code: 'tool_error' } })
      expect(second?.success).toBe(true)
      expect([executor.stats().running, clock.pending]).toEqual([0, 0])
    },
  )

  test('the settled event has the whole thrown value', async () => {
    const error = new Error('outer', { cause: new Error('inner') })
    const { run, events } = setUp([defineTool({ name: 't', execute: () => Promise.reject(error) })])
    await run([callOf('t')])
    expect(eventsOf(events, 'settled')[0]?.thrown).toBe(error)
  })

  test('an error that is returned is a failure as if it were thrown', async () => {
    const { run } = setUp([
      defineTool({ name: 't', execute: async () => new ToolFailure('down', { retryable: true }) }),
    ])
    expect(failureOf((await run([callOf('t')]))[0])).toMatchObject({
      status: 'failed',
      error: { message: 'down', retryable: true },
    })
  })

  const own = Promise.resolve('mine')
  Reflect.set(own, 'then', (resolve: (value: unknown) => void) => {
    resolve('first')
    resolve('second')
    throw new Error('third')
  })
  const answers: [string, unknown, unknown][] = [
    ['a promise', Promise.resolve(1), 1],
    ['a thenable', thenable((resolve) => resolve(1)), 1],
    ['a thenable that resolves to another', thenable((resolve) => resolve(thenable((inner) => inner(2)))), 2],
    [
      'a thenable that answers twice',
      thenable((resolve) => {
        resolve(1)
        resolve(2)
      }),
      1,
    ],
    [
      'a thenable that answers and throws',
      thenable((resolve) => {
        resolve(1)
        throw new Error('x')
      }),
      1,
    ],
    ['a promise with a then of its own that answers twice', own, 'mine'],
    ['a function', undefined, null],
  ]
  test.each(answers)('%s that is returned gives one result', async (_what, returned, expected) => {
    const { run, executor, events } = setUp([defineTool({ name: 't', execute: () => returned })])
    expect((await run([callOf('t')])).map(dataOf)).toEqual([expected])
    await settleMicrotasks()
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 0 })
    expect(events.map(({ type }) => type)).toEqual([
      'batch_opened',
      'accepted',
      'batch_closed',
      'started',
      'settled',
      'batch_settled',
    ])
  })

  test.each([
    [
      'whose then throws',
      thenable(() => {
        throw new Error('then')
      }),
      'then',
    ],
    [
      'whose then cannot be read',
      withGetter('then', () => {
        throw new Error('then')
      }),
      'then',
    ],
    ['that rejects', thenable((_resolve, reject) => reject(new Error('then'))), 'then'],
  ])('a thenable %s is a failure', async (_what, returned, message) => {
    const { run } = setUp([defineTool({ name: 't', execute: () => returned as unknown })])
    expect(failureOf((await run([callOf('t')]))[0]).error.message).toBe(message)
  })

  test('I11 bad input 59: a thenable that never settles is cut by the timeout', async () => {
    const { run } = setUp([defineTool({ name: 't', execute: () => thenable(() => {}) })], { timeoutMs: 100 })
    expect((await run([callOf('t')])).map(({ status }) => status)).toEqual(['timed_out'])
  })

  test('tools that return at once do not pile up on the stack', async () => {
    const tool = defineTool({ name: 't', execute: () => 1 })
    const { tool: first, runs } = deaf()
    const { executor } = setUp([tool, first], { maxParallelTools: 1, quiet: true })
    const running = executor.executeTools([callOf('deaf'), ...callsOf('t', 100_000)])
    runs[0]?.resolve(1)
    expect((await running).every(({ success }) => success)).toBe(true)
  })
})

describe('a freed permit', () => {
  test('I51 a released permit starts the next call at once, within the same moment and turn', async () => {
    const clock = new VirtualClock()
    const { run, events } = setUp([sleeper(clock)], { clock, maxParallelTools: 2 })
    const results = await run([30, 10, 20, 5].map((ms) => callOf('sleep', { ms })))
    expect(results.map(({ timing }) => timing.queuedMs)).toEqual([0, 0, 10, 30])
    expect(eventsOf(events, 'started').map(({ index, queuedMs }) => [index, queuedMs])).toEqual([
      [0, 0],
      [1, 0],
      [2, 10],
      [3, 30],
    ])
  })

  test('a waiting call is passed over when its schema or abort has ended it, and the next one starts', async () => {
    const clock = new VirtualClock()
    const late = defineTool({
      name: 'late',
      inputSchema: z.object({}).refine(async () => clock.sleep(5).then(() => false)),
      execute: () => 1,
    })
    const { run } = setUp([sleeper(clock), late], { clock, maxParallelTools: 1 })
    const results = await run([callOf('sleep', { ms: 10 }), callOf('late'), callOf('sleep', { ms: 10 })])
    expect(results.map(({ status, timing }) => [status, timing.totalMs])).toEqual([
      ['succeeded', 10],
      ['invalid', 5],
      ['succeeded', 20],
    ])
  })
})

describe('the books balance after everything (I25)', () => {
  test('I25 permits, counts and timers balance after calls with mixed endings', async () => {
    const clock = new VirtualClock()
    const { tool, runs } = deaf()
    const failing = defineTool({ name: 'fail', execute: () => Promise.reject(new Error('x')) })
    const { run, executor, events } = setUp([sleeper(clock), tool, failing, untilAborted()], {
      clock,
      maxParallelTools: 3,
      timeoutMs: 80,
    })
    const calls: ToolCall[] = ['sleep', 'deaf', 'fail', 'until_aborted', 'nowhere', 'deaf', 'sleep', 'fail'].map(
      (name) => callOf(name, { ms: 20 }),
    )
    let most = 0
    executor.subscribe(() => (most = Math.max(most, executor.stats().running)))
    const results = await run(calls)
    expect(results.map(({ status }) => status)).toEqual([
      'succeeded',
      'timed_out',
      'failed',
      'timed_out',
      'invalid',
      'timed_out',
      'succeeded',
      'failed',
    ])
    expect([most, executor.stats()]).toMatchObject([3, { running: 0, waiting: 0, abandoned: 2 }])
    expect(eventsOf(events, 'batch_settled')).toMatchObject([{ size: 8, succeeded: 2, failed: 6 }])
    for (const each of runs) each.resolve(1)
    await settleMicrotasks()
    expect([executor.stats().abandoned, clock.pending]).toEqual([0, 0])
  })
})
