import { describe, expect, test } from 'vitest'
import {
  AdmissionController,
  defineTool,
  type ToolCall,
  type ToolEvent,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { touch, touching } from './effects/harness.ts'
import { setUp, type SetUp } from './harness.ts'

/** A tool for each name, which takes as long as is said; all have been measured once. */
async function measured(
  durations: Readonly<Record<string, number>>,
  maxParallelTools: number,
): Promise<SetUp & { order(): string[] }> {
  const clock = new VirtualClock()
  const tools = Object.entries(durations).map(([name, ms]) => defineTool({ name, execute: () => clock.sleep(ms) }))
  const all = setUp([...tools, touch(clock)], { clock, maxParallelTools })
  for (const name of Object.keys(durations)) await all.run([{ id: name, name, arguments: {} }])
  all.events.length = 0
  return { ...all, order: () => started(all.events) }
}

function started(events: readonly ToolEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'started' ? [event.id] : []))
}

const call = (id: string, dependsOn: readonly string[] = []): ToolCall => ({ id, name: id, arguments: {}, dependsOn })

describe('the longest path that is still to come', () => {
  test('the path over dependencies decides which call goes first, not its own duration', async () => {
    const { run, order, clock } = await measured({ long: 50, first: 10, second: 60, last: 10 }, 2)
    const from = clock.now()
    await run([call('long'), call('last'), call('second', ['first']), call('first')])
    expect(order()).toEqual(['first', 'long', 'second', 'last'])
    expect(clock.now() - from).toBe(70)
  })

  test('the path over conflicts counts: the first of a queue of writers goes before a call that no other waits for', async () => {
    const clock = new VirtualClock()
    const { run, events } = setUp([touch(clock)], { clock, maxParallelTools: 1 })
    await run([touching('warm', { ms: 10 })])
    events.length = 0
    await run([
      touching('alone', { writes: ['y'], ms: 10 }),
      touching('w1', { writes: ['x'], ms: 10 }),
      touching('w2', { writes: ['x'], ms: 10 }),
      touching('w3', { writes: ['x'], ms: 10 }),
    ])
    expect(started(events)).toEqual(['w1', 'w2', 'alone', 'w3'])
  })

  test('the path grows while calls come, and a waiting call moves to its new place', async () => {
    const { executor, order, clock } = await measured({ busy: 100, a: 10, b: 10, after: 50 }, 1)
    const batch = executor.openBatch()
    batch.add(call('busy'))
    batch.add(call('a'))
    batch.add(call('b'))
    batch.add(call('after', ['b']))
    batch.close()
    await clock.runUntil(batch.results())
    expect(order()).toEqual(['busy', 'b', 'after', 'a'])
  })

  test('among calls of unknown duration the one with most calls behind it goes first', async () => {
    const clock = new VirtualClock()
    const names = ['x', 'a', 'b', 'c']
    const tools = names.map((name) => defineTool({ name, execute: () => clock.sleep(10) }))
    const { run, events } = setUp(tools, { clock, maxParallelTools: 1 })
    await run([call('x'), call('a'), call('b', ['a']), call('c', ['b'])])
    expect(started(events)).toEqual(['a', 'b', 'x', 'c'])
  })
})

describe('a waiting call lends its priority to the call that it waits for', () => {
  const prior = (id: string, priority: number, more: Partial<ToolCall> = {}): ToolCall => ({
    ...touching(id, { ms: 10 }),
    priority,
    ...more,
  })

  test('a call inherits the priority of a waiting call that depends on it, also by way of others', async () => {
    const clock = new VirtualClock()
    const { run, events } = setUp([touch(clock)], { clock, maxParallelTools: 1 })
    await run([
      prior('busy', 9),
      prior('middle', 3),
      prior('low', 0),
      prior('between', 0, { dependsOn: ['low'] }),
      prior('urgent', 5, { dependsOn: ['between'] }),
    ])
    expect(started(events)).toEqual(['busy', 'low', 'between', 'urgent', 'middle'])
  })

  test('a call inherits the priority of a waiting call that conflicts with it, across runs', async () => {
    const clock = new VirtualClock()
    const admission = new AdmissionController({ clock, maxParallel: 1 })
    const one = setUp([touch(clock)], { clock, admission })
    const order: string[] = []
    one.executor.subscribe((event) => void (event.type === 'started' && order.push(event.id)))
    const runs = [
      [touching('busy', { ms: 10 })],
      [{ ...touching('low', { writes: ['x'] }), priority: -1 }],
      [touching('middle', {})],
      [{ ...touching('urgent', { writes: ['x'] }), priority: 5 }],
    ].map((calls) => one.executor.executeTools(calls))
    await clock.runUntil(Promise.all(runs))
    expect(order).toEqual(['busy', 'low', 'urgent', 'middle'])
  })
})

describe('calls that wait for others', () => {
  test('a queue that is full takes no more that wait for others', async () => {
    const clock = new VirtualClock()
    const { run } = setUp([touch(clock)], { clock, queue: { max: 1 } })
    const results = await run([1, 2, 3].map((n) => touching(`w${n}`, { writes: ['x'] })))
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'rejected'])
    expect(results[2]).toMatchObject({ error: { code: 'queue_full', retryable: true } })
  })
})

test('I32: a call whose conflict ends within the step that raises the other call starts without an event of waiting', async () => {
  const clock = new VirtualClock()
  const write = { effects: () => [{ resource: 'file:/a', mode: 'write' as const }], execute: () => 'written' }
  const rare = defineTool({ name: 'rare', rate: { n: 1, perMs: 10, burst: 1 }, ...write })
  const often = defineTool({ name: 'often', ...write })
  const executor = new ToolExecutor({ tools: [rare, often], clock })
  await executor.call(rare, {})
  const waiting = executor.call(rare, {})
  // The time has come for the rate, and its timer has yet to fire.
  clock.leap(10)
  const events: string[] = []
  executor.subscribe((event) => {
    if ('name' in event) events.push(`${event.name} ${event.type}`)
  })
  const results = await clock.runUntil(Promise.all([waiting, executor.call(often, {}, { priority: 1 })]))
  expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  const own = events.filter((event) => event.startsWith('often'))
  expect(own).toEqual(['often accepted', 'often started', 'often settled'])
})

test('I5: a call whose last missing result comes about while it begins to wait has its arguments filled in once', async () => {
  const clock = new VirtualClock()
  const got: unknown[] = []
  const rated = defineTool({ name: 'rated', rate: { n: 1, perMs: 5, burst: 1 }, execute: () => ({ value: 7 }) })
  const writes = defineTool({
    name: 'writes',
    effects: () => [{ resource: 'a', mode: 'write' }],
    execute: async (input) => {
      got.push(input)
      await clock.sleep(20)
    },
  })
  const { executor } = setUp([rated, writes], { clock })
  const batch = executor.openBatch()
  batch.add({ id: 'first', name: 'rated', arguments: {} })
  batch.add({ id: 'producer', name: 'rated', arguments: {} })
  batch.add({ id: 'holder', name: 'writes', arguments: { of: 'holder' } })
  const slot = batch.reserve({ id: 'slot', name: 'writes' })
  // The rate has room again, and its timer has not fired yet.
  clock.leap(6)
  slot.complete({ of: { $result: 'producer' } })
  batch.close()
  const results = await clock.runUntil(batch.results())
  expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
  expect(got).toEqual([{ of: 'holder' }, { of: { value: 7 } }])
})
