import { describe, expect, test } from 'vitest'
import { AgentExecutor, type AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'
import { type Logger, MisuseError, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { scriptedModel } from '../../packages/aof-runtime/src/testing/index.ts'
import { bench, eventsOf, finish, inWords, takesTime, toolCall } from './harness.ts'
import { historyFaults } from './history-faults.ts'
import { assistant, call, result, system, text, tool, user } from './messages.ts'

describe("the agent's loop", () => {
  test('the loop calls the model, runs its calls, sends the results, and ends with the answer', async () => {
    const { agent, model, tool: make, starts, end } = bench()
    const talks = model([
      {
        text: 'Looking.',
        reasoning: 'Two cities.',
        calls: [
          { name: 'weather', arguments: { city: 'Oslo' } },
          { name: 'weather', arguments: { city: 'Rome' } },
        ],
      },
      { text: 'Sunny.' },
    ])
    const given = agent({
      model: talks,
      instructions: 'Be brief.',
      temperature: 0,
      tools: [make('weather', ({ city }) => ({ city, sky: 'clear' }))],
    })
    const ended = await end(given.run('How is it?'))

    const first = assistant(
      { type: 'reasoning', text: 'Two cities.' },
      text('Looking.'),
      call('call-0-0', 'weather', { city: 'Oslo' }),
      call('call-0-1', 'weather', { city: 'Rome' }),
    )
    const results: AgentMessage = {
      role: 'tool',
      content: ['Oslo', 'Rome'].map((city, i) => ({
        type: 'tool-result',
        toolCallId: `call-0-${i}`,
        toolName: 'weather',
        output: { type: 'json', value: { city, sky: 'clear' } },
      })),
    }
    expect(ended).toMatchObject({ status: 'done', text: 'Sunny.', iterations: 2, finishReason: 'stop' })
    expect(ended).not.toHaveProperty('error')
    expect(ended.messages).toEqual([user('How is it?'), first, results, assistant(text('Sunny.'))])
    expect(starts.map(({ input }) => input['city'])).toEqual(['Oslo', 'Rome'])
    expect(talks.calls).toHaveLength(2)
    expect(talks.calls[0]).toMatchObject({ temperature: 0, prompt: [system('Be brief.'), user('How is it?')] })
    expect(talks.calls[1]?.prompt).toEqual([system('Be brief.'), user('How is it?'), first, results])
    expect(talks.calls[0]).not.toHaveProperty('model')
    expect(Object.keys(talks.calls[0] ?? {}).sort()).toEqual(['abortSignal', 'prompt', 'temperature', 'tools'])
  })

  test('all events of a run are emitted, in order', async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const talks = model(
      [
        {
          reasoning: ['hm'],
          text: ['Look', 'ing.'],
          calls: [{ name: 'slow', arguments: { ms: 50 } }, { name: 'fast' }],
          usage: { inputTokens: 3 },
        },
        { text: ['Done.'] },
      ],
      { delayMs: 1 },
    )
    const run = agent({ model: talks, tools: [make('slow', takesTime(clock)), make('fast')] }).run('x')
    const events = eventsOf(run)
    await end(run)
    expect((await events).map(inWords)).toEqual([
      'turn_started',
      'batch_opened',
      'reasoning hm',
      'text Look',
      'text ing.',
      'accepted 0',
      'call_arriving 0',
      'started 0',
      'accepted 1',
      'call_arriving 1',
      'started 1',
      'settled 1 succeeded',
      'model_finished tool-calls',
      'usage',
      'batch_closed',
      'settled 0 succeeded',
      'batch_settled',
      'turn_finished 2',
      'turn_started',
      'batch_opened',
      'text Done.',
      'model_finished stop',
      'usage',
      'batch_closed',
      'batch_settled',
      'turn_finished 0',
      'done done',
    ])
    for (const event of await events) {
      if ('turn' in event && 'run' in event) expect(event.run).toBe(run.id)
      if (event.type === 'call_arriving') expect(event).toMatchObject({ turn: 0, id: `call-0-${event.index}` })
      if (event.type === 'done') expect(event.result).toBe(await run.result)
    }
  })

  test('progress of a tool is among the events', async () => {
    const { agent, model, tool: make, end } = bench()
    const works = make('work', (_, { progress }) => progress('half'))
    const run = agent({ model: model([{ calls: [{ name: 'work' }] }, { text: 'ok' }]), tools: [works] }).run('x')
    await end(run)
    expect(await eventsOf(run)).toContainEqual(expect.objectContaining({ type: 'progress', index: 0, value: 'half' }))
  })

  test('I2: results are in call order, in whatever order the tools finish', async () => {
    const durations = [30, 10, 40, 20, 0]
    const histories = new Set<string>()
    for (let shift = 0; shift < durations.length; shift++) {
      const { agent, model, tool: make, clock, end } = bench()
      const calls = durations.map((_, i) => ({ name: 'work', arguments: { give: i } }))
      let n = 0
      const works = make('work', async ({ give }) => {
        await clock.sleep(durations[(n++ + shift) % durations.length] as number)
        return give
      })
      const { messages } = await end(agent({ model: model([{ calls }, { text: 'ok' }]), tools: [works] }).run('x'))
      histories.add(JSON.stringify(messages))
    }
    expect(histories.size).toBe(1)
    const [, , results] = JSON.parse([...histories][0] ?? '') as AgentMessage[]
    expect(results).toMatchObject({
      content: durations.map((_, i) => ({ toolCallId: `call-0-${i}`, output: { value: i } })),
    })
  })

  test('I7: the model gets failures as results, and the run continues', async () => {
    const { agent, model, tool: make, end } = bench()
    const tools = [
      make('throws', () => {
        throw new Error('no such page')
      }),
      make('works'),
    ]
    const calls = [{ name: 'throws' }, { name: 'works' }, { name: 'missing' }, { name: 'works', arguments: '{"a":' }]
    const ended = await end(agent({ model: model([{ calls }, { text: 'ok' }]), tools }).run('x'))
    expect(ended).toMatchObject({ status: 'done', calls: { total: 4, succeeded: 1, failed: 3 } })
    expect(ended.messages[2]).toMatchObject({
      content: [
        { output: { type: 'error-json', value: { error: { code: 'tool_error', message: 'no such page' } } } },
        { output: { type: 'text', value: 'works done' } },
        { output: { type: 'error-json', value: { error: { code: 'unknown_tool' } } } },
        { output: { type: 'error-json', value: { error: { code: 'unparsable_arguments' } } } },
      ],
    })
  })

  test('the run ends after maxIterations, with the results of the last turn in its history', async () => {
    const { agent, model, tool: make, starts, end } = bench()
    const talks = model((_, turn) => ({ text: `Turn ${turn}.`, calls: [{ name: 'work' }] }))
    const ended = await end(agent({ model: talks, tools: [make('work')], maxIterations: 3 }).run('x'))
    expect(ended).toMatchObject({
      status: 'max_iterations',
      iterations: 3,
      text: 'Turn 2.',
      finishReason: 'tool-calls',
    })
    expect(talks.calls).toHaveLength(3)
    expect(starts).toHaveLength(3)
    expect(ended.messages.at(-1)?.role).toBe('tool')
    expect(historyFaults(ended.messages)).toEqual([])
  })

  test('maxIterations is 10 by default; the last answer counts if it has no calls', async () => {
    const { agent, model, tool: make, end } = bench()
    const tools = [make('work')]
    const turns = Array.from({ length: 9 }, () => ({ calls: [{ name: 'work' }] }))
    expect(await end(agent({ model: model([...turns, { text: 'ok' }]), tools }).run('x'))).toMatchObject({
      status: 'done',
      iterations: 10,
    })
    const more = [...turns, ...turns]
    expect(await end(agent({ model: model(more), tools }).run('x'))).toMatchObject({
      status: 'max_iterations',
      iterations: 10,
    })
  })

  test('toolChoice `required` applies to every turn', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model(() => ({ calls: [{ name: 'work' }] }))
    const ended = await end(
      agent({ model: talks, tools: [make('work')], toolChoice: { type: 'required' }, maxIterations: 2 }).run('x'),
    )
    expect(ended.status).toBe('max_iterations')
    expect(talks.calls.map(({ toolChoice }) => toolChoice)).toEqual([{ type: 'required' }, { type: 'required' }])
  })

  test('an answer without calls that was cut off by its length ends the run, with that finish reason', async () => {
    const { agent, model, end } = bench()
    const ended = await end(agent({ model: model([{ text: 'Once upon', finishReason: 'length' }]) }).run('x'))
    expect(ended).toMatchObject({ status: 'done', finishReason: 'length', text: 'Once upon' })
    expect(ended.messages).toEqual([user('x'), assistant(text('Once upon'))])
  })

  test('an empty answer adds nothing to the history', async () => {
    const { agent, model, end } = bench()
    const ended = await end(agent({ model: model([{}]) }).run('x'))
    expect(ended).toMatchObject({ status: 'done', text: '', messages: [user('x')] })
  })

  test('a run sums up tokens, calls and times', async () => {
    const { agent, model, tool: make, clock, end } = bench()
    const talks = model([
      {
        calls: [
          { name: 'work', arguments: { ms: 30 } },
          { name: 'work', arguments: { ms: 20 } },
        ],
        usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 5 },
      },
      { calls: [{ name: 'none' }] },
      { text: 'ok', usage: { inputTokens: 100, outputTokens: 50 } },
    ])
    const run = agent({ model: talks, tools: [make('work', takesTime(clock))] }).run('x')
    const ended = await end(run)
    expect(ended.usage).toEqual({ inputTokens: 110, cachedInputTokens: 4, outputTokens: 55, reasoningTokens: 0 })
    expect(ended.calls).toEqual({ total: 3, succeeded: 2, failed: 1, runMs: 50 })
    expect(ended.wallMs).toBe(30)
    const told = (await eventsOf(run)).flatMap((event) =>
      event.type === 'usage' ? [[event.usage.inputTokens, event.total.inputTokens]] : [],
    )
    expect(told).toEqual([
      [10, 10],
      [0, 10],
      [100, 110],
    ])
  })
})

