import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'
import { defineTool, type ToolContent } from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom } from '../../packages/aof-runtime/src/testing/index.ts'
import { bench, finish, toolCall } from './harness.ts'
import { bodyOf, wires } from './wire.ts'

/** Each prompt, as bytes, begins with the one before it. */
function expectGrowing(prompts: readonly string[]): void {
  prompts.slice(1).forEach((prompt, i) => expect(prompt.startsWith((prompts[i] as string).slice(0, -1))).toBe(true))
}

describe('I49: prompt caches', () => {
  const tools = [
    defineTool({
      name: 'beta',
      description: 'b',
      inputSchema: z.object({ q: z.string().describe('the question'), n: z.number().optional() }),
      execute: () => 1,
    }),
    defineTool({ name: 'alpha', inputSchema: { type: 'object', properties: { z: {}, a: {} } }, execute: () => 1 }),
    defineTool({
      name: 'Gamma',
      description: 'g',
      inputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
      execute: () => 1,
    }),
    defineTool({ name: 'alpha2', inputSchema: { type: 'object' }, execute: () => 1 }),
    defineTool({ name: 'é', inputSchema: { type: 'object' }, execute: () => 1 }),
  ]

  test('I49: the same tools have the same bytes, in any order of registration, in every turn and run', async () => {
    const random = new SeededRandom(1)
    const seen = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const { agent, model, end } = bench()
      const talks = model(({ prompt }) => (prompt.length < 4 ? { calls: [{ name: 'alpha' }] } : { text: 'ok' }))
      const given = agent({ model: talks, tools: random.shuffle(tools) })
      for (let run = 0; run < 2; run++) await end(given.run('x'))
      expect(talks.calls).toHaveLength(6)
      for (const { tools: shown } of talks.calls) seen.add(JSON.stringify(shown))
    }
    expect(seen.size).toBe(1)
    const [shown] = seen
    expect(JSON.parse(shown ?? '')).toMatchObject([
      { type: 'function', name: 'Gamma', description: 'g' },
      { name: expect.stringMatching(/^__[A-Za-z0-9]{9}$/) as unknown },
      { name: 'alpha' },
      { name: 'alpha2' },
      { name: 'beta' },
    ])
    expect(shown).not.toContain('readOnlyHint')
  })

  test("I49: each turn's prompt begins with the bytes of the one before, whatever happened in between", async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const mixed: ToolContent[] = [
      { type: 'text', text: 'a' },
      { type: 'image', data: 'aW1n', mimeType: 'image/png' },
    ]
    const made = [
      make('good', ({ n }) => ({ n, at: clock.now(), nested: [{ z: 1, a: 2 }] })),
      make('throws', () => {
        throw new Error('no')
      }),
      make('shows', () => 'hidden', { toContent: () => mixed }),
      make('slow', () => clock.sleep(7)),
    ]
    const talks = model((_, turn) => {
      if (turn === 6) return { text: 'ok' }
      if (turn === 3)
        return [
          { type: 'text-delta', id: 't', delta: '' },
          toolCall('b', 'good'),
          toolCall('a', 'good'),
          toolCall('a', 'none<>', '['),
        ]
      return {
        text: `turn ${turn} `,
        reasoning: 'hm',
        calls: ['slow', 'good', 'throws', 'shows', 'missing'].map((name, n) => ({ id: 'x', name, arguments: { n } })),
      }
    })
    const ended = await end(agent({ model: talks, instructions: 'i', tools: made }).run('x'))
    expect(ended).toMatchObject({ status: 'done', iterations: 7 })
    const prompts = talks.calls.map(({ prompt }) => JSON.stringify(prompt))
    expect(prompts).toHaveLength(7)
    expectGrowing(prompts)
    const { agent: other, model: another, end: endOther } = bench()
    const resumed = another([{ text: 'yes' }])
    await endOther(
      other({ model: resumed, instructions: 'i', tools: made }).run({
        messages: [...ended.messages, { role: 'user', content: [{ type: 'text', text: 'and?' }] }],
      }),
    )
    expectGrowing([...prompts, JSON.stringify(resumed.calls[0]?.prompt)])
  })

  test.each(wires)('I49: the bytes that $name sends begin with those of the turn before', async (wire) => {
    const { agent, model, tool: make, end } = bench()
    const talks = model((_, turn) =>
      turn === 4
        ? { text: 'ok' }
        : {
            text: `turn ${turn}`,
            calls: [
              { id: 'x', name: 'good', arguments: { turn } },
              { id: 'x', name: 'bad', arguments: '{' },
            ],
          },
    )
    await end(agent({ model: talks, tools: [make('good')] }).run('x'))
    const listOf = (body: unknown): string =>
      JSON.stringify(Object.values(body as object).find((value) => Array.isArray(value)))
    const bodies = await Promise.all(
      talks.calls.map(async ({ prompt }) => listOf(await bodyOf(wire, prompt as AgentMessage[]))),
    )
    expect(bodies).toHaveLength(5)
    expectGrowing(bodies)
    for (const { prompt } of talks.calls) expect(wire.faults((await bodyOf(wire, prompt)) as never)).toEqual([])
  })

  test('I49: parts of past turns are the same objects in every later prompt', async () => {
    const { agent, tool: make, model, end } = bench()
    const prompts: AgentMessage[][] = []
    const talks = model([])
    const looks = {
      ...talks,
      doStream: (options: Parameters<typeof talks.doStream>[0]) => (
        prompts.push([...options.prompt]),
        model([prompts.length < 4 ? [toolCall('a', 'good'), finish()] : { text: 'ok' }]).doStream(options)
      ),
    }
    await end(agent({ model: looks, tools: [make('good')] }).run('x'))
    expect(prompts).toHaveLength(4)
    prompts
      .slice(1)
      .forEach((prompt, i) => prompts[i]?.forEach((message, place) => expect(prompt[place]).toBe(message)))
  })
})

