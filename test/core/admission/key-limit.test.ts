import { describe, expect, test } from 'vitest'
import { type AnyTool, type CallInfo, defineTool, type JsonObject } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, eventsOf, failureOf, revokedProxy, setUp } from '../harness.ts'
import { controllerOf, noting, parksOf, work } from './harness.ts'

const byHost = { key: ({ host }: JsonObject) => host as string, maxParallelPerKey: 1 } as Partial<AnyTool>

const to = (host: unknown, id = String(host)) => callOf('w', { host }, id)

describe('maxParallelPerKey', () => {
  test('I25 maxParallelPerKey holds for each key, and no key waits for another', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10, byHost)
    const { run } = setUp([tool], { clock })
    await run([to('a', 'a1'), to('a', 'a2'), to('b', 'b1'), to('a', 'a3'), to('b', 'b2'), to('c', 'c1')])
    expect(starts).toEqual(['a1@0', 'b1@0', 'c1@0', 'a2@10', 'b2@10', 'a3@20'])
  })

  test('I25 maxParallelPerKey holds across executors that share a controller', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const worked = work(clock, 'w', 10, { ...byHost, maxParallelPerKey: 2 })
    const executors = Array.from({ length: 3 }, () => setUp([worked.tool], { clock, admission }).executor)
    await clock.runUntil(Promise.all(executors.map((each) => each.executeTools([to('a'), to('a')]))))
    expect([worked.peak, clock.now()]).toEqual([2, 30])
  })

  test('a call without a key has only the limit of its tool', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10, {
      maxParallel: 3,
      maxParallelPerKey: 1,
      key: (({ host }: JsonObject) => host) as never,
    })
    const { run } = setUp([tool], { clock })
    await run([to('a', 'a1'), to('a', 'a2'), ...['x', 'y', 'z'].map((id) => callOf('w', {}, id))])
    expect(starts).toEqual(['a1@0', 'x@0', 'y@0', 'a2@10', 'z@10'])
  })

  test('an empty key, and names of Object’s own, are keys like any other', async () => {
    const clock = new VirtualClock()
    const { tool, starts } = work(clock, 'w', 10, byHost)
    const { run } = setUp([tool], { clock })
    const odd = ['', '__proto__', 'constructor', 'toString', '\u0000', '\ud800']
    await run([...odd, ...odd].map((host, i) => to(host, `${i}`)))
    expect(starts.map((start) => start.split('@')[1])).toEqual([...Array(6).fill('0'), ...Array(6).fill('10')])
  })

  test('ten thousand keys, one after the other, leave every limit unchanged', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 1, byHost)
    const { run } = setUp([worked.tool], { clock, maxParallelTools: 501, quiet: true })
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 500 }, (_, i) => to(`${round}-${i}`))
      const results = await run([...calls, to('same'), to('same')])
      expect(results.every(({ success }) => success)).toBe(true)
    }
    // The two of one key take two turns in each round.
    expect(clock.now()).toBe(40)
  })

  test('I25 a running call still counts for its key after thousands of other keys', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 1, byHost)
    const { executor, run } = setUp([worked.tool], { clock, maxParallelTools: Infinity, quiet: true })
    const held = executor.executeTools([callOf('w', { host: 'held', ms: 1_000 }, 'first')])
    await run(Array.from({ length: 3_000 }, (_, i) => to(`k${i}`)))
    const second = executor.executeTools([to('held', 'second')])
    await clock.runUntil(Promise.all([held, second]))
    expect(worked.starts.at(-1)).toBe('second@1000')
  })
})

