import { describe, expect, test } from 'vitest'
import { type AnyTool, defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf, callsOf, dataOf, deaf, eventsOf, failureOf, revokedProxy, setUp, sleeper } from './harness.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

const t = defineTool({ name: 't', execute: (input) => input })

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('an executor', () => {
  test('an executor lists its tools in the given order', () => {
    const other = defineTool({ name: 'a', execute: () => 1 })
    expect(new ToolExecutor({ tools: [t, other] }).tools).toEqual([t, other])
  })

  test('later changes to the array of tools do not change an executor', async () => {
    const tools: AnyTool[] = [t]
    const executor = new ToolExecutor({ tools })
    tools.pop()
    expect((await executor.executeTools([callOf('t')])).map(({ status }) => status)).toEqual(['succeeded'])
  })

  test('I5 later changes to the array of calls do not change a waiting batch', async () => {
    const calls = callsOf('t', 2)
    const { run } = setUp([t], { maxParallelTools: 1 })
    const running = run(calls)
    calls.length = 0
    expect((await running).length).toBe(2)
  })

  test('every call has its own copy of its arguments before the first one starts (I5)', async () => {
    const shared = { list: [1] }
    const tool = defineTool({
      name: 'mutate',
      execute: (input: { list: number[] }) => {
        shared.list.push(99)
        input.list.push(2)
        return input
      },
    })
    const results = await setUp([tool]).run([callOf('mutate', shared), callOf('mutate', shared)])
    expect(results.map(dataOf)).toEqual([{ list: [1, 2] }, { list: [1, 2] }])
  })

  test('a result has a copy of the returned value, which the tool cannot change later', async () => {
    const kept: { value: number[] } = { value: [1] }
    const [result] = await setUp([defineTool({ name: 'k', execute: () => kept })]).run([callOf('k')])
    kept.value.push(2)
    expect(dataOf(result)).toEqual({ value: [1] })
  })

  test('a tool gets all properties of its context', async () => {
    const context = { user: 'ada', secret: revokedProxy() }
    const seen: unknown[] = []
    const keys = new Set<string>()
    const tool = defineTool<typeof context>()({
      name: 'look',
      execute: (input, ctx) => {
        const { context: own, call, index, attempt, idempotencyKey } = ctx
        seen.push([own === context, call, index, attempt])
        keys.add(idempotencyKey)
        expect(call.arguments).toBe(input)
        ctx.logger.info('from the tool')
        return null
      },
    })
    const { run, lines } = setUp([tool])
    await run([callOf('look', { a: 1 }, 'first'), callOf('look', '{"a":2}', 'second')], { context, run: 'r1', turn: 4 })
    expect(seen).toEqual([
      [true, { id: 'first', name: 'look', arguments: { a: 1 } }, 0, 1],
      [true, { id: 'second', name: 'look', arguments: { a: 2 } }, 1, 1],
    ])
    expect(keys.size).toBe(2)
    expect(
      lines.filter((line) => line.startsWith('INFO Tool [') && line.endsWith('] look: from the tool')).length,
    ).toBe(2)
  })

  test('I50: the context is in no event, log line or result', async () => {
    const { run, events, lines } = setUp([t, deaf().tool], { timeoutMs: 10 })
    const context = { canary: 'CANARY-7f3a' }
    const results = await run([callOf('t'), callOf('deaf'), callOf('nowhere')], { context })
    expect(JSON.stringify([results, events, lines])).not.toContain('CANARY')
  })

  test('I3 unnamed runs get different names, and each call has an idempotency key of its own', async () => {
    const keys: string[] = []
    const tool = defineTool({ name: 'key', execute: (_input, { idempotencyKey }) => keys.push(idempotencyKey) })
    for (const executor of [new ToolExecutor({ tools: [tool] }), new ToolExecutor({ tools: [tool] })]) {
      await executor.executeTools([callOf('key'), callOf('key')])
      await executor.executeTools([callOf('key')])
    }
    expect(new Set(keys).size).toBe(6)
  })

  test('progress causes an event until the call has settled, and nothing afterwards', async () => {
    const clock = new VirtualClock()
    let report: (value: unknown) => void = () => {}
    const tool = defineTool({
      name: 'p',
      execute: async (_input, { progress }) => {
        report = progress
        progress({ done: 1 })
        await clock.sleep(5)
        progress({ done: 2 })
      },
    })
    const { run, events } = setUp([tool], { clock })
    await run([callOf('p')])
    report({ done: 3 })
    expect(eventsOf(events, 'progress').map(({ value, at }) => [value, at])).toEqual([
      [{ done: 1 }, 0],
      [{ done: 2 }, 5],
    ])
  })

  test("a batch's own listener gets only the events of that batch, and a failing one changes nothing", async () => {
    const { executor, clock, events } = setUp([sleeper(new VirtualClock()), t])
    const own: string[] = []
    await clock.runUntil(
      Promise.all([
        executor.executeTools([callOf('t')], { onEvent: ({ type }) => own.push(type), run: 'mine' }),
        executor.executeTools([callOf('t')], {
          onEvent: () => {
            throw new Error('listener')
          },
        }),
      ]),
    )
    expect(own).toEqual(['batch_opened', 'accepted', 'batch_closed', 'started', 'settled', 'batch_settled'])
    expect(eventsOf(events, 'listener_failed').length).toBe(6)
    expect(eventsOf(events, 'batch_settled').length).toBe(2)
  })

  test("a batch's own logger takes its lines", async () => {
    const { run, lines } = setUp([t])
    const own: string[] = []
    const logger = { ...silent, debug: (line: string) => void own.push(line) }
    await run([callOf('t')], { logger })
    expect([own.length, lines.length]).toEqual([2, 0])
  })
})

describe('call', () => {
  test('call runs a registered tool by its name or its object, and a tool that is not registered', async () => {
    const { executor } = setUp([t])
    const foreign = defineTool({ name: 'double', execute: ({ n }: { n: number }) => n * 2 })
    expect(dataOf(await executor.call('t', { a: 1 }))).toEqual({ a: 1 })
    expect(dataOf(await executor.call(t, { a: 2 }))).toEqual({ a: 2 })
    expect(dataOf(await executor.call(foreign, { n: 4 }))).toBe(8)
    expect(dataOf(await executor.call(foreign, { n: 5 }))).toBe(10)
    expect(executor.tools).toEqual([t])
  })

  test('call runs the given tool object, also if another tool of its name is registered', async () => {
    const { executor } = setUp([t])
    expect(dataOf(await executor.call(defineTool({ name: 't', execute: () => 'other' }), {}))).toBe('other')
    expect(dataOf(await executor.call('t', { a: 1 }))).toEqual({ a: 1 })
  })

  test('call takes a text as a value, not as JSON text', async () => {
    const echo = defineTool({ name: 'echo', execute: (text: string) => text })
    expect(dataOf(await setUp([]).executor.call(echo, '{"a":1}'))).toBe('{"a":1}')
  })

  test('I7 call does not reject because of a tool or a name', async () => {
    const { executor } = setUp([])
    expect(failureOf(await executor.call('__proto__', {})).error.code).toBe('unknown_tool')
    const failing = defineTool({ name: 'f', execute: () => Promise.reject(new Error('no')) })
    expect(failureOf(await executor.call(failing, {})).error.message).toBe('no')
  })

  test('each call is a batch of its own', async () => {
    const { executor, events } = setUp([t])
    await executor.call('t', {})
    expect(events.map(({ type }) => type)).toEqual([
      'batch_opened',
      'accepted',
      'started',
      'settled',
      'batch_closed',
      'batch_settled',
    ])
  })
})
