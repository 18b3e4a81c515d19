import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  defineTool,
  type JsonObject,
  type ToolContext,
  ToolExecutor,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { controllerOf, parksOf, work } from './admission/harness.ts'
import { callOf, callsOf, dataOf, eventsOf, failureOf, setUp } from './harness.ts'

const CTX = 'by ctx.executor'
const TRACKED = 'by an executor that tracks nesting'
type Way = typeof CTX | typeof TRACKED

/** A tool that makes calls; `executor` is set once it is there. */
interface Parent {
  readonly tool: AnyTool
  executor: ToolExecutor | undefined
}

function parentOf(
  name: string,
  way: Way,
  nest: (
    executor: Pick<ToolContext['executor'], 'executeTools' | 'call'>,
    input: JsonObject,
    ctx: ToolContext,
  ) => unknown,
  more: Partial<AnyTool> = {},
): Parent {
  const parent: Parent = {
    executor: undefined,
    tool: defineTool<unknown, JsonObject>({
      name,
      ...(more as object),
      execute: async (input, ctx) =>
        (await nest(way === CTX ? ctx.executor : (parent.executor as ToolExecutor), input, ctx)) as never,
    }),
  }
  return parent
}

function setUpNest(way: Way, tools: readonly (AnyTool | Parent)[], options: Parameters<typeof setUp>[1] = {}) {
  const all = setUp(
    tools.map((each) => ('tool' in each ? each.tool : each)),
    { trackNesting: way === TRACKED, ...options },
  )
  for (const each of tools) if ('tool' in each) each.executor = all.executor
  return all
}

const statuses = (results: readonly ToolResult[]): string[] => results.map(({ status }) => status)