describe('a run', () => {
  test('a run continues without readers; a late reader gets the kept events, and there may be several', async () => {
    const { agent, model, tool: make, end } = bench()
    const given = agent({ model: model([{ calls: [{ name: 'work' }] }, { text: ['a', 'b'] }]), tools: [make('work')] })
    const run = given.run('x')
    expect((await end(run)).status).toBe('done')
    const [one, two] = await Promise.all([eventsOf(run), eventsOf(run)])
    expect(one).toEqual(two)
    expect(one[0]?.type).toBe('turn_started')
    expect(one.at(-1)?.type).toBe('done')
  })

  test('a run keeps the newest maxKeptEvents events, and reports the number of missed ones', async () => {
    const { agent, model, end } = bench()
    const run = agent({ model: model([{ text: Array.from('abcdefgh') }]), maxKeptEvents: 4 }).run('x')
    const early = eventsOf(run)
    await end(run)
    const late = await eventsOf(run)
    // Of 16: 2 at the beginning, 8 of text, 5 at the end of the turn, 1 at the end of the run.
    expect(late.map(inWords)).toEqual(['missed 12', 'batch_closed', 'batch_settled', 'turn_finished 0', 'done done'])
    const texts = (await early).flatMap((event) => (event.type === 'text' ? [event.delta] : []))
    expect(texts.join('')).toBe('abcdefgh')
  })

  test('leaving an iteration early has no effect on the run', async () => {
    const { agent, model, tool: make, starts, end } = bench()
    const run = agent({ model: model([{ calls: [{ name: 'work' }] }, { text: 'ok' }]), tools: [make('work')] }).run('x')
    const left = (async () => {
      for await (const event of run) if (event.type === 'turn_started') break
    })()
    expect((await end(run)).status).toBe('done')
    await left
    expect(starts).toHaveLength(1)
  })

  test('a run continues a given history with the same messages, and does not change the given array', async () => {
    const { agent, model, tool: make, end } = bench()
    const talks = model([{ calls: [{ id: 'a', name: 'work' }] }, { text: 'ok' }])
    const before: AgentMessage[] = [
      user('u'),
      assistant(call('a')),
      tool(result('a')),
      assistant(text('t')),
      user('and?'),
    ]
    const copy = structuredClone(before)
    const { messages } = await end(agent({ model: talks, tools: [make('work')] }).run({ messages: before }))
    before.forEach((message, i) => expect(messages[i]).toBe(message))
    expect(before).toEqual(copy)
    expect(messages.slice(before.length)).toMatchObject([
      { content: [{ toolCallId: 'a_2' }] },
      { content: [{ toolCallId: 'a_2' }] },
      { content: [{ text: 'ok' }] },
    ])
    expect(talks.calls[0]?.prompt).toEqual(before)
  })

  test('I4: an invalid history is repaired before the model sees it', async () => {
    const { agent, model, end } = bench()
    const talks = model([{ text: 'ok' }])
    const { messages } = await end(
      agent({ model: talks }).run({ messages: [assistant(call('a')), user('go on'), tool(result('a'))] }),
    )
    const mended = [assistant(call('a')), tool(result('a')), user('go on')]
    expect(talks.calls[0]?.prompt).toEqual(mended)
    expect(messages).toEqual([...mended, assistant(text('ok'))])
  })

  test('system messages and files of a history are sent at their places', async () => {
    const { agent, model, end } = bench()
    const talks = model([{ text: 'ok' }])
    const file: AgentMessage = {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', data: { type: 'url', url: new URL('https://example.org/a.png') } },
      ],
    }
    await end(agent({ model: talks, instructions: 'i' }).run({ messages: [system('a'), file, system('b')] }))
    expect(talks.calls[0]?.prompt).toEqual([system('i'), system('a'), file, system('b')])
  })

  test('with an empty history the model gets only the instructions', async () => {
    const { agent, model, end } = bench()
    const talks = model([{ text: 'ok' }])
    const ended = await end(agent({ model: talks, instructions: 'Tell a joke.' }).run({ messages: [] }))
    expect(talks.calls[0]?.prompt).toEqual([system('Tell a joke.')])
    expect(ended.messages).toEqual([assistant(text('ok'))])
  })

  test("the run's name is part of the idempotency keys; without one each run has its own", async () => {
    const { agent, model, tool: make, starts, end } = bench()
    const given = agent({
      model: model(({ prompt }) =>
        prompt.length === 1 ? { calls: [{ name: 'work' }, { name: 'work' }] } : { text: 'ok' },
      ),
      tools: [make('work')],
    })
    const named = given.run('x', { run: 'nightly' })
    const others = [given.run('x'), given.run('x')]
    for (const run of [named, ...others]) await end(run)
    expect(named.id).toBe('nightly')
    const keys = starts.map(({ key }) => key)
    expect(keys.filter((key) => key.startsWith('nightly')).length).toBe(2)
    expect(new Set([named, ...others].map(({ id }) => id)).size).toBe(3)
    expect(new Set(keys).size).toBe(6)
  })

  test('log lines go to the logger of the run, the agent, or the executor, whichever is nearest', async () => {
    const lines: string[] = []
    const logger = (name: string): Logger => {
      const log = (line: string): void => void lines.push(`${name}: ${line}`)
      return { debug: log, info: log, warn: log, error: log }
    }
    const { model, tool: make, end } = bench()
    const script = ({ prompt }: { prompt: unknown[] }) =>
      prompt.length === 1 ? { calls: [{ name: 'work' }] } : { text: 'ok' }
    const executor = new ToolExecutor({ tools: [make('work')], logger: logger('executor') })
    await end(new AgentExecutor({ model: model(script), executor }).run('x'))
    const agent = new AgentExecutor({ model: model(script), executor, logger: logger('agent') })
    await end(agent.run('x'))
    await end(agent.run('x', { logger: logger('run') }))
    expect(lines.filter((line) => line.endsWith('Executing tool [0]: work'))).toEqual([
      'executor: Executing tool [0]: work',
      'agent: Executing tool [0]: work',
      'run: Executing tool [0]: work',
    ])
  })
})

