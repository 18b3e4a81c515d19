import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test, vi } from 'vitest'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import { MisuseError, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { bench, eventsOf, inWords, takesTime } from './harness.ts'
import { historyFaults } from './history-faults.ts'

const calls = (count: number, ms: number) => Array.from({ length: count }, () => ({ name: 'work', arguments: { ms } }))

describe('concurrent runs', () => {
  test('I25: runs share the limit of their agent, and nothing else', async () => {
    const { agent, model, tool: make, clock, end } = bench()
    let running = 0
    let most = 0
    const works = make('work', async ({ ms }) => {
      most = Math.max(most, ++running)
      await clock.sleep(Number(ms))
      running--
      return ms
    })
    const talks = model(({ prompt }) =>
      prompt.length < 4 ? { calls: calls(4, prompt.length * 10) } : { text: `ok ${prompt.length}` },
    )
    const given = agent({ model: talks, tools: [works], maxParallelTools: 3 })
    const runs = ['a', 'b', 'c', 'd', 'e'].map((input) => given.run(input))
    const results = []
    for (const run of runs) results.push(await end(run))
    expect(most).toBe(3)
    expect(clock.now()).toBeGreaterThanOrEqual((5 * (4 * 10 + 4 * 30)) / 3)
    results.forEach((ended, i) => {
      expect(ended).toMatchObject({ status: 'done', text: 'ok 5', calls: { total: 8, succeeded: 8 } })
      expect(ended.messages[0]).toMatchObject({ content: [{ text: ['a', 'b', 'c', 'd', 'e'][i] }] })
      expect(historyFaults(ended.messages)).toEqual([])
    })
    for (const run of runs) for (const event of await eventsOf(run)) if ('run' in event) expect(event.run).toBe(run.id)
  })

  test('I6: a run that is aborted, and one that fails, do not affect the others', async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const talks = model(({ prompt }) => {
      const [first] = prompt
      if (first?.role === 'user' && JSON.stringify(first).includes('bad')) return { rejectWith: new Error('no') }
      return prompt.length < 3 ? { calls: calls(3, 100) } : { text: 'ok' }
    })
    const given = agent({ model: talks, tools: [make('work', takesTime(clock))], maxParallelTools: 3 })
    const [good, stopped, bad, last] = ['good', 'stopped', 'bad', 'last'].map((input) => given.run(input))
    clock.setTimer(() => stopped?.abort(), 150)
    // The permit of what was aborted went to who waited for it.
    expect(await end(good!)).toMatchObject({ status: 'done', wallMs: 250, calls: { succeeded: 3 } })
    expect((await end(stopped!)).status).toBe('aborted')
    expect((await end(bad!)).status).toBe('failed')
    expect(await end(last!)).toMatchObject({ status: 'done', calls: { succeeded: 3 } })
  })

  test('agents that share an executor share its limit and its tools', async () => {
    const { model, tool: make, clock, starts, end } = bench()
    const executor = new ToolExecutor({ tools: [make('work', takesTime(clock))], maxParallelTools: 2, clock })
    const script = ({ prompt }: { prompt: unknown[] }) =>
      prompt.length < 3 ? { calls: calls(2, 100) } : { text: 'ok' }
    const runs = [0, 1].map(() => new AgentExecutor({ model: model(script), executor, clock }).run('x'))
    for (const run of runs) await end(run)
    expect(starts.map(({ at }) => at)).toEqual([0, 0, 100, 100])
  })

  test('I34: each tool sees the async context of its own run, whichever run released its permit', async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const store = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const works = make('work', async ({ ms }, { context }) => {
      seen.push([context, store.getStore()])
      await clock.sleep(Number(ms))
      seen.push([context, store.getStore()])
    })
    const talks = model(({ prompt }) => (prompt.length < 4 ? { calls: calls(3, 5) } : { text: 'ok' }), { delayMs: 1 })
    const given = agent({ model: talks, tools: [works], maxParallelTools: 1 })
    const runs = ['a', 'b', 'c'].map((name) => store.run(name, () => given.run('x', { context: name })))
    for (const run of runs) await end(run)
    expect(seen).toHaveLength(3 * 6 * 2)
    for (const [context, stored] of seen as [string, string][]) expect(stored).toBe(context)
  })
})

