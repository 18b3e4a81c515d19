import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import { type AnyTool, defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { scriptedModel, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

function tools(clock: VirtualClock): AnyTool[] {
  return [
    defineTool({
      name: 'look_up',
      inputSchema: z.object({ topic: z.string() }),
      execute: async ({ topic }) => {
        await clock.sleep(10)
        return { about: topic }
      },
    }),
    defineTool({
      name: 'note',
      effectScope: 'notes',
      inputSchema: z.object({ text: z.string() }),
      execute: async ({ text }) => {
        await clock.sleep(10)
        return text
      },
    }),
  ]
}

const STEPS = [
  { id: 'a', tool: 'look_up', arguments: { topic: 'tides' } },
  { id: 'b', tool: 'look_up', arguments: { topic: 'moons' } },
  { id: 'n', tool: 'note', arguments: { text: '{{a/about}} and {{b/about}}' } },
]

describe('an agent with `plan`', () => {
  test('an agent with `plan` offers its model a tool for plans of its other tools', async () => {
    const clock = new VirtualClock()
    const model = scriptedModel([{ calls: [{ name: 'plan', arguments: { steps: STEPS } }] }, { text: 'noted' }], {
      clock,
    })
    const agent = new AgentExecutor({ model, tools: tools(clock), plan: true, clock })
    const { status, messages } = await clock.runUntil(agent.run('go').result)
    expect(status).toBe('done')
    expect(model.calls[0]?.tools?.map(({ name }) => name)).toEqual(['look_up', 'note', 'plan'])
    expect(JSON.stringify(model.calls[0]?.tools?.[2])).toContain('"enum":["look_up","note"]')
    expect(JSON.stringify(messages)).toContain('tides and moons')
    expect(clock.now()).toBe(20)
  })

  test('the model gets the error of an invalid plan as a result, and can correct it', async () => {
    const clock = new VirtualClock()
    const bad = [{ ...STEPS[0], tool: 'lookup' }]
    const model = scriptedModel([{ calls: [{ name: 'go', arguments: { steps: bad } }] }, { text: 'sorry' }], { clock })
    const agent = new AgentExecutor({ model, tools: tools(clock), plan: { name: 'go', maxSteps: 3 }, clock })
    const { messages } = await clock.runUntil(agent.run('go').result)
    expect(JSON.stringify(messages)).toContain('/steps/0/tool: expected the name of a tool: look_up, note')
  })

  test('`plan` is refused for an agent with a given executor', () => {
    const executor = new ToolExecutor({ tools: [] })
    const model = scriptedModel([])
    expect(() => new AgentExecutor({ model, executor, plan: true })).toThrow('plan: expected either plan or executor')
    expect(() => new AgentExecutor({ model, plan: 7 as never })).toThrow('plan: expected an object, got 7.')
    expect(() => new AgentExecutor({ model, executor, effects: 'off' })).toThrow('effects: expected either effects or')
  })
})

test('I32: writes of a turn run in order; with `effects: off` they run side by side', async () => {
  const lasts = await Promise.all(
    (['on', 'off'] as const).map(async (effects) => {
      const clock = new VirtualClock()
      const calls = ['one', 'two', 'three'].map((text) => ({ name: 'note', arguments: { text } }))
      const model = scriptedModel([{ calls }, { text: 'done' }], { clock })
      const agent = new AgentExecutor({ model, tools: tools(clock), effects, clock })
      await clock.runUntil(agent.run('go').result)
      return clock.now()
    }),
  )
  expect(lasts).toEqual([30, 10])
})
