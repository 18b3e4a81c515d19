import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type ToolContext,
  type ToolEvent,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, dataOf, eventsOf, setUp } from './harness.ts'

const statuses = (results: readonly { status: string; execution: string }[]): string[] =>
  results.map(({ status, execution }) => `${status} ${execution}`)

describe('an abort from within', () => {
  const anyStats = { running: 0, waiting: 0, abandoned: 0 }

  test.each([1, 2, 10])(
    'I13 a tool that returns at once aborts its batch, limit %i: nothing more starts, and the executor still works',
    async (maxParallelTools) => {
      const controller = new AbortController()
      const ran: unknown[] = []
      const tool = defineTool({
        name: 't',
        execute: (input) => {
          ran.push(input)
          controller.abort()
          return input
        },
      })
      const { run, executor } = setUp([tool], { maxParallelTools })
      const results = await run(callsOf('t', 4), { signal: controller.signal })
      expect(statuses(results)).toEqual(['aborted ended', 'aborted none', 'aborted none', 'aborted none'])
      expect([ran.length, executor.stats()]).toMatchObject([1, anyStats])
      expect((await run(callsOf('t', 4))).map(dataOf).length).toBe(4)
      expect(executor.stats()).toMatchObject(anyStats)
    },
  )

  const kinds: [ToolEvent['type'], string[]][] = [
    ['batch_opened', ['aborted none', 'aborted none', 'aborted none']],
    ['accepted', ['aborted none', 'aborted none', 'aborted none']],
    ['batch_closed', ['aborted none', 'aborted none', 'aborted none']],
    ['parked', ['aborted ended', 'aborted none', 'aborted none']],
    ['started', ['aborted none', 'aborted none', 'aborted none']],
    ['progress', ['aborted ended', 'aborted none', 'aborted none']],
    ['settled', ['succeeded ended', 'aborted none', 'aborted none']],
    ['batch_settled', ['succeeded ended', 'succeeded ended', 'succeeded ended']],
  ]
  test.each(kinds)(
    'I25 a listener aborts the batch on the event %s: permits and counts stay right',
    async (type, expected) => {
      const controller = new AbortController()
      const clock = new VirtualClock()
      const ran: unknown[] = []
      const tool = defineTool({
        name: 't',
        execute: async (input, { progress }) => {
          ran.push(input)
          progress('half')
          await clock.sleep(5)
          return input
        },
      })
      const { run, executor, events } = setUp([tool], { clock, maxParallelTools: 1 })
      executor.subscribe((event) => {
        if (event.type === type) controller.abort()
      })
      const results = await run(callsOf('t', 3), { signal: controller.signal })
      expect(statuses(results)).toEqual(expected)
      expect(ran.length).toBe(expected.filter((each) => !each.endsWith('none')).length)
      expect(executor.stats()).toMatchObject(anyStats)
      expect(new Set(eventsOf(events, 'settled').map(({ index }) => index))).toEqual(new Set([0, 1, 2]))
      expect(eventsOf(events, 'settled').length).toBe(3)
      expect(eventsOf(events, 'batch_settled').length).toBe(1)
      expect(clock.pending).toBe(0)
      expect((await run(callsOf('t', 2))).map(dataOf).length).toBe(2)
    },
  )

  test.each([
    ['an input schema', { inputSchema: (abort: () => void) => z.object({}).refine(() => (abort(), true)) }],
    [
      'an input schema that answers later',
      { inputSchema: (abort: () => void) => z.object({}).refine(async () => (abort(), true)) },
    ],
  ])('I1 an abort from %s settles each call once', async (_what, { inputSchema }) => {
    const controller = new AbortController()
    let runs = 0
    const tool = defineTool({ name: 't', inputSchema: inputSchema(() => controller.abort()), execute: () => ++runs })
    const { run, events, executor } = setUp([tool])
    const results = await run(callsOf('t', 3), { signal: controller.signal })
    expect(statuses(results)).toEqual(['aborted none', 'aborted none', 'aborted none'])
    expect([runs, eventsOf(events, 'settled').length, executor.stats()]).toMatchObject([0, 3, anyStats])
  })

  test.each([
    [
      'a getter of its arguments',
      (abort: () => void) => ({
        get a() {
          return (abort(), 1)
        },
      }),
    ],
    ['toJSON of its arguments', (abort: () => void) => ({ toJSON: () => (abort(), 1) })],
  ])('I1 an abort from %s settles each call once', async (_what, args) => {
    const controller = new AbortController()
    const { run, events } = setUp([defineTool({ name: 't', execute: () => 1 })])
    const results = await run(
      [
        callOf(
          't',
          args(() => controller.abort()),
        ),
        callOf('t'),
      ],
      { signal: controller.signal },
    )
    expect(statuses(results)).toEqual(['aborted none', 'aborted none'])
    expect(eventsOf(events, 'settled').length).toBe(2)
  })

  test('I1 an abort from a getter of the result settles the call once', async () => {
    const controller = new AbortController()
    const tool = defineTool({
      name: 't',
      execute: () => ({
        get a() {
          return (controller.abort(), 1)
        },
      }),
    })
    const { run, events, executor, clock } = setUp([tool])
    expect(statuses(await run([callOf('t')], { signal: controller.signal }))).toEqual(['aborted ended'])
    expect([eventsOf(events, 'settled').length, executor.stats(), clock.pending]).toMatchObject([1, anyStats, 0])
  })
})

test('I14: a tool whose output schema aborts the call has ended, though the schema answers later', async () => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const validate = async (value: unknown): Promise<{ value: unknown }> => {
    abort.abort()
    await clock.sleep(1_000)
    return { value }
  }
  const tool = defineTool({
    name: 'tool',
    outputSchema: { '~standard': { version: 1, vendor: 'test', validate } },
    execute: () => 'done',
  })
  const executor = new ToolExecutor({ tools: [tool], clock, graceMs: 10 })
  const result = await clock.runUntil(executor.call(tool, {}, { signal: abort.signal }))
  expect(result).toMatchObject({ status: 'aborted', execution: 'ended' })
  expect(executor.stats().abandoned).toBe(0)
})

test.each(['abort', 'deadline'] as const)(
  'I13: while the %s of a batch ends its calls, a listener starts no nested call of one that is about to end',
  async (way) => {
    const clock = new VirtualClock()
    const ran: string[] = []
    let nested: ToolContext['executor'] | undefined
    const leaf = defineTool({ name: 'leaf', execute: () => void ran.push('leaf') })
    const inner = defineTool({
      name: 'inner',
      execute: async (_input, { executor }) => {
        nested = executor
        await clock.sleep(100)
      },
    })
    const outer = defineTool({ name: 'outer', execute: (_input, { executor }) => executor.call('inner', {}) })
    const { executor } = setUp([leaf, inner, outer], { clock, graceMs: 1 })
    const late: Promise<ToolResult>[] = []
    executor.subscribe((event) => {
      if (event.type === 'settled' && event.id === 'slot' && nested !== undefined) late.push(nested.call('leaf', {}))
    })
    const controller = new AbortController()
    const batch = executor.openBatch(way === 'abort' ? { signal: controller.signal } : { deadlineMs: 50 })
    batch.reserve({ id: 'slot', name: 'leaf' })
    batch.add(callOf('outer'))
    clock.setTimer(() => controller.abort(), 50)
    await clock.advance(200)
    expect(statuses(await Promise.all(late))).toEqual(['aborted none'])
    expect(ran).toEqual([])
    batch.close()
    await clock.runUntil(batch.results())
    expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, abandoned: 0 })
  },
)
