import { describe, expect, test } from 'vitest'
import type { AgentOptions } from '../../packages/aof-runtime/src/agent/index.ts'
import {
  AdmissionController,
  type AnyTool,
  type ToolEvent,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { bench, takesTime } from './harness.ts'
import { historyFaults } from './history-faults.ts'

/** An agent whose model calls its tools once and then is done. */
function family() {
  const all = bench()
  const { clock, tool: make, agent, model } = all
  const executors: ToolExecutor[] = []
  const events: ToolEvent[] = []
  const member = (
    tools: readonly AnyTool[],
    calls: readonly { name: string; arguments: object }[],
    admission: AdmissionController,
    options: Partial<AgentOptions> = {},
  ) => {
    const executor = new ToolExecutor({ tools, admission, clock, trackNesting: true, graceMs: 5 })
    executor.subscribe((event) => events.push(event))
    executors.push(executor)
    return agent({
      model: model(({ prompt }) => (prompt.length < 3 ? { calls: calls as never } : { text: 'done' })),
      executor,
      ...options,
    })
  }
  const delegate = (name: string, to: ReturnType<typeof agent>, more: Partial<AnyTool> = {}) =>
    make(
      name,
      async ({ task = 'go' }, { signal }) => {
        const { status, text } = await to.run(String(task), { signal }).result
        return `${status}: ${text}`
      },
      more,
    )
  return { ...all, member, delegate, executors, events, work: make('work', takesTime(clock)) }
}

const works = (count: number, ms: number) =>
  Array.from({ length: count }, () => ({ name: 'work', arguments: { ms, give: 'worked' } }))

describe('agents that are tools of agents', () => {
  test('I26: an executor that is given to an agent tracks nesting, so an agent below it has the one permit meanwhile', async () => {
    const { agent, model, delegate, work, clock, end } = family()
    const admission = new AdmissionController({ maxParallel: 1, clock })
    const below = agent({
      model: model([{ calls: works(2, 10) as never }, { text: 'found' }]),
      tools: [work],
      admission,
    })
    const executor = new ToolExecutor({ tools: [delegate('ask', below)], admission, clock })
    const chief = agent({
      model: model([{ calls: [{ name: 'ask', arguments: {} }] }, { text: 'done' }]),
      executor,
    })
    const result = await end(chief.run('go'))
    expect(result).toMatchObject({ status: 'done', calls: { total: 1, succeeded: 1 } })
  })

  test('I13: an agent whose parent call was aborted does not ask its model again, though no signal was passed on', async () => {
    const { agent, model, tool: make, work, clock, end } = family()
    let asked = 0
    const below = agent({
      model: model(() => {
        asked++
        return { calls: works(1, 100) as never }
      }),
      tools: [work],
    })
    const ends: string[] = []
    const ask = make('ask', async () => {
      const { status } = await below.run('task').result
      ends.push(status)
      return status
    })
    const chief = agent({ model: model([{ calls: [{ name: 'ask', arguments: {} }] }]), tools: [ask] })
    const run = chief.run('go')
    await clock.advance(50)
    run.abort()
    expect((await end(run)).status).toBe('aborted')
    await clock.advance(1_000)
    expect([asked, ends]).toEqual([1, ['aborted']])
  })

  test('I26: agents nested three deep, under one permit for the whole process, all finish', async () => {
    const { member, delegate, work, clock, end, executors, events, starts } = family()
    const admission = new AdmissionController({ maxParallel: 1, clock })
    const lowest = member([work], works(3, 10), admission)
    const middle = member(
      [delegate('ask_lowest', lowest), work],
      [{ name: 'ask_lowest', arguments: {} }, { name: 'ask_lowest', arguments: {} }, ...works(1, 10)],
      admission,
    )
    const top = member(
      [delegate('ask_middle', middle)],
      [
        { name: 'ask_middle', arguments: {} },
        { name: 'ask_middle', arguments: {} },
      ],
      admission,
    )
    const result = await end(top.run('go'))
    expect(result).toMatchObject({ status: 'done', calls: { total: 2, succeeded: 2 } })
    expect(historyFaults(result.messages)).toEqual([])
    expect(starts.filter(({ name }) => name === 'work').length).toBe(2 * (2 * 3 + 1))
    // Never more than one ran.
    let running = 0
    let most = 0
    for (const { type } of events) {
      if (type === 'started' || type === 'resumed') most = Math.max(most, ++running)
      if (type === 'settled' || type === 'suspended') running--
    }
    expect([most, running]).toEqual([1, 0])
    expect(admission.stats()).toMatchObject({ running: 0, waiting: 0, suspended: 0, abandoned: 0 })
    for (const executor of executors) expect(executor.stats()).toMatchObject({ running: 0, waiting: 0, suspended: 0 })
  })

  test('I13: an aborted agent aborts all agents below it', async () => {
    const { member, delegate, work, clock, end, starts } = family()
    const admission = new AdmissionController({ maxParallel: 2, clock })
    const lowest = member([work], works(4, 1_000), admission)
    const middle = member([delegate('ask', lowest)], [{ name: 'ask', arguments: {} }], admission)
    const run = member([delegate('ask', middle)], [{ name: 'ask', arguments: {} }], admission).run('go')
    clock.setTimer(() => run.abort(), 200)
    expect(await end(run)).toMatchObject({ status: 'aborted' })
    await clock.advance(10)
    expect(starts.filter(({ name }) => name === 'work').length).toBe(2)
    expect([admission.stats().running, admission.stats().suspended, clock.now() < 300]).toEqual([0, 0, true])
  })

  test('I27: an agent that calls itself is stopped by the depth limit, and its model gets the reason', async () => {
    const { member, delegate, work, clock, end, executors } = family()
    const admission = new AdmissionController({ maxParallel: 3, clock })
    let again: AnyTool | undefined
    const self: AnyTool = {
      name: 'self',
      inputSchema: { type: 'object' },
      execute: (input, ctx) => again?.execute(input as never, ctx as never),
    }
    const agent = member([self, work], [{ name: 'self', arguments: {} }], admission)
    again = delegate('again', agent)
    const result = await end(agent.run('go'))
    expect(result.status).toBe('done')
    const { waiting, suspended, running } = executors[0]?.stats() ?? {}
    expect([waiting, suspended, running]).toEqual([0, 0, 0])
  })

  test("all nested calls of a run count towards the run's share", async () => {
    const { member, delegate, work, clock, starts } = family()
    const admission = new AdmissionController({ maxParallel: 2, clock })
    const lowest = member([work], works(20, 10), admission)
    const big = member(
      [delegate('ask', lowest)],
      [1, 2, 3, 4].map(() => ({ name: 'ask', arguments: {} })),
      admission,
    )
    const small = member([work], works(4, 10), admission)
    const runs = [big.run('go'), small.run('go')]
    const ended = await clock.runUntil(runs[1]!.result)
    expect(ended).toMatchObject({ status: 'done', calls: { succeeded: 4 } })
    // Half of two permits is one: beside eighty its four calls are run one after the other, as they come.
    const own = starts.filter(({ key }) => key.startsWith(`${runs[1]!.id}/`)).map(({ at }) => at)
    expect((own.at(-1) ?? 0) - (own[0] ?? 0)).toBeLessThanOrEqual(45)
    await clock.runUntil(runs[0]!.result)
    expect(starts.filter(({ name }) => name === 'work').length).toBe(84)
  })
})

describe('agents that share a controller', () => {
  test('agents that share a controller get permits according to their weights', async () => {
    const { agent, model, tool: make, clock, starts } = bench()
    const admission = new AdmissionController({ maxParallel: 3, clock })
    const script = { calls: Array.from({ length: 300 }, () => ({ name: 'work', arguments: { ms: 10 } })) }
    const [heavy, light] = [2, 1].map((weight) =>
      agent({
        model: model([script, { text: 'ok' }]),
        tools: [make(`work`, takesTime(clock))],
        admission,
        weight,
        maxParallelTools: 10,
      }).run(`${weight}`),
    )
    await clock.advance(500)
    const counts = [heavy, light].map((run) => starts.filter(({ key }) => key.startsWith(`${run?.id}/`)).length)
    expect((counts[0] ?? 0) / (counts[1] ?? 1)).toBeGreaterThan(1.8)
    expect((counts[0] ?? 0) / (counts[1] ?? 1)).toBeLessThan(2.2)
    await clock.runUntil(Promise.all([heavy?.result, light?.result]))
  })

  test('agents that share a controller are admitted by priority', async () => {
    const { agent, model, tool: make, clock } = bench()
    const admission = new AdmissionController({ maxParallel: 2, clock })
    const script = { calls: Array.from({ length: 20 }, () => ({ name: 'work', arguments: { ms: 10 } })) }
    const [first, last] = [1, 0].map((priority) =>
      agent({
        model: model([script, { text: 'ok' }]),
        tools: [make('work', takesTime(clock))],
        admission,
        priority,
      }).run(''),
    )
    expect((await clock.runUntil(first!.result)).wallMs).toBeLessThanOrEqual(120)
    expect((await clock.runUntil(last!.result)).wallMs).toBeGreaterThanOrEqual(200)
  })

  test('I27: calls beyond maxCallsPerTurn are rejected, and the run continues', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: Array.from({ length: 8 }, () => ({ name: 'work', arguments: {} })) }, { text: 'ok' }])
    const result = await end(agent({ model: talks, tools: [make('work')], maxCallsPerTurn: 5 }).run('go'))
    expect(result).toMatchObject({ status: 'done', calls: { total: 8, succeeded: 5 } })
    expect(historyFaults(result.messages)).toEqual([])
  })
})
