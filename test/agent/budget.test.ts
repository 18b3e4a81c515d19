import { describe, expect, test } from 'vitest'
import { Budget, defineTool, MisuseError, type ToolContext } from '../../packages/aof-runtime/src/index.ts'
import { bench, eventsOf, inWords, takesTime } from './harness.ts'
import { historyFaults, resultsOf } from './history-faults.ts'

const usage = { inputTokens: 100, outputTokens: 10 }

describe('a run with a budget', () => {
  test('a run with a budget of tool calls ends at the first call beyond it; earlier calls keep their results', async () => {
    const { agent, tool, model, end } = bench()
    const talks = model([
      { calls: [{ name: 'work' }, { name: 'work' }] },
      { calls: [{ name: 'work' }, { name: 'work' }] },
      { text: 'never' },
    ])
    const run = agent({ model: talks, tools: [tool('work')] }).run('x', { budget: { toolCalls: 3 } })
    const ended = await end(run)
    expect(ended).toMatchObject({
      status: 'budget',
      exceeded: 'toolCalls',
      iterations: 2,
      calls: { total: 4, succeeded: 3, failed: 1 },
    })
    expect(historyFaults(ended.messages)).toEqual([])
    expect(ended.messages.flatMap((message) => resultsOf(message))).toHaveLength(4)
    expect(talks.calls).toHaveLength(2)
    expect((await eventsOf(run)).map(inWords).at(-1)).toBe('done budget')
  })

  test('a run whose budget just suffices ends as without one', async () => {
    const { agent, tool, model, end } = bench()
    const talks = model([{ calls: [{ name: 'work' }, { name: 'work' }] }, { text: 'ok' }])
    const ended = await end(agent({ model: talks, tools: [tool('work')] }).run('x', { budget: { toolCalls: 2 } }))
    expect(ended).toMatchObject({ status: 'done', text: 'ok' })
    expect(ended).not.toHaveProperty('exceeded')
  })

  test('a run with a budget of tokens or money ends before the next model call; a final answer still counts', async () => {
    for (const [budget, exceeded] of [
      [{ tokens: 150 }, 'tokens'],
      [{ cost: { max: 0.0005, inputPerMillion: 3, outputPerMillion: 15 } }, 'cost'],
    ] as const) {
      const { agent, tool, model, end } = bench()
      const talks = model([
        { calls: [{ name: 'work' }], usage },
        { calls: [{ name: 'work' }], usage },
        { text: 'never', usage },
      ])
      const ended = await end(agent({ model: talks, tools: [tool('work')] }).run('x', { budget }))
      expect(ended).toMatchObject({ status: 'budget', exceeded, iterations: 2, calls: { succeeded: 2 } })
      expect(historyFaults(ended.messages)).toEqual([])
    }
    const { agent, model, end } = bench()
    expect(
      await end(agent({ model: model([{ text: 'long', usage }]) }).run('x', { budget: { tokens: 1 } })),
    ).toMatchObject({
      status: 'done',
      text: 'long',
    })
  })

  test('a run with a budget of time ends at any stage: in a tool, in the model, in a wait before a retry', async () => {
    const { agent, tool, model, end, clock } = bench()
    const talks = model([{ calls: [{ name: 'work', arguments: { ms: 1_000 } }] }, { text: 'never' }])
    const ended = await end(
      agent({ model: talks, tools: [tool('work', takesTime(clock))] }).run('x', { budget: { wallMs: 300 } }),
    )
    expect(ended).toMatchObject({ status: 'budget', exceeded: 'wallMs', wallMs: 300, calls: { failed: 1 } })
    expect(historyFaults(ended.messages)).toEqual([])
    expect(clock.pending).toBe(0)

    const slow = bench()
    const silent = slow.model(async () => {
      await slow.clock.sleep(10_000)
      return { text: 'late' }
    })
    expect(await slow.end(slow.agent({ model: silent }).run('x', { budget: { wallMs: 300 } }))).toMatchObject({
      status: 'budget',
      wallMs: 300,
    })

    const busy = bench()
    const refuses = busy.model(() => {
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '30' } })
    })
    expect(await busy.end(busy.agent({ model: refuses }).run('x', { budget: { wallMs: 300 } }))).toMatchObject({
      status: 'budget',
      wallMs: 300,
    })
    expect(busy.clock.pending).toBe(0)
  })

  test('a run whose budget is used up already starts nothing', async () => {
    const { agent, model, end, clock } = bench()
    const budget = new Budget({ wallMs: 100 })
    budget.start(clock.now())
    await clock.advance(100)
    const talks = model([{ text: 'never' }])
    expect(await end(agent({ model: talks }).run('x', { budget }))).toMatchObject({ status: 'budget', iterations: 0 })
    expect(talks.calls).toHaveLength(0)
  })

  test('a run shares its budget with the runs that its tools start', async () => {
    const { agent, tool, model, end } = bench()
    const sub = agent({
      model: model([{ calls: [{ name: 'work' }, { name: 'work' }, { name: 'work' }] }, { text: 'never' }]),
      tools: [tool('work')],
    })
    const seen: unknown[] = []
    const ask = defineTool({
      name: 'ask',
      inputSchema: { type: 'object' },
      execute: async (_input, { budget, signal }: ToolContext) => {
        const { status, exceeded } = await sub.run('y', { signal, ...(budget && { budget }) }).result
        seen.push([status, exceeded])
        return status
      },
    })
    const main = agent({ model: model([{ calls: [{ name: 'ask' }] }, { text: 'never' }]), tools: [ask] })
    const budget = new Budget({ toolCalls: 3 })
    expect(await end(main.run('x', { budget }))).toMatchObject({ status: 'budget', exceeded: 'toolCalls' })
    expect([seen, budget.used.toolCalls]).toEqual([[['budget', 'toolCalls']], 3])
  })

  test('an invalid budget is misuse', () => {
    const { agent, model } = bench()
    expect(() => agent({ model: model([]) }).run('x', { budget: { toolCalls: -1 } })).toThrow(MisuseError)
  })
})
