import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  AdmissionController,
  defineTool,
  type Plan,
  planTool,
  ToolExecutor,
} from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { touch } from '../effects/harness.ts'
import { dataOf, failureOf, setUp, type SetUp, sleeper } from '../harness.ts'

const clockAndTools = (): { clock: VirtualClock; inner: SetUp } => {
  const clock = new VirtualClock()
  const tools = [
    sleeper(clock),
    touch(clock),
    defineTool({ name: 'echo', execute: (input: object) => input }),
    defineTool({
      name: 'square',
      inputSchema: z.object({ n: z.number() }),
      execute: ({ n }) => ({ n: n * n }),
    }),
    defineTool({
      name: 'boom',
      execute: () => {
        throw new Error('boom')
      },
    }),
  ]
  return { clock, inner: setUp(tools, { clock }) }
}

function setUpPlan(): SetUp & { readonly inner: SetUp; plan(plan: unknown): Promise<unknown> } {
  const { clock, inner } = clockAndTools()
  const outer = setUp([planTool(inner.executor)], { clock })
  return {
    ...outer,
    inner,
    plan: async (plan) => {
      const [result] = await outer.run([{ id: 'p', name: 'plan', arguments: plan }])
      return result?.success === true ? (result.data as { results: unknown }).results : result?.error
    },
  }
}