describe.each([CTX, TRACKED] as const)('calls that a tool makes %s', (way) => {
  test('I26 nested calls run in one executor with one permit, and the tool continues with it', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', way, async (executor) => {
      await clock.sleep(5)
      const results = await executor.executeTools(callsOf('child', 3))
      await clock.sleep(5)
      return statuses(results)
    })
    const { run, events, executor } = setUpNest(way, [parent, child.tool], { clock, maxParallelTools: 1 })
    const [result] = await run([callOf('parent', {}, 'p')])
    expect(dataOf(result)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(child.starts).toEqual(['c0@5', 'c1@15', 'c2@25'])
    expect(eventsOf(events, 'suspended')).toMatchObject([{ id: 'p', at: 5 }])
    expect(eventsOf(events, 'resumed')).toMatchObject([{ id: 'p', at: 35 }])
    expect([clock.now(), executor.stats().running, clock.pending]).toEqual([40, 0, 0])
  })

  test('I26 tools that call each other (a → b → a) run with limits of one', async () => {
    const clock = new VirtualClock()
    const depths: number[] = []
    const other = (name: string, to: string) =>
      parentOf(
        name,
        way,
        async (executor, { left }) => {
          depths.push(left as number)
          await clock.sleep(1)
          if (left === 0) return 'end'
          return dataOf(await executor.call(to, { left: (left as number) - 1 }))
        },
        { maxParallel: 1 },
      )
    const { run } = setUpNest(way, [other('a', 'b'), other('b', 'a')], { clock, maxParallelTools: 1, maxDepth: 8 })
    const results = await run([callOf('a', { left: 6 }, 'x'), callOf('b', { left: 6 }, 'y')])
    expect(results.map((result) => dataOf(result))).toEqual(['end', 'end'])
    expect(depths.length).toBe(14)
  })

  test('I25 I26 a parent holds no permit of tool or process while its nested calls run', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', way, (executor) => executor.call('child', {}), { maxParallel: 1 })
    const one = setUpNest(way, [parent, child.tool], { clock, admission })
    const all = one.executor.executeTools(callsOf('parent', 4))
    await clock.advance(0)
    expect(admission.stats()).toMatchObject({ running: 1, suspended: 1, waitingFor: { process: 3 } })
    expect(statuses(await clock.runUntil(all))).toEqual(Array(4).fill('succeeded'))
    expect(clock.now()).toBe(40)
  })

  test('I11 the timeouts of a parent stand still while its nested calls run, and go on afterwards', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 1_000)
    const parent = parentOf(
      'parent',
      way,
      async (executor, { after }) => {
        await clock.sleep(20)
        await executor.call('child', {})
        await clock.sleep(after as number)
      },
      { timeoutMs: 50, idleTimeoutMs: 40 },
    )
    const { run } = setUpNest(way, [parent, child.tool], { clock, graceMs: 0 })
    expect(statuses(await run([callOf('parent', { after: 15 })]))).toEqual(['succeeded'])
    const [idle] = await run([callOf('parent', { after: 25 })])
    expect(failureOf(idle)).toMatchObject({ error: { code: 'idle_timeout' }, timing: { runMs: 1_040 } })
  })

  test('I11 the deadline of a parent runs on while its nested calls run', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 1_000)
    const parent = parentOf('parent', way, (executor) => executor.call('child', {}))
    const { run } = setUpNest(way, [parent, child.tool], { clock })
    const [result] = await run([{ ...callOf('parent'), deadlineMs: 300 }])
    expect(failureOf(result)).toMatchObject({ status: 'timed_out', error: { code: 'deadline' } })
    expect([clock.now(), clock.pending, child.running]).toEqual([300, 0, 0])
  })

  test('a call that resumes comes before all calls that want to start, whatever their priority', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const worked = work(clock, 'w', 10, { priority: 100 })
    const parent = parentOf('parent', way, async (executor) => {
      await executor.call('child', {})
      await clock.sleep(10)
    })
    const { run, events } = setUpNest(way, [parent, child.tool, worked.tool], { clock, maxParallelTools: 2 })
    await run([callOf('parent', {}, 'p'), ...callsOf('w', 6)])
    const resumedAt = eventsOf(events, 'resumed')[0]?.at
    expect(resumedAt).toBeLessThanOrEqual(20)
    expect(child.starts.length).toBe(1)
  })

  test('deeper calls of a run start first', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', way, (executor) => executor.executeTools(callsOf('child', 2)))
    const { run, events } = setUpNest(way, [parent, child.tool], { clock, maxParallelTools: 1 })
    await run(callsOf('parent', 3).map((call, i) => ({ ...call, id: `p${i}` })))
    const ended = eventsOf(events, 'settled').map(({ id }) => id)
    expect(ended.filter((id) => id.startsWith('p'))).toEqual(['p0', 'p1', 'p2'])
    // Each is done before the next begins.
    expect(ended).toEqual(['c0', 'c1', 'p0', 'c0', 'c1', 'p1', 'c0', 'c1', 'p2'])
  })

  test('nested calls have at least the priority of their parent', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10, { priority: -5 })
    const worked = work(clock, 'w', 10)
    const parent = parentOf('parent', way, (executor) => executor.call('child', {}))
    const { executor } = setUpNest(way, [parent, child.tool, worked.tool], { clock, maxParallelTools: 1 })
    const all = [
      executor.executeTools([{ ...callOf('parent'), priority: 3 }]),
      executor.executeTools(callsOf('w', 3).map((call, i) => ({ ...call, priority: i + 1 }))),
    ]
    await clock.runUntil(Promise.all(all))
    expect([child.starts, worked.starts]).toEqual([['call-0@0'], ['c2@10', 'c1@20', 'c0@30']])
  })

  test('nested calls belong to the run of their parent, however many they are', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', way, (executor) => executor.executeTools(callsOf('child', 100)))
    const { executor } = setUpNest(way, [parent, child.tool], { clock, maxParallelTools: 2, quiet: true })
    const all = executor.executeTools(callsOf('parent', 4), { run: 'many' })
    const few = executor.executeTools([callOf('child', {}, 'few1'), callOf('child', {}, 'few2')])
    await clock.advance(40)
    expect(child.ends.filter((end) => end.startsWith('few')).length).toBe(2)
    await clock.runUntil(Promise.all([all, few]))
  })

  test('I13 nested calls are aborted when their parent ends, and it never resumes', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 1_000)
    const parent = parentOf('parent', way, (executor) => {
      void executor.executeTools(callsOf('child', 3))
      return 'left them'
    })
    const { run, events } = setUpNest(way, [parent, child.tool], { clock, maxParallelTools: 2 })
    const [result] = await run([callOf('parent', {}, 'p')])
    expect(dataOf(result)).toBe('left them')
    await clock.advance(100)
    const ends = eventsOf(events, 'settled').filter(({ name }) => name === 'child')
    expect(ends.map(({ result: { status } }) => status)).toEqual(['aborted', 'aborted', 'aborted'])
    expect([clock.now(), clock.pending]).toEqual([100, 0])
  })

  test('I13 nested calls are aborted with their parent, with its reason', async () => {
    const clock = new VirtualClock()
    const abort = new AbortController()
    const reasons: unknown[] = []
    const child = defineTool({
      name: 'child',
      execute: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            reject(signal.reason as Error)
          })
        }),
    })
    const parent = parentOf('parent', way, (executor) => executor.executeTools(callsOf('child', 2)))
    const { executor } = setUpNest(way, [parent, child], { clock, maxParallelTools: 1 })
    const all = executor.executeTools([callOf('parent'), callOf('parent')], { signal: abort.signal })
    await clock.advance(5)
    abort.abort('enough')
    expect(statuses(await clock.runUntil(all))).toEqual(['aborted', 'aborted'])
    expect([reasons, executor.stats(), clock.pending]).toMatchObject([
      ['enough'],
      { running: 0, waiting: 0, suspended: 0, abandoned: 0 },
      0,
    ])
  })

  test('I27 nested calls that are too deep or too many are rejected, and the message says so', async () => {
    const clock = new VirtualClock()
    const results: ToolResult[] = []
    const parent = parentOf('parent', way, async (executor, { left }) => {
      if (left !== undefined) results.push(await executor.call('parent', { left: (left as number) - 1 }))
      else results.push(...(await executor.executeTools(callsOf('child', 5))))
    })
    const { run } = setUpNest(way, [parent, work(clock, 'child', 1).tool], { clock, maxDepth: 2, maxNestedCalls: 3 })
    await run([callOf('parent', { left: 3 })])
    expect(failureOf(results[0])).toMatchObject({ status: 'rejected', error: { code: 'too_deep' } })
    expect(statuses(results.slice(1))).toEqual(['succeeded', 'succeeded'])
    results.splice(0)
    await run([callOf('parent')])
    expect(statuses(results)).toEqual(['succeeded', 'succeeded', 'succeeded', 'rejected', 'rejected'])
    expect(failureOf(results[4]).error).toMatchObject({
      code: 'too_many_calls',
      message: expect.stringContaining('3') as string,
    })
  })

  test('the events of nested calls name what they wait for, and so does the event of a parent that waits to resume', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const worked = work(clock, 'w', 30)
    const parent = parentOf('parent', way, (executor) => executor.call('child', {}), { maxParallel: 1 })
    const { run, events } = setUpNest(way, [parent, child.tool, worked.tool], { clock, maxParallelTools: 1 })
    await run([callOf('parent', {}, 'p'), callOf('w', {}, 'w1')])
    expect(parksOf(events, 'w1')).toEqual(['executor@0'])
    expect(events.filter(({ type }) => type === 'suspended' || type === 'resumed').length).toBe(2)
  })
})

