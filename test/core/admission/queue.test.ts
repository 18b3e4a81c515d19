import { describe, expect, test } from 'vitest'
import { defineTool, MisuseError, type QueueOptions } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, dataOf, failureOf, setUp } from '../harness.ts'
import { parksOf, work } from './harness.ts'

const codesOf = (results: readonly { success: boolean }[]): (string | undefined)[] =>
  results.map((result) => (result.success ? undefined : failureOf(result as never).error.code))

describe('a queue that is full', () => {
  test('I27 a full queue rejects a new call, with a message that a model can act on', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { run } = setUp([tool], { clock, maxParallelTools: 1, queue: { max: 2 } })
    const results = await run(callsOf('w', 5))
    expect(codesOf(results)).toEqual([undefined, undefined, undefined, 'queue_full', 'queue_full'])
    expect(starts).toEqual(['c0@0', 'c1@10', 'c2@20'])
    expect(failureOf(results[3])).toMatchObject({
      status: 'rejected',
      execution: 'none',
      error: { retryable: true, message: expect.stringContaining('2') as string },
    })
  })

  test('a queue of size zero admits calls that can start', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([work(clock, 'w', 10).tool], { clock, maxParallelTools: 2, queue: { max: 0 } })
    expect(codesOf(await run(callsOf('w', 3)))).toEqual([undefined, undefined, 'queue_full'])
    expect(codesOf(await run(callsOf('w', 2)))).toEqual([undefined, undefined])
  })

  test('I27 a full queue has a place again when a call starts, is aborted or expires', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 1, queue: { max: 1 } })
    const abort = new AbortController()
    const all = [
      executor.executeTools(callsOf('w', 1)),
      executor.executeTools(callsOf('w', 1), { signal: abort.signal }),
    ]
    expect(codesOf(await clock.runUntil(executor.executeTools(callsOf('w', 1))))).toEqual(['queue_full'])
    abort.abort()
    all.push(executor.executeTools(callsOf('w', 1)))
    await clock.advance(10)
    all.push(executor.executeTools(callsOf('w', 1)))
    const results = await clock.runUntil(Promise.all(all))
    expect(results.map(([result]) => result?.status)).toEqual(['succeeded', 'aborted', 'succeeded', 'succeeded'])
  })

  test('a full queue with the policy `wait` lets calls wait outside, in order of arrival and without rank', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { executor, events } = setUp([tool], { clock, maxParallelTools: 1, queue: { max: 1, policy: 'wait' } })
    const all = executor.executeTools(callsOf('w', 4).map((call, priority) => ({ ...call, priority })))
    expect(executor.stats()).toMatchObject({ waiting: 3, waitingFor: { executor: 1 } })
    const results = await clock.runUntil(all)
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'))
    expect(starts).toEqual(['c0@0', 'c1@10', 'c2@20', 'c3@30'])
    expect([parksOf(events, 'c2'), parksOf(events, 'c3')]).toEqual([
      ['queue@0', 'executor@10'],
      ['queue@0', 'executor@20'],
    ])
  })

  test('a call aborted outside of the queue never enters it, and delays no call behind it', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { executor } = setUp([tool], { clock, maxParallelTools: 1, queue: { max: 1, policy: 'wait' } })
    const abort = new AbortController()
    const all = [
      executor.executeTools([callOf('w', {}, 'a'), callOf('w', {}, 'b')]),
      executor.executeTools([callOf('w', {}, 'gone')], { signal: abort.signal }),
      executor.executeTools([callOf('w', {}, 'last')]),
    ]
    abort.abort()
    expect(executor.stats().waiting).toBe(2)
    const results = await clock.runUntil(Promise.all(all))
    expect(results.flat().map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'aborted', 'succeeded'])
    expect(starts).toEqual(['a@0', 'b@10', 'last@20'])
  })

  test('ten thousand calls wait outside of the queue, and each runs', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 1)
    const { run } = setUp([tool], { clock, quiet: true, maxParallelTools: 10, queue: { max: 10, policy: 'wait' } })
    const results = await run(callsOf('w', 10_000))
    expect(results.every(({ success }) => success)).toBe(true)
    expect([starts.length, clock.now()]).toEqual([10_000, 1_000])
  })
})

describe('the deadline of the queue', () => {
  test('I27 the queue rejects a call that has waited until the deadline, with a message that says so', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 100)
    const { run, events } = setUp([tool], { clock, maxParallelTools: 1, queue: { deadlineMs: 150 } })
    const results = await run(callsOf('w', 3))
    expect(codesOf(results)).toEqual([undefined, undefined, 'queue_timeout'])
    expect(failureOf(results[2])).toMatchObject({
      execution: 'none',
      error: { message: expect.stringContaining('150') as string, retryable: true },
      timing: { queuedMs: 150, runMs: 0 },
    })
    expect([events.length > 0, clock.pending]).toEqual([true, 0])
  })

  test('the deadline of the queue does not end a running call', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([work(clock, 'w', 1_000).tool], { clock, maxParallelTools: 2, queue: { deadlineMs: 5 } })
    expect((await run(callsOf('w', 2))).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(clock.pending).toBe(0)
  })

  test('the deadline of a call from outside counts from its entry into the queue', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10)
    const { run } = setUp([tool], {
      clock,
      maxParallelTools: 1,
      queue: { max: 1, policy: 'wait', deadlineMs: 15 },
    })
    const results = await run(callsOf('w', 4))
    expect([codesOf(results), starts.length]).toEqual([[undefined, undefined, undefined, undefined], 4])
  })
})

test.each([
  ['queue.max', { max: -1 }],
  ['queue.max', { max: 1.5 }],
  ['queue.max', { max: 0, policy: 'wait' }],
  ['queue.policy', { policy: 'drop' }],
  ['queue.deadlineMs', { deadlineMs: 0 }],
  ['queue', 7],
])('%s is checked', (name, queue) => {
  const make = () => setUp([], { queue: queue as QueueOptions })
  expect(make).toThrow(MisuseError)
  expect(make).toThrow(name)
})

test.each(['reject', 'wait'] as const)(
  'I51 a full queue (%s) does not reject a nested call that can start',
  async (policy) => {
    const clock = new VirtualClock()
    const slow = work(clock, 'slow', 300, { maxParallel: 1 })
    const quick = work(clock, 'quick', 1)
    const outer = defineTool({
      name: 'outer',
      execute: async (_input, ctx) => {
        await clock.sleep(5)
        return (await ctx.executor.call('quick', {})).status
      },
    })
    const { executor } = setUp([slow.tool, quick.tool, outer], { clock, queue: { max: 1, policy } })
    const busy = executor.executeTools(callsOf('slow', 2))
    await clock.advance(1)
    const [result] = await clock.runUntil(executor.executeTools([callOf('outer')]))
    expect([dataOf(result), clock.now()]).toEqual(['succeeded', 7])
    await clock.runUntil(busy)
  },
)