describe('a plan', () => {
  test('I2 a plan runs its steps as soon as they can start, and gives their results in order', async () => {
    const { plan, clock } = setUpPlan()
    const results = await plan({
      steps: [
        {
          id: 'last',
          tool: 'echo',
          arguments: { text: 'n is {{b/n}} and {{ a }}', n: { $result: 'b', pointer: '/n' } },
        },
        { id: 'a', tool: 'sleep', arguments: { ms: 10 } },
        { id: 'b', tool: 'square', arguments: { n: { $result: 'c', pointer: '/ms' } } },
        { id: 'c', tool: 'sleep', arguments: { ms: 5 } },
        { id: 'bad', tool: 'boom' },
        { id: 'after', tool: 'echo', arguments: {}, dependsOn: ['bad'] },
      ],
    })
    expect(clock.now()).toBe(10)
    expect(results).toEqual([
      { id: 'last', tool: 'echo', status: 'succeeded', data: { text: 'n is 25 and {"ms":10}', n: 25 } },
      { id: 'a', tool: 'sleep', status: 'succeeded', data: { ms: 10 } },
      { id: 'b', tool: 'square', status: 'succeeded', data: { n: 25 } },
      { id: 'c', tool: 'sleep', status: 'succeeded', data: { ms: 5 } },
      { id: 'bad', tool: 'boom', status: 'failed', error: { code: 'tool_error', message: 'boom' } },
      {
        id: 'after',
        tool: 'echo',
        status: 'skipped',
        error: {
          code: 'dependency_failed',
          message: "It depends on call 4, 'bad', which has the result 'failed' (boom). Nothing was run.",
        },
      },
    ])
  })

  test.each<[string, unknown, string]>([
    ['no steps', {}, '/steps: expected a list of steps, with at least one'],
    ['an empty one', { steps: [] }, '/steps: expected a list of steps'],
    [
      'an unknown tool',
      { steps: [{ id: 'a', tool: 'nope' }] },
      '/steps/0/tool: expected the name of a tool: sleep, touch',
    ],
    ['a tool of a prototype', { steps: [{ id: 'a', tool: 'constructor' }] }, '/steps/0/tool'],
    ['an impossible id', { steps: [{ id: 'a/b', tool: 'echo' }] }, '/steps/0/id: expected 1 to 64 letters'],
    [
      'two steps of one id',
      {
        steps: [
          { id: 'a', tool: 'echo' },
          { id: 'a', tool: 'echo' },
        ],
      },
      "/steps/1/id: another step has the id 'a'",
    ],
    [
      'a step that there is not',
      { steps: [{ id: 'a', tool: 'echo', dependsOn: ['b'] }] },
      "/steps/0: The call depends on 'b', and there is no such call. The calls are: 'a'",
    ],
    [
      'a template of none',
      { steps: [{ id: 'a', tool: 'echo', arguments: { x: 'about {{b/0}}' } }] },
      "/steps/0: The call depends on 'b'",
    ],
    [
      'a circle',
      {
        steps: [
          { id: 'a', tool: 'echo', arguments: { x: '{{b}}' } },
          { id: 'b', tool: 'echo', dependsOn: ['a'] },
        ],
      },
      "The calls 'a', 'b' depend on one another in a circle",
    ],
    [
      'arguments that do not fit',
      {
        steps: [
          { id: 'a', tool: 'echo' },
          { id: 'b', tool: 'square', arguments: { n: 'two' } },
        ],
      },
      '/steps/1/arguments/n: Invalid input: expected number',
    ],
    ['arguments that are no JSON', { steps: [{ id: 'a', tool: 'echo', arguments: '{"a":' }] }, '/steps/0/arguments'],
    [
      'an impossible pointer',
      { steps: [{ id: 'a', tool: 'echo', arguments: { x: { $result: 'a', pointer: 'x' } } }] },
      'is not a JSON Pointer',
    ],
    [
      'something else in a step',
      { steps: [{ id: 'a', tool: 'echo', timeoutMs: 5 }] },
      '/steps/0/timeoutMs: is not a property of a step',
    ],
    ['too many steps', { steps: Array(101).fill({ id: 'a', tool: 'echo' }) }, 'expected at most 100 steps, found 101'],
  ])('a plan with %s is invalid as a whole, and nothing of it runs', async (_, plan, words) => {
    const { run, inner } = setUpPlan()
    const [result] = await run([{ id: 'p', name: 'plan', arguments: plan }])
    expect(failureOf(result)).toMatchObject({ status: 'invalid', execution: 'none' })
    expect(failureOf(result).error.message).toContain(words)
    expect(inner.events).toEqual([])
  })

  test('arguments of a step that are filled in later are checked at that time', async () => {
    const { plan } = setUpPlan()
    const results = await plan({
      steps: [
        { id: 'a', tool: 'echo', arguments: { n: 'two' } },
        { id: 'b', tool: 'square', arguments: { n: { $result: 'a', pointer: '/n' } } },
        { id: 'c', tool: 'square', arguments: { n: { $result: 'a', pointer: '/m' } } },
      ],
    })
    expect(results).toMatchObject([
      { status: 'succeeded' },
      { status: 'invalid', error: { code: 'invalid_arguments' } },
      { status: 'invalid', error: { code: 'invalid_reference' } },
    ])
  })

  test('a text that would become too long is refused before it is made', async () => {
    const { plan } = setUpPlan()
    const results = await plan({
      steps: [
        { id: 'a', tool: 'echo', arguments: { text: 'x'.repeat(100_000) } },
        { id: 'b', tool: 'echo', arguments: { text: '{{a/text}}'.repeat(20_000) } },
        { id: 'c', tool: 'echo', arguments: { text: '{{a/text}}'.repeat(3) } },
      ],
    })
    expect(results).toMatchObject([
      { status: 'succeeded' },
      {
        status: 'invalid',
        error: {
          code: 'invalid_reference',
          message:
            'The texts in the arguments become longer than 1048576 characters with the results that they refer to. Nothing was run.',
        },
      },
      { status: 'succeeded', data: { text: 'x'.repeat(300_000) } },
    ])
  })

  test('a plan that passes the check has no impossible dependency (property)', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    // Mostly earlier steps; the last name may be of a later one, of the step itself, or of none.
    const named = (place: number, numbers: readonly number[]): string[] =>
      numbers.filter((number) => number < place || number === 4).map((number) => names[number] ?? '')
    const step = fc.record({
      tool: fc.constantFrom('echo', 'boom'),
      refers: fc.array(fc.nat(4), { maxLength: 2 }),
      inText: fc.array(fc.nat(4), { maxLength: 1 }),
      dependsOn: fc.array(fc.nat(4), { maxLength: 1 }),
    })
    const plans = fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) =>
      steps.map(({ tool, refers, inText, dependsOn }, place) => ({
        id: names[place] ?? '',
        tool,
        arguments: {
          refs: named(place, refers).map((id) => ({ $result: id })),
          text: named(place, inText).map((id) => `about {{${id}}}`),
        },
        dependsOn: named(place, dependsOn),
      })),
    )
    let good = 0
    await fc.assert(
      fc.asyncProperty(plans, async (steps) => {
        const { plan } = setUpPlan()
        const results = await plan({ steps })
        if (!Array.isArray(results)) return
        good++
        const codes = (results as { error?: { code: string } }[]).map(({ error }) => error?.code)
        expect(
          codes.filter((code) => code !== undefined && code !== 'tool_error' && code !== 'dependency_failed'),
        ).toEqual([])
      }),
      { numRuns: 500 },
    )
    expect(good).toBeGreaterThan(50)
  })

  test('the steps of a plan are nested calls: their events name the plan, they end with it, and it is suspended meanwhile', async () => {
    const { executor, clock, inner, events } = setUpPlan()
    const stop = new AbortController()
    const running = executor.executeTools(
      [{ id: 'p', name: 'plan', arguments: { steps: [{ id: 'a', tool: 'sleep', arguments: { ms: 20_000 } }] } }],
      { signal: stop.signal },
    )
    await clock.advance(10_000)
    expect(executor.stats()).toMatchObject({ running: 0, suspended: 1 })
    expect(inner.events[0]).toMatchObject({ type: 'batch_opened', madeBy: { index: 0, id: 'p', name: 'plan' } })
    stop.abort()
    const [result] = await clock.runUntil(running)
    expect(result?.status).toBe('aborted')
    expect(inner.events.findLast(({ type }) => type === 'settled')).toMatchObject({ result: { status: 'aborted' } })
    expect(events.at(-1)?.type).toBe('batch_settled')
  })

  test('I7 I11 a schema that throws, rejects or never answers makes a plan invalid, in bounded time', async () => {
    const clock = new VirtualClock()
    const schema = (validate: () => unknown): never =>
      ({ '~standard': { version: 1, vendor: 'test', validate } }) as never
    const tool = (name: string, validate: () => unknown, more: object = {}): ReturnType<typeof sleeper> =>
      defineTool({ name, inputSchema: schema(validate), execute: () => 'ran', ...more })
    const hangs = (): Promise<never> => new Promise(() => {})
    const tools = [
      tool('good', async () => ({ value: {} })),
      tool('throws', () => {
        throw new Error('no schema today')
      }),
      tool('rejects', () => Promise.reject(new Error('nor tomorrow'))),
      tool('hangs', hangs),
      tool('hangs_shortly', hangs, { timeoutMs: 100 }),
    ]
    const inner = setUp(tools, { clock, timeoutMs: 3_000 })
    const outer = setUp([planTool(inner.executor)], { clock })
    const steps = tools.map(({ name }) => ({ id: name, tool: name }))
    const [result] = await outer.run([{ id: 'p', name: 'plan', arguments: { steps } }])
    const { message } = failureOf(result).error
    expect(failureOf(result).status).toBe('invalid')
    expect(clock.now()).toBe(3_000)
    expect(message).toContain("/steps/1/arguments: the input schema of 'throws' failed: no schema today")
    expect(message).toContain("/steps/2/arguments: the input schema of 'rejects' failed: nor tomorrow")
    expect(message).toContain("/steps/3/arguments: the input schema of 'hangs' gave no answer within 3000 ms")
    expect(message).toContain("/steps/4/arguments: the input schema of 'hangs_shortly' gave no answer within 100 ms")
    expect(message).not.toContain('/steps/0')
    expect(inner.events).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('I32 the effects of a plan are those of its steps, which keep order among each other', async () => {
    const clock = new VirtualClock()
    const admission = new AdmissionController({ clock })
    const inner = setUp([touch(clock)], { clock, admission })
    const outer = setUp([planTool(inner.executor), touch(clock)], { clock, admission })
    const write = (id: string, resource: string): Plan['steps'][number] => ({
      id,
      tool: 'touch',
      arguments: { writes: [resource] },
    })
    const order: string[] = []
    for (const { executor } of [inner, outer])
      executor.subscribe((event) => void (event.type === 'started' && order.push(`${event.id} ${event.at}`)))
    await outer.run([
      { id: 'p', name: 'plan', arguments: { steps: [write('s1', 'x'), write('s2', 'x'), write('s3', 'y')] } },
      { id: 'x', name: 'touch', arguments: { writes: ['x'] } },
      { id: 'y', name: 'touch', arguments: { reads: ['y'] } },
      { id: 'z', name: 'touch', arguments: { writes: ['z'] } },
    ])
    expect(order.sort()).toEqual(['p 0', 's1 0', 's2 10', 's3 0', 'x 20', 'y 20', 'z 0'])
  })

  test('a plan whose effects are not known yet delays later calls of its run', async () => {
    const clock = new VirtualClock()
    const inner = setUp([touch(clock), sleeper(clock)], { clock })
    const outer = setUp([planTool(inner.executor), touch(clock)], { clock })
    await outer.run([
      {
        id: 'p',
        name: 'plan',
        arguments: {
          steps: [
            { id: 's', tool: 'sleep', arguments: { ms: 7 } },
            { id: 't', tool: 'touch', arguments: { ms: { $result: 's', pointer: '/ms' }, writes: ['x'] } },
          ],
        },
      },
      { id: 'w', name: 'touch', arguments: { writes: ['elsewhere'] } },
    ])
    expect(outer.events.find((event) => event.type === 'started' && event.id === 'w')?.at).toBe(14)
  })

  test('planTool throws a MisuseError for bad options at once', () => {
    const executor = new ToolExecutor({ tools: [defineTool({ name: 'echo', execute: () => 1 })] })
    expect(() => planTool({} as never)).toThrow('executor: expected a ToolExecutor, got an object.')
    expect(() => planTool(executor, { maxSteps: 0 })).toThrow(
      'maxSteps: expected a whole number from 1 to 1000, got 0.',
    )
    expect(() => planTool(new ToolExecutor({ tools: [] }))).toThrow('executor: expected an executor with tools')
    expect(() => planTool(executor, { name: '' })).toThrow('tool.name')
  })

  test('I49 the definition of the plan tool is the same for the same tools', () => {
    const [a, b] = [1, 2].map((n) => defineTool({ name: `t${n}`, execute: () => n }))
    const shown = [
      [a, b],
      [b, a],
    ].map((tools) => {
      const { description, inputJsonSchema } = planTool(new ToolExecutor({ tools: tools as never }))
      return JSON.stringify({ description, inputJsonSchema })
    })
    expect(shown[0]).toBe(shown[1])
    expect(dataOf({ success: true, data: shown[0] } as never)).toContain('"enum":["t1","t2"]')
  })
})