describe('a call that a tool makes by ctx.executor', () => {
  test('a call by ctx.executor has the context, logger and budget of its parent, and a stable idempotency key of its own', async () => {
    const clock = new VirtualClock()
    const seen: unknown[] = []
    const child = defineTool({
      name: 'child',
      execute: (_, { context, idempotencyKey }) => void seen.push([context, idempotencyKey]),
    })
    const parent = parentOf('parent', CTX, async (executor, _, { idempotencyKey }) => {
      seen.push(idempotencyKey)
      await executor.executeTools(callsOf('child', 2))
      await executor.call('child', {})
    })
    const { run, lines } = setUpNest(CTX, [parent, child], { clock })
    await run([callOf('parent')], { run: 'r', turn: 4, context: 'mine' })
    expect(seen.slice(1)).toEqual(Array(3).fill(['mine', expect.any(String)]))
    expect(new Set(seen.flat()).size).toBe(5)
    const before = [...seen]
    await run([callOf('parent')], { run: 'r', turn: 4, context: 'mine' })
    expect(seen.slice(4)).toEqual(before)
    expect(lines.some((line) => line.includes('child'))).toBe(true)
  })

  test('I13 a call by ctx.executor never runs once the call of the tool has ended', async () => {
    const clock = new VirtualClock()
    const late = Promise.withResolvers<ToolResult>()
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', CTX, (executor) => {
      void clock.sleep(50).then(async () => late.resolve(await executor.call('child', {})))
    })
    const { run } = setUpNest(CTX, [parent, child.tool], { clock })
    await run([callOf('parent')])
    const result = await clock.runUntil(late.promise)
    expect([result.status, result.execution, child.starts]).toEqual(['aborted', 'none', []])
  })

  test('calls by ctx.executor may fill an open batch', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const parent: AnyTool = defineTool({
      name: 'parent',
      execute: async (_, { executor }) => {
        const batch = executor.openBatch()
        for (const call of callsOf('child', 3)) batch.add(call)
        batch.close()
        return statuses(await batch.results())
      },
    })
    const { run } = setUp([parent, child.tool], { clock, maxParallelTools: 1 })
    const [result] = await run([callOf('parent')])
    expect([dataOf(result), clock.now()]).toEqual([['succeeded', 'succeeded', 'succeeded'], 30])
  })
})

