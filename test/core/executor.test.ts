import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  type CallOptions,
  defineTool,
  MisuseError,
  ToolExecutor,
  type ToolExecutorOptions,
} from '../../src/index.ts'
import { ToolExecutor as CoreToolExecutor } from '../../src/core/executor.ts'
import {
  callOf,
  callsOf,
  dataOf,
  deaf,
  eventsOf,
  failureOf,
  rejectionOf,
  revokedProxy,
  setUp,
  sleeper,
} from './harness.ts'
import { VirtualClock } from '../../src/testing/index.ts'

const t = defineTool({ name: 't', execute: (input) => input })

function misuseOf(make: () => unknown): MisuseError {
  try {
    make()
  } catch (thrown) {
    if (thrown instanceof MisuseError) return thrown
    throw thrown
  }
  throw new Error('expected a MisuseError')
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('misuse throws early, naming option, expectation and value', () => {
  const counts: [keyof ToolExecutorOptions, string][] = [
    ['maxParallelTools', 'a whole number of at least 1, or Infinity'],
    ['maxArgumentsBytes', 'a whole number of at least 2'],
    ['maxResultBytes', 'a whole number of at least 2'],
  ]
  test.each(
    counts.flatMap(([option, expected]) =>
      [0, -1, 1.5, NaN, '10', null, 1n].map((value) => [option, expected, value] as const),
    ),
  )('%s: expected %s, got %s', (option, expected, value) => {
    const { message, option: named } = misuseOf(() => new ToolExecutor({ tools: [], [option]: value }))
    const shown =
      typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? JSON.stringify(value) : String(value)
    expect([named, message]).toEqual([option, `${option}: expected ${expected}, got ${shown}.`])
  })

  test.each([
    ['timeoutMs', '1 to 2147483647 milliseconds, or Infinity for none', [0, -1, 0.5, NaN, 2 ** 31, '5']],
    ['graceMs', '0 to 60000 milliseconds', [-1, NaN, 60_001, Infinity, '5']],
  ])('%s takes %s', (option, expected, values) => {
    for (const value of values) {
      const { message } = misuseOf(() => new ToolExecutor({ tools: [], [option]: value }))
      expect(message).toBe(
        `${option}: expected ${expected}, got ${typeof value === 'string' ? JSON.stringify(value) : String(value)}.`,
      )
    }
  })

  test.each([
    ['no options', undefined, 'tools: expected an array of tools, got undefined.'],
    ['tools', {}, 'tools: expected an array of tools, got undefined.'],
    ['tools', { tools: { t } }, 'tools: expected an array of tools, got an object.'],
    [
      'tools',
      { tools: [t, defineTool({ name: 't', execute: () => 1 })] },
      `tools: expected tools of different names, got "two named 't'".`,
    ],
    ['a tool', { tools: [{ name: 't' }] }, "tool 't'.execute: expected a function, got undefined."],
    [
      'a schema',
      { tools: [{ ...t, inputSchema: { $ref: 'http://a.b/c' } }] },
      /^tool 't'\.inputSchema: expected a usable JSON Schema \(\$ref http:\/\/a\.b\/c leads out of the schema or to nothing in it\), got an object\.$/,
    ],
    [
      'logger',
      { tools: [], logger: { ...silent, warn: undefined } },
      'logger: expected an object with debug, info, warn and error (warn is missing), got an object.',
    ],
    [
      'logger',
      { tools: [], logger: null },
      'logger: expected an object with debug, info, warn and error (debug is missing), got null.',
    ],
    [
      'clock',
      { tools: [], clock: { now: () => 0 } },
      'clock: expected an object with now and setTimer, got an object.',
    ],
    ['clock', { tools: [], clock: null }, 'clock: expected an object with now and setTimer, got null.'],
    ['random', { tools: [], random: 4 }, 'random: expected a function, got 4.'],
    [
      'compileJsonSchema',
      { tools: [], compileJsonSchema: {} },
      'compileJsonSchema: expected a function, got an object.',
    ],
  ])('%s: %#', (_option, options, message) => {
    const { message: got } = misuseOf(() => new ToolExecutor(options as unknown as ToolExecutorOptions))
    if (typeof message === 'string') expect(got).toBe(message)
    else expect(got).toMatch(message)
  })

  test('the core alone has no validator for JSON Schemas, and says so', () => {
    const tool = defineTool({ name: 't', inputSchema: { type: 'object' }, execute: () => 1 })
    expect(misuseOf(() => new CoreToolExecutor({ tools: [tool] })).message).toBe(
      "compileJsonSchema: expected a compiler, since tool 't'.inputSchema is a JSON Schema, got undefined.",
    )
  })

  const callOptions: [string, unknown, string][] = [
    ['options', null, 'options: expected an object, got null.'],
    ['signal', { signal: {} }, 'signal: expected an AbortSignal, got an object.'],
    ['signal', { signal: new AbortController() }, 'signal: expected an AbortSignal, got an object.'],
    ['run', { run: '' }, 'run: expected a string of 1 to 256 characters, got "".'],
    ['run', { run: 'x'.repeat(257) }, `run: expected a string of 1 to 256 characters, got "${'x'.repeat(57)}…".`],
    ['run', { run: { id: 'x' } }, 'run: expected a string of 1 to 256 characters, got an object.'],
    ['turn', { turn: -1 }, 'turn: expected a whole number of at least 0, got -1.'],
    ['turn', { turn: 1.5 }, 'turn: expected a whole number of at least 0, got 1.5.'],
    ['timeoutMs', { timeoutMs: 0 }, 'timeoutMs: expected 1 to 2147483647 milliseconds, or Infinity for none, got 0.'],
    [
      'timeoutMs',
      { timeoutMs: 2 ** 31 },
      'timeoutMs: expected 1 to 2147483647 milliseconds, or Infinity for none, got 2147483648.',
    ],
    [
      'logger',
      { logger: {} },
      'logger: expected an object with debug, info, warn and error (debug is missing), got an object.',
    ],
    ['onEvent', { onEvent: 'log' }, 'onEvent: expected a function, got "log".'],
  ]
  test.each(callOptions)('the call option %s: %#', async (_option, options, message) => {
    const executor = new ToolExecutor({ tools: [t] })
    const given = options as CallOptions
    for (const rejection of [
      await rejectionOf(executor.executeTools([callOf('t')], given)),
      await rejectionOf(executor.executeTools([], given)),
      await rejectionOf(executor.call('t', {}, given)),
      misuseOf(() => executor.openBatch(given)),
    ]) {
      expect(rejection).toBeInstanceOf(MisuseError)
      expect(rejection).toMatchObject({ message })
    }
  })

  test.each([
    [
      'calls',
      (executor: ToolExecutor) => executor.executeTools({} as never),
      'calls: expected an array of tool calls, got an object.',
    ],
    [
      'calls',
      (executor: ToolExecutor) => executor.executeTools(undefined as never),
      'calls: expected an array of tool calls, got undefined.',
    ],
    [
      'tool',
      (executor: ToolExecutor) => executor.call(undefined as never, {}),
      'tool: expected an object with name and execute, got undefined.',
    ],
    [
      'tool',
      (executor: ToolExecutor) => executor.call({ name: 'x' } as never, {}),
      "tool 'x'.execute: expected a function, got undefined.",
    ],
  ])('%s: %#', async (_option, run, message) => {
    expect(await rejectionOf(run(new ToolExecutor({ tools: [] })))).toMatchObject({ name: 'MisuseError', message })
  })

  test('of subscribe and close', () => {
    const executor = new ToolExecutor({ tools: [] })
    expect(misuseOf(() => executor.subscribe('log' as never)).message).toBe('listener: expected a function, got "log".')
    expect(misuseOf(() => executor.close({ drainMs: -1 })).message).toBe(
      'drainMs: expected 0 to 2147483647 milliseconds, or Infinity for none, got -1.',
    )
    expect(misuseOf(() => executor.close(null as never)).message).toBe('options: expected an object, got null.')
  })

  test('shows a value without running any code of it', () => {
    expect(misuseOf(() => new ToolExecutor({ tools: [], maxParallelTools: revokedProxy() as never })).message).toBe(
      'maxParallelTools: expected a whole number of at least 1, or Infinity, got an object.',
    )
  })
})

describe('an executor', () => {
  test('tells its tools, in the order they were given', () => {
    const other = defineTool({ name: 'a', execute: () => 1 })
    expect(new ToolExecutor({ tools: [t, other] }).tools).toEqual([t, other])
  })

  test('keeps what it was given: later changes to the array change nothing', async () => {
    const tools: AnyTool[] = [t]
    const executor = new ToolExecutor({ tools })
    tools.pop()
    expect((await executor.executeTools([callOf('t')])).map(({ status }) => status)).toEqual(['succeeded'])
  })

  test('the tool that is registered under a name is not changed by a batch that waits (I5)', async () => {
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

  test('gives a copy of what a tool returned, which the tool cannot change later', async () => {
    const kept: { value: number[] } = { value: [1] }
    const [result] = await setUp([defineTool({ name: 'k', execute: () => kept })]).run([callOf('k')])
    kept.value.push(2)
    expect(dataOf(result)).toEqual({ value: [1] })
  })

  test('gives its tools all of their context', async () => {
    const context = { user: 'ada', secret: revokedProxy() }
    const seen: unknown[] = []
    const tool = defineTool<typeof context>()({
      name: 'look',
      execute: (input, ctx) => {
        const { context: own, call, index, attempt, idempotencyKey } = ctx
        seen.push([own === context, call, index, attempt, idempotencyKey])
        expect(call.arguments).toBe(input)
        ctx.logger.info('from the tool')
        return null
      },
    })
    const { run, lines } = setUp([tool])
    await run([callOf('look', { a: 1 }, 'first'), callOf('look', '{"a":2}', 'second')], { context, run: 'r1', turn: 4 })
    expect(seen).toEqual([
      [true, { id: 'first', name: 'look', arguments: { a: 1 } }, 0, 1, 'r1/4/0'],
      [true, { id: 'second', name: 'look', arguments: { a: 2 } }, 1, 1, 'r1/4/1'],
    ])
    expect(lines.filter((line) => line === 'INFO from the tool').length).toBe(2)
  })

  test('I50: the context is in no event, log line or result', async () => {
    const { run, events, lines } = setUp([t, deaf().tool], { timeoutMs: 10 })
    const context = { canary: 'CANARY-7f3a' }
    const results = await run([callOf('t'), callOf('deaf'), callOf('nowhere')], { context })
    expect(JSON.stringify([results, events, lines])).not.toContain('CANARY')
  })

  test('runs without a name are named apart, and each call has a key of its own', async () => {
    const keys: string[] = []
    const tool = defineTool({ name: 'key', execute: (_input, { idempotencyKey }) => keys.push(idempotencyKey) })
    for (const executor of [new ToolExecutor({ tools: [tool] }), new ToolExecutor({ tools: [tool] })]) {
      await executor.executeTools([callOf('key'), callOf('key')])
      await executor.executeTools([callOf('key')])
    }
    expect(new Set(keys).size).toBe(6)
  })

  test('progress is an event until the call is settled, and nothing afterwards', async () => {
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

  test("a batch's own listener gets its events alone, one that fails harms nothing", async () => {
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
  test('runs a registered tool by name or by itself, and one that is not registered', async () => {
    const { executor } = setUp([t])
    const foreign = defineTool({ name: 'double', execute: ({ n }: { n: number }) => n * 2 })
    expect(dataOf(await executor.call('t', { a: 1 }))).toEqual({ a: 1 })
    expect(dataOf(await executor.call(t, { a: 2 }))).toEqual({ a: 2 })
    expect(dataOf(await executor.call(foreign, { n: 4 }))).toBe(8)
    expect(dataOf(await executor.call(foreign, { n: 5 }))).toBe(10)
    expect(executor.tools).toEqual([t])
  })

  test('a tool of the same name that is another one is run itself', async () => {
    const { executor } = setUp([t])
    expect(dataOf(await executor.call(defineTool({ name: 't', execute: () => 'other' }), {}))).toBe('other')
    expect(dataOf(await executor.call('t', { a: 1 }))).toEqual({ a: 1 })
  })

  test('takes a text as a value, not as the JSON of one', async () => {
    const echo = defineTool({ name: 'echo', execute: (text: string) => text })
    expect(dataOf(await setUp([]).executor.call(echo, '{"a":1}'))).toBe('{"a":1}')
  })

  test('never rejects for what a tool or a name does', async () => {
    const { executor } = setUp([])
    expect(failureOf(await executor.call('__proto__', {})).error.code).toBe('unknown_tool')
    const failing = defineTool({ name: 'f', execute: () => Promise.reject(new Error('no')) })
    expect(failureOf(await executor.call(failing, {})).error.message).toBe('no')
  })

  test('is a batch of its own', async () => {
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