describe('a plan runs as it was checked', () => {
  test('a text in the JSON text of a plan stays a text', async () => {
    const text = defineTool({ name: 'text', inputSchema: z.string(), execute: (input) => input })
    const { run } = setUp([planTool(setUp([text]).executor)])
    const steps = ['"{\\"x\\":1}"', '"hello"'].map((given, i) => ({ id: `s${i}`, tool: 'text', arguments: given }))
    const [result] = await run([{ id: 'p', name: 'plan', arguments: { steps } }])
    expect((dataOf(result) as { results: { data: unknown }[] }).results.map(({ data }) => data)).toEqual([
      '{"x":1}',
      'hello',
    ])
  })

  test('a step with more dependencies than a plan may have steps is refused before anything runs', async () => {
    const { inner } = clockAndTools()
    const { run } = setUp([planTool(inner.executor)])
    const steps = [
      { id: 'a', tool: 'echo', arguments: {} },
      { id: 'b', tool: 'echo', arguments: {}, dependsOn: Array.from({ length: 101 }, () => 'a') },
    ]
    const [result] = await run([{ id: 'p', name: 'plan', arguments: { steps } }])
    expect(failureOf(result).error.message).toContain('/steps/1/dependsOn: expected no more ids than')
  })

  test('the effects of a plan are those of all its steps, however many, each once', async () => {
    const move = defineTool({
      name: 'move',
      effects: ({ from, to }: { from: string; to: string }) => [
        { resource: from, mode: 'write' as const },
        { resource: to, mode: 'write' as const },
      ],
      execute: () => 1,
    })
    const inner = setUp([move]).executor
    const { run } = setUp([planTool(inner, { maxSteps: 1_000 })])
    const steps = Array.from({ length: 600 }, (_, i) => ({
      id: `s${i}`,
      tool: 'move',
      arguments: { from: i === 0 ? 'a'.repeat(4_096) : `a${i}`, to: `b${i}` },
    }))
    expect((await run([{ id: 'p', name: 'plan', arguments: { steps } }]))[0]?.status).toBe('succeeded')
  })
})