describe('nesting without tracking', () => {
  test('a tool that calls an executor which does not track keeps its permit', async () => {
    const clock = new VirtualClock()
    const child = work(clock, 'child', 10)
    const parent = parentOf('parent', TRACKED, (executor) => executor.call('child', {}))
    const { run, executor } = setUp([parent.tool, child.tool], { clock, maxParallelTools: 2 })
    parent.executor = executor
    expect(statuses(await run([callOf('parent')]))).toEqual(['succeeded'])
    expect(executor.stats().suspended).toBe(0)
  })

  test('nested calls in another executor are tracked if the executor of the running tool tracks', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const child = work(clock, 'child', 10)
    const inner = setUp([child.tool], { clock, admission }).executor
    const parent = parentOf('parent', TRACKED, (executor) => executor.call('child', {}))
    const outer = setUp([parent.tool], { clock, admission, trackNesting: true })
    parent.executor = inner
    expect(statuses(await outer.run([callOf('parent')]))).toEqual(['succeeded'])
  })
})

describe('a call that waits for a slot that only it can complete', () => {
  test.each([
    ['a place that it has reserved, and not filled', { reserves: true, dependsOn: undefined }],
    ['a call that never comes', { reserves: false, dependsOn: ['later'] }],
  ])(
    'I26 a call that waits for a slot that only it can complete runs out of time: %s',
    async (_what, { reserves, dependsOn }) => {
      const clock = new VirtualClock()
      const write = defineTool({ name: 'write', effects: () => [{ resource: 'x', mode: 'write' }], execute: () => 1 })
      const maker = defineTool({
        name: 'maker',
        timeoutMs: 200,
        execute: async (_input, ctx) => {
          const batch = ctx.executor.openBatch()
          if (reserves) batch.reserve({ id: '0', name: 'write' })
          return batch.add({ id: '1', name: 'write', arguments: {}, ...(dependsOn && { dependsOn }) }).result()
        },
      })
      const { run, executor } = setUp([write, maker], { clock })
      expect((await run([callOf('maker')]))[0]?.status).toBe('timed_out')
      expect(executor.stats()).toMatchObject({ running: 0, suspended: 0, waiting: 0 })
    },
  )

  test('I11 the timeout of a parent stands still while its nested calls wait for calls of others', async () => {
    const clock = new VirtualClock()
    const write = defineTool({
      name: 'write',
      effects: () => [{ resource: 'x', mode: 'write' }],
      execute: ({ ms }: { ms: number }) => clock.sleep(ms),
    })
    const maker = defineTool({
      name: 'maker',
      timeoutMs: 20,
      execute: async (_input, ctx) => (await ctx.executor.call('write', { ms: 1 })).status,
    })
    const { run } = setUp([write, maker], { clock })
    const [, made] = await run([callOf('write', { ms: 300 }), callOf('maker')])
    expect(dataOf(made)).toBe('succeeded')
  })
})