describe('closing an agent', () => {
  test('a closed agent refuses new runs, lets those under way end, and closes its executor', async () => {
    const { agent, model, tool: make, clock } = bench()
    const talks = model(({ prompt }) => (prompt.length < 4 ? { calls: calls(2, 100) } : { text: 'ok' }))
    const given = agent({ model: talks, tools: [make('work', takesTime(clock))] })
    const run = given.run('x')
    const closed = given.close()
    expect(() => given.run('y')).toThrow(MisuseError)
    expect(() => given.run('y')).toThrow('agent.run(): expected an open agent, got "a closed one".')
    expect(await clock.runUntil(closed)).toEqual({ abandoned: 0 })
    expect(await run.result).toMatchObject({ status: 'done', wallMs: 200, calls: { succeeded: 4 } })
    const [refused] = await given.executor.executeTools([{ id: 'a', name: 'work', arguments: {} }])
    expect(refused).toMatchObject({ status: 'rejected' })
    expect(clock.pending).toBe(0)
  })

  test('after drainMs closing aborts the runs; the model is not called for calls that would be rejected', async () => {
    const { agent, model, tool: make, clock } = bench()
    const talks = model(() => ({ calls: calls(1, 100) }))
    const given = agent({ model: talks, tools: [make('work', takesTime(clock))], maxIterations: 1_000 })
    const run = given.run('x')
    await clock.runUntil(given.close({ drainMs: 350 }))
    const ended = await run.result
    expect(ended).toMatchObject({ status: 'aborted', wallMs: 350, iterations: 4, calls: { total: 4, succeeded: 3 } })
    expect(historyFaults(ended.messages)).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('`await using` waits for a run that is still under way', async () => {
    const { agent, model, tool: make, clock } = bench()
    const ended: unknown[] = []
    const scope = (async () => {
      await using given = agent({
        model: model([{ calls: calls(1, 1_000) }, { text: 'ok' }]),
        tools: [make('work', takesTime(clock))],
      })
      void given.run('x').result.then(({ status }) => ended.push(status))
    })()
    await clock.runUntil(scope)
    expect(ended).toEqual(['done'])
  })

  test('closing returns the number of abandoned tools', async () => {
    const { agent, model, tool: make, clock } = bench()
    const given = agent({
      model: model([{ calls: [{ name: 'deaf' }] }]),
      tools: [make('deaf', () => new Promise(() => {}))],
    })
    const run = given.run('x')
    await clock.advance(1)
    expect(await clock.runUntil(given.close({ drainMs: 0 }))).toEqual({ abandoned: 1 })
    expect((await run.result).status).toBe('aborted')
  })

  test('I29: ended runs are forgotten, so closing does not wait for them', async () => {
    const { agent, model, clock, end } = bench()
    const given = agent({ model: model(() => ({ text: 'ok' })) })
    for (let i = 0; i < 3; i++) await end(given.run('x'))
    const setTimer = vi.spyOn(clock, 'setTimer')
    expect(await given.close({ drainMs: 700 })).toEqual({ abandoned: 0 })
    expect(setTimer).not.toHaveBeenCalledWith(expect.anything(), 700)
  })

  test('closing an agent leaves a given executor open', async () => {
    const { model, tool: make, clock } = bench()
    const executor = new ToolExecutor({ tools: [make('work')], clock })
    const given = new AgentExecutor({ model: model([]), executor, clock })
    expect(await given.close()).toEqual({ abandoned: 0 })
    expect(await executor.executeTools([{ id: 'a', name: 'work', arguments: {} }])).toMatchObject([{ success: true }])
  })

  test('a run whose shared executor is closed ends, and does not call the model repeatedly', async () => {
    const { model, tool: make, clock, end } = bench()
    const executor = new ToolExecutor({ tools: [make('work', takesTime(clock))], clock })
    const talks = model(() => ({ calls: calls(2, 100) }))
    const run = new AgentExecutor({ model: talks, executor, clock }).run('x')
    clock.setTimer(() => void executor.close(), 150)
    const ended = await end(run)
    expect(ended.status).toBe('aborted')
    expect(talks.calls).toHaveLength(3)
    expect(historyFaults(ended.messages)).toEqual([])
    expect((await eventsOf(run)).map(inWords).at(-1)).toBe('done aborted')
  })

  test.each([-1, Number.NaN, 2 ** 31])('an invalid drainMs is misuse: %d', async (drainMs) => {
    const { agent, model } = bench()
    await expect(agent({ model: model([]) }).close({ drainMs })).rejects.toThrow('drainMs: expected')
  })
})