describe('misuse of an agent', () => {
  const model = scriptedModel([])
  const { tool: make } = bench()
  const executor = new ToolExecutor({ tools: [] })
  test.each([
    ['model', {}],
    ['model', { model: 'openai/gpt' }],
    ['model', { model: { specificationVersion: 'v3', doStream() {} } }],
    ['instructions', { model, instructions: ['be brief'] }],
    ['tools', { model, tools: [], executor }],
    ['maxParallelTools', { model, executor, maxParallelTools: 2 }],
    ['maxParallelTools', { model, maxParallelTools: 0 }],
    ['maxIterations', { model, maxIterations: 0 }],
    ['maxIterations', { model, maxIterations: 1.5 }],
    ['maxKeptEvents', { model, maxKeptEvents: 0 }],
    ['eager', { model, eager: true }],
    ['prepareTurn', { model, prepareTurn: 'hook' }],
    ['stopWhen', { model, stopWhen: true }],
    ['tools', { model, tools: [make('a'), make('a')] }],
    ["tool 'bare'.inputSchema", { model, tools: [{ name: 'bare', execute() {} }] }],
  ])('an invalid agent option is misuse, named at once: %s', (option, options) => {
    expect(() => new AgentExecutor(options as never)).toThrow(MisuseError)
    expect(() => new AgentExecutor(options as never)).toThrow(`${option}: expected`)
  })

  test('the error for an older provider gives advice', () => {
    const older = { specificationVersion: 'v3', doStream() {} }
    expect(() => new AgentExecutor({ model: older as never })).toThrow(
      'this one speaks v3: use a release of its provider for AI SDK 7',
    )
  })

  test.each([
    ['input', undefined, {}],
    ['input', 7, {}],
    ['input.messages', {}, {}],
    ['input.messages[0].content', { messages: [{ role: 'user', content: 'hi' }] }, {}],
    ['signal', 'x', { signal: 'none' }],
    ['run', 'x', { run: '' }],
    ['run', 'x', { run: 'x'.repeat(257) }],
    ['logger', 'x', { logger: { info() {} } }],
  ])('an invalid run option is misuse: %s', (option, input, options) => {
    const agent = new AgentExecutor({ model })
    expect(() => agent.run(input as never, options as never)).toThrow(MisuseError)
    expect(() => agent.run(input as never, options as never)).toThrow(`${option}: expected`)
    expect(model.calls).toHaveLength(0)
  })
})

test('parts without meaning for a run are skipped', async () => {
  const { agent, model, tool: make, end } = bench()
  const talks = model([
    [
      { type: 'stream-start', warnings: [] },
      { type: 'ping' },
      { type: 'raw', rawValue: {} },
      { type: 'response-metadata', id: 'r' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.org' },
      { type: 'custom', kind: 'some.kind', providerMetadata: { some: { a: 1 } } },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aW1n' } },
      toolCall('a', 'work'),
      finish(),
    ],
    { text: 'ok' },
  ])
  const { messages } = await end(agent({ model: talks, tools: [make('work')] }).run('x'))
  expect(messages[1]).toEqual({
    role: 'assistant',
    content: [
      { type: 'custom', kind: 'some.kind', providerOptions: { some: { a: 1 } } },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aW1n' } },
      { type: 'tool-call', toolCallId: 'a', toolName: 'work', input: { n: 1 } },
    ],
  })
})