describe('a tool that goes on though its call was aborted', () => {
  test('I13 a tool that continues after the abort of its call starts nothing more, by any executor', async () => {
    const clock = new VirtualClock()
    const ran: string[] = []
    const inner = defineTool({ name: 'inner', execute: () => void ran.push('inner') })
    const made: string[] = []
    const outer: AnyTool = defineTool({
      name: 'outer',
      execute: async () => {
        await clock.sleep(300)
        made.push((await executor.call('inner', {})).status)
      },
    })
    const { executor } = setUp([inner, outer], { clock, trackNesting: true })
    const abort = new AbortController()
    const running = executor.executeTools([callOf('outer')], { signal: abort.signal })
    clock.setTimer(() => abort.abort(), 50)
    expect((await clock.runUntil(running))[0]?.execution).toBe('unknown')
    await clock.advance(400)
    expect([made, ran]).toEqual([['aborted'], []])
  })

  test('tracked nested calls have the same idempotency keys in each attempt of their parent', async () => {
    const clock = new VirtualClock()
    const keys: string[] = []
    const inner = defineTool({ name: 'inner', execute: (_input, ctx) => void keys.push(ctx.idempotencyKey) })
    const outer: AnyTool = defineTool({
      name: 'outer',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 1 },
      execute: async (_input, ctx) => {
        await executor.call('inner', {})
        await executor.call('inner', {})
        if (ctx.attempt === 1) throw new Error('again')
      },
    })
    const { executor } = setUp([inner, outer], { clock, trackNesting: true })
    await clock.runUntil(executor.executeTools([callOf('outer')]))
    expect(keys.slice(0, 2)).toEqual(keys.slice(2))
    expect(new Set(keys).size).toBe(2)
  })
})

describe('code that a tool leaves behind', () => {
  test.each([
    ['its tool has ended after the signal', true],
    ['its tool had ended before', false],
  ])('I13 code of an aborted batch starts no call on a tracking executor, though %s', async (_how, isCut) => {
    const clock = new VirtualClock()
    const later: Promise<unknown>[] = []
    const leave = defineTool({
      name: 'leave',
      execute: async (_, { signal }) => {
        later.push(clock.sleep(50).then(() => executor.executeTools([callOf('ok')])))
        if (isCut) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    const wait = defineTool({ name: 'wait', execute: () => clock.sleep(1_000) })
    const ok = defineTool({ name: 'ok', execute: () => 1 })
    const executor = new ToolExecutor({ tools: [leave, wait, ok], clock, trackNesting: true })
    const controller = new AbortController()
    const pending = executor.executeTools([callOf('leave'), callOf('wait')], { signal: controller.signal })
    await clock.advance(10)
    controller.abort()
    const [left] = await clock.runUntil(pending)
    expect(left?.status).toBe(isCut ? 'aborted' : 'succeeded')
    expect(await clock.runUntil(Promise.all(later))).toMatchObject([[{ status: 'aborted', execution: 'none' }]])
  })
})

test('I13, I26 a listener of a failed attempt that completes a nested call of it starts none, and suspends nothing', async () => {
  const clock = new VirtualClock()
  const fills: (() => void)[] = []
  const ok = defineTool({ name: 'ok', execute: () => 1 })
  const flaky = defineTool({
    name: 'flaky',
    annotations: { readOnlyHint: true },
    retry: { maxAttempts: 2, initialDelayMs: 5 },
    execute: (_, { attempt, executor: nested }) => {
      if (attempt === 2) return 'done'
      const slot = nested.openBatch().reserve({ id: 'n', name: 'ok' })
      fills.push(() => slot.complete({}))
      throw new Error('busy')
    },
  })
  const executor = new ToolExecutor({ tools: [ok, flaky], clock })
  const types: string[] = []
  executor.subscribe(({ type }) => {
    types.push(type)
    if (type === 'attempt_failed') fills.pop()?.()
  })
  const [result] = await clock.runUntil(executor.executeTools([callOf('flaky')]))
  expect(dataOf(result)).toBe('done')
  expect(types.filter((type) => type === 'suspended' || type === 'started')).toEqual(['started', 'started'])
  expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, suspended: 0 })
})
