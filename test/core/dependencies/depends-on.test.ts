import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { dataOf, failureOf, setUp, sleeper } from '../harness.ts'

const call = (id: string, args: object = {}, dependsOn?: readonly (string | number)[], name = 'sleep'): ToolCall => ({
  id,
  name,
  arguments: args,
  ...(dependsOn && { dependsOn }),
})

const boom = defineTool({
  name: 'boom',
  execute: () => {
    throw new Error('boom')
  },
})

function setUpSleep(maxParallelTools = 10): ReturnType<typeof setUp> {
  const clock = new VirtualClock()
  return setUp([sleeper(clock), boom], { clock, maxParallelTools })
}

function starts(events: ReturnType<typeof setUp>['events']): [string, number][] {
  return events.flatMap((event) => (event.type === 'started' ? [[event.id, event.at] as [string, number]] : []))
}

describe('dependsOn', () => {
  test('a call starts when all that it depends on has succeeded, by id or by place, and no later', async () => {
    const { run, events } = setUpSleep()
    const results = await run([
      call('late', { ms: 5 }, ['a', 1]),
      call('b', { ms: 30 }),
      call('a', { ms: 10 }),
      call('free', { ms: 1 }),
    ])
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'))
    expect(starts(events)).toEqual([
      ['b', 0],
      ['a', 0],
      ['free', 0],
      ['late', 30],
    ])
    expect(results[0]?.timing).toMatchObject({ queuedMs: 30, runMs: 5 })
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'parked',
        id: 'late',
        waitsFor: 'dependency',
        behind: expect.objectContaining({ index: 1, id: 'b' }) as object,
      }),
    )
  })

  test('exactly the dependents of a failed producer are skipped, with the reason', async () => {
    const { run } = setUpSleep()
    const results = await run([
      call('bad', {}, undefined, 'boom'),
      call('x', { ms: 1 }, ['bad']),
      call('y', { ms: 1 }, ['x']),
      call('good', { ms: 1 }),
      call('z', { ms: 1 }, ['good']),
    ])
    expect(results.map(({ status }) => status)).toEqual(['failed', 'skipped', 'skipped', 'succeeded', 'succeeded'])
    expect(failureOf(results[1])).toMatchObject({
      execution: 'none',
      error: {
        code: 'dependency_failed',
        message: "It depends on call 0, 'bad', which has the result 'failed' (boom). Nothing was run.",
      },
    })
    expect(failureOf(results[2]).error.message).toContain("It depends on call 1, 'x', which has the result 'skipped'")
  })

  test('a call that depends on an unknown id, a repeated id or a missing place is invalid, and the message says so', async () => {
    const { run } = setUpSleep()
    const results = await run([
      call('a', { ms: 1 }, ['nobody']),
      call('twice'),
      call('b', { ms: 1 }, ['twice']),
      call('twice'),
      call('c', { ms: 1 }, [9]),
    ])
    expect(results.map(({ status }) => status)).toEqual(['invalid', 'succeeded', 'invalid', 'succeeded', 'invalid'])
    expect(failureOf(results[0]).error).toMatchObject({
      code: 'invalid_dependency',
      message:
        "The call depends on 'nobody', and there is no such call. The calls are: 'a', 'twice', 'b', 'c'. Nothing was run.",
    })
    expect(failureOf(results[2]).error.message).toContain('2 calls have that id. Name it by its place, from 0.')
    expect(failureOf(results[4]).error.message).toContain('call 9')
  })

  test('all calls of a circle are invalid, those that depend on them are skipped', async () => {
    const { run } = setUpSleep()
    const results = await run([
      call('a', {}, ['b']),
      call('b', {}, ['c']),
      call('c', {}, ['a']),
      call('self', {}, ['self']),
      call('after', {}, ['a']),
      call('free', { ms: 1 }),
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'skipped',
      'succeeded',
    ])
    expect(failureOf(results[0]).error.message).toBe(
      "The calls 'a', 'b', 'c' depend on one another in a circle, so none of them can be the first. Nothing was run.",
    )
    expect(failureOf(results[3]).error.message).toContain("The call 'self' depends on itself.")
  })

  test('a call whose dependsOn is not a list of calls is malformed', async () => {
    const { run } = setUpSleep()
    const wrong = [{}, 'a', [1.5], [-1], [null], [['a']]] as never[]
    const results = await run(wrong.map((dependsOn, i) => ({ id: `${i}`, name: 'sleep', arguments: {}, dependsOn })))
    for (const result of results)
      expect(failureOf(result)).toMatchObject({ status: 'invalid', error: { code: 'malformed_call' } })
  })

  test('I38 no id in dependsOn reaches a prototype', async () => {
    const { run } = setUpSleep()
    const names = ['__proto__', 'constructor', 'toString', '']
    const results = await run(names.map((name, i) => call(`c${i}`, { ms: 1 }, [name])))
    for (const result of results) expect(failureOf(result).error.code).toBe('invalid_dependency')
    const named = await run(
      ['__proto__', 'constructor'].map((id) => call(id, { ms: 1 })).concat(call('x', {}, ['__proto__'])),
    )
    expect(named.every(({ success }) => success)).toBe(true)
  })

  test('in an open batch a producer may come later, and a call whose producer never comes is invalid at the close', async () => {
    const { executor, clock, events } = setUpSleep()
    const batch = executor.openBatch()
    batch.add(call('first', { ms: 1 }, ['late']))
    batch.add(call('never', { ms: 1 }, ['nobody']))
    batch.add(call('second', { ms: 1 }))
    await clock.advance(5)
    const slot = batch.reserve({ id: 'late', name: 'sleep' })
    await clock.advance(5)
    slot.complete({ ms: 10 })
    batch.close()
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'invalid', 'succeeded', 'succeeded'])
    expect(starts(events)).toEqual([
      ['second', 0],
      ['late', 10],
      ['first', 20],
    ])
  })

  test('a call that waits for others is aborted, or runs out of time, like any other', async () => {
    const { executor, clock } = setUpSleep()
    const stop = new AbortController()
    const running = executor.executeTools(
      [call('a', { ms: 100 }), call('b', {}, ['a']), { ...call('c', {}, ['b']), deadlineMs: 20 }],
      { signal: stop.signal },
    )
    await clock.advance(50)
    stop.abort()
    const results = await clock.runUntil(running)
    expect(results.map(({ status }) => status)).toEqual(['aborted', 'aborted', 'timed_out'])
    expect(results.map(({ execution }) => execution)).toEqual(['ended', 'none', 'none'])
    expect(executor.stats()).toMatchObject({ waiting: 0, waitingFor: { dependency: 0 } })
  })

  test('the stats count calls that wait for others', async () => {
    const { executor, clock } = setUpSleep()
    const running = executor.executeTools([call('a', { ms: 10 }), call('b', {}, ['a']), call('c', {}, ['b'])])
    await clock.advance(1)
    expect(executor.stats()).toMatchObject({ running: 1, waiting: 2, waitingFor: { dependency: 2, executor: 0 } })
    await clock.runUntil(running)
  })

  test('I26: a chain of ten thousand calls that return at once needs no deep stack, with one permit or with many', async () => {
    for (const maxParallelTools of [1, 10]) {
      const echo = defineTool({ name: 'echo', execute: (input: object) => input })
      const { run } = setUp([echo], { maxParallelTools, quiet: true })
      const calls = Array.from({ length: 10_000 }, (_, i) => call(`${i}`, { i }, i === 0 ? [] : [i - 1], 'echo'))
      const results = await run(calls)
      expect(results.every(({ success }) => success)).toBe(true)
      const backwards = await run(calls.map((_, i) => call(`${i}`, { i }, i === 9_999 ? [] : [i + 1], 'echo')))
      expect(backwards.every(({ success }) => success)).toBe(true)
    }
  })

  test('I34: a dependent call runs in the async context of its own caller, not in that of the call it waited for', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const store = new AsyncLocalStorage<string>()
    const clock = new VirtualClock()
    const seen: (string | undefined)[] = []
    const look = defineTool({
      name: 'look',
      execute: async () => {
        await clock.sleep(1)
        store.enterWith('of a tool')
        seen.push(store.getStore())
      },
    })
    const where = defineTool({ name: 'where', execute: () => void seen.push(store.getStore()) })
    const { executor } = setUp([look, where], { clock })
    await store.run('of the caller', () =>
      clock.runUntil(executor.executeTools([call('a', {}, [], 'look'), call('b', {}, ['a'], 'where')])),
    )
    expect(seen).toEqual(['of a tool', 'of the caller'])
  })

  test('a tool that depends on a call of a nested batch keeps its parent suspended until all are done', async () => {
    const clock = new VirtualClock()
    const nest = defineTool({
      name: 'nest',
      execute: async (_input: object, ctx) => {
        const results = await ctx.executor.executeTools([call('a', { ms: 5 }), call('b', { ms: 5 }, ['a'])])
        return results.map(({ status }) => status)
      },
    })
    const { run, events } = setUp([nest, sleeper(clock)], { clock, maxParallelTools: 1 })
    const [result] = await run([call('n', {}, undefined, 'nest')])
    expect(dataOf(result)).toEqual(['succeeded', 'succeeded'])
    expect(events.filter(({ type }) => type === 'suspended')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'resumed')).toHaveLength(1)
  })
})

test('all calls of circles that overlap are invalid, and those that only need them are skipped', async () => {
  const { run } = setUp([sleeper(new VirtualClock())], {})
  const results = await run([
    call('a', { ms: 1 }, ['b']),
    call('b', { ms: 1 }, ['a', 'c']),
    call('c', { ms: 1 }, ['b']),
    call('d', { ms: 1 }, ['c']),
  ])
  expect(results.map(({ status }) => status)).toEqual(['invalid', 'invalid', 'invalid', 'skipped'])
  expect(failureOf(results[2]).error.message).toContain("The calls 'a', 'b', 'c' depend on one another in a circle")
})