describe("I50: the application's context", () => {
  /** Everything in which a secret could be hidden. */
  const spellings = (secret: string): string[] => [
    secret,
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ]

  test("I50: the application's context reaches the tools of its run by reference, and nothing else", async () => {
    const secret = 'canary-4f1c/≈'
    const context = { secret, toJSON: () => `leaked ${secret}` }
    const other = { secret: 'other' }
    const { agent, model, tool: make, clock, end } = bench()
    const got: unknown[] = []
    const lines: string[] = []
    const log = (line: string): void => void lines.push(line)
    const talks = model(({ prompt }) =>
      prompt.length < 6 ? { calls: [{ name: 'looks' }, { name: 'fails' }, { name: 'hangs' }] } : { text: 'ok' },
    )
    const given = agent({
      model: talks,
      tools: [
        make('looks', async (_, ctx) => {
          await clock.sleep(1)
          got.push(ctx.context)
        }),
        make('fails', () => {
          throw new Error('no')
        }),
        make('hangs', () => new Promise(() => {}), { timeoutMs: 20 }),
      ],
      logger: { debug: log, info: log, warn: log, error: log },
      prepareTurn: (told) => void lines.push(JSON.stringify(told)),
      stopWhen: (told) => (lines.push(JSON.stringify(told)), false),
    })
    const subscribed: unknown[] = []
    given.executor.subscribe((event) => subscribed.push(event))
    const runs = [given.run('x', { context }), given.run('y', { context: other }), given.run('z')]
    const events: unknown[] = []
    for (const run of runs) {
      await end(run)
      for await (const event of run) events.push(event)
    }
    expect(got.filter((one) => one === context)).toHaveLength(3)
    expect(got.filter((one) => one === other)).toHaveLength(3)
    expect(got.filter((one) => one === undefined)).toHaveLength(3)
    expect(got).toHaveLength(9)
    const results = await Promise.all(runs.map((run) => run.result))
    const everything = JSON.stringify([talks.calls, lines, subscribed, events, results])
    for (const spelling of spellings(secret)) expect(everything).not.toContain(spelling)
    expect(everything).not.toContain('leaked')
  })
})