describe('the key function', () => {
  test('the key function gets the validated input and the call, before anything runs', async () => {
    const clock = new VirtualClock()
    const seen: unknown[] = []
    const tool = defineTool<{ tenant: string }>()({
      name: 'w',
      inputSchema: { type: 'object', properties: { host: { type: 'string' } }, required: ['host'] },
      maxParallelPerKey: 1,
      key: (input: JsonObject, info: CallInfo<{ tenant: string }>) => {
        seen.push([input, info.context.tenant, info.call.id, info.call.name, info.call.arguments, info.index])
        return info.context.tenant
      },
      execute: () => clock.sleep(10),
    })
    const { executor, run } = setUp([tool], { clock })
    const results = run([callOf('w', '{"host":"a"}', 'one'), callOf('w', { host: 1 }, 'bad')], {
      context: { tenant: 't1' },
    })
    const other = executor.executeTools([to('b', 'two')], { context: { tenant: 't1' } })
    expect((await results).map(({ status }) => status)).toEqual(['succeeded', 'invalid'])
    await clock.runUntil(other)
    expect(seen).toEqual([
      [{ host: 'a' }, 't1', 'one', 'w', { host: 'a' }, 0],
      [{ host: 'b' }, 't1', 'two', 'w', { host: 'b' }, 0],
    ])
    expect(clock.now()).toBe(20)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no host')
      },
      'no host',
    ],
    [
      'throws nothing',
      () => {
        throw undefined
      },
      undefined,
    ],
    [
      'throws a revoked proxy',
      () => {
        throw revokedProxy()
      },
      undefined,
    ],
    ['gives a number', () => 7, 'it is not a string'],
    ['gives null', () => null, 'it is not a string'],
    ['gives an object', () => ({}), 'it is not a string'],
    ['gives a promise', () => Promise.resolve('a'), 'it is not a string'],
    ['gives a revoked proxy', () => revokedProxy(), 'it is not a string'],
    ['gives too much', () => 'x'.repeat(1_025), 'it is longer than 1024 characters'],
  ])('I6 a key function that %s fails its call alone', async (_what, key, why) => {
    const clock = new VirtualClock()
    const bad = work(clock, 'bad', 10, { key: key as never, maxParallelPerKey: 1 })
    const good = work(clock, 'w', 10)
    const { run, executor, events } = setUp([bad.tool, good.tool], { clock })
    const [failed, fine] = await run([callOf('bad', {}, 'x'), callOf('w')])
    expect(failureOf(failed)).toMatchObject({
      status: 'failed',
      execution: 'none',
      error: { code: 'key_failed', retryable: false },
      timing: { attempts: 0, totalMs: 0 },
    })
    if (why !== undefined)
      expect(failureOf(failed).error.message).toBe(
        `The key of a call of 'bad' could not be determined: ${why}. Nothing was run.`,
      )
    expect([fine?.status, bad.starts, executor.stats().running]).toEqual(['succeeded', [], 0])
    expect([eventsOf(events, 'settled').length, clock.pending]).toEqual([2, 0])
  })

  test('a key may have 1 024 characters', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10, { key: () => 'x'.repeat(1_024), maxParallelPerKey: 1 })
    const { run } = setUp([tool], { clock })
    expect((await run([callOf('w'), callOf('w')])).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(clock.now()).toBe(20)
  })

  test('a rejected promise from the key function causes no unhandled rejection', async () => {
    const clock = new VirtualClock()
    const key = (): never => Promise.reject(new Error('late')) as never
    const { tool } = work(clock, 'w', 10, { key, maxParallelPerKey: 1 })
    const { run } = setUp([tool], { clock })
    expect(failureOf((await run([callOf('w')]))[0]).error.code).toBe('key_failed')
    await clock.advance(10)
  })

  test('I1 I13 a key function that aborts its own batch: nothing starts, and each call has one result', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const { tool, starts } = work(clock, 'w', 10, {
      key: () => (controller.abort(), 'k'),
      maxParallelPerKey: 1,
    })
    const { run, executor, events } = setUp([tool], { clock })
    const results = await run([callOf('w', {}, 'a'), callOf('w', {}, 'b')], { signal: controller.signal })
    expect(results.map(({ status }) => status)).toEqual(['aborted', 'aborted'])
    expect([starts, executor.stats().running, eventsOf(events, 'settled').length]).toEqual([[], 0, 2])
  })

  test('a key function may make calls on the executor that calls it', async () => {
    const clock = new VirtualClock()
    const inner: Promise<unknown>[] = []
    const { tool: plain, starts } = work(clock, 'plain', 5)
    const keyed = noting(clock, 'w', () => clock.sleep(5), {
      key: () => (inner.push(executor.executeTools([callOf('plain', {}, 'p')])), 'k'),
      maxParallelPerKey: 1,
    })
    const { executor } = setUp([plain, keyed.tool], { clock, maxParallelTools: 1 })
    const results = await clock.runUntil(executor.executeTools([callOf('w', {}, 'a'), callOf('w', {}, 'b')]))
    await clock.runUntil(Promise.all(inner))
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect([starts.length, keyed.peak, executor.stats().running]).toEqual([2, 1, 0])
  })

  test('I51 the parked event names the limit of the key as the reason', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10, byHost)
    const { run, events } = setUp([tool], { clock })
    await run([to('a', 'first'), to('a', 'second')])
    expect(parksOf(events, 'second')).toEqual(['key@0'])
  })
})
