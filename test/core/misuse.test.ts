import { describe, expect, test } from 'vitest'
import {
  type CallOptions,
  defineTool,
  MisuseError,
  ToolExecutor,
  type ToolExecutorOptions,
} from '../../packages/aof-runtime/src/index.ts'
import { ToolExecutor as CoreToolExecutor } from '../../packages/aof-runtime/src/core/executor/executor.ts'
import { callOf, rejectionOf, revokedProxy, thrownBy } from './harness.ts'

const t = defineTool({ name: 't', execute: (input) => input })

const misuseOf = (make: () => unknown): MisuseError => thrownBy(MisuseError, make)

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('misuse throws early, naming option, expectation and value', () => {
  const counts: [keyof ToolExecutorOptions, string][] = [
    ['maxParallelTools', 'a whole number of at least 1, or Infinity'],
    ['maxArgumentsBytes', 'a whole number of at least 2'],
    ['maxResultBytes', 'a whole number of at least 2'],
    ['maxBatchBytes', 'a whole number of at least 2'],
    ['maxSpillBytes', 'a whole number of at least 2'],
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
      /^tool 't'\.inputSchema: expected a usable JSON Schema \(\$ref http:\/\/a\.b\/c leads outside of the schema or to a place that it does not have\), got an object\.$/,
    ],
    ['spill', { tools: [], spill: true }, 'spill: expected an object with a directory, or false, got true.'],
    [
      'spill.directory',
      { tools: [], spill: { directory: '' } },
      'spill.directory: expected the path of a directory, got "".',
    ],
    ['openSpillStore', { tools: [], openSpillStore: {} }, 'openSpillStore: expected a function, got an object.'],
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

  test('the core alone has no validator for JSON Schemas, and its error says so', () => {
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
    ['run', { run: 7 }, 'run: expected a string of 1 to 256 characters, got 7.'],
    ['run.id', { run: { weight: 1 } }, 'run.id: expected a string of 1 to 256 characters, got undefined.'],
    ['run.weight', { run: { id: 'x' } }, 'run.weight: expected a number greater than 0, got undefined.'],
    ['run.weight', { run: { id: 'x', weight: 0 } }, 'run.weight: expected a number greater than 0, got 0.'],
    ['priority', { priority: 101 }, 'priority: expected a whole number from -100 to 100, got 101.'],
    ['maxCalls', { maxCalls: 0 }, 'maxCalls: expected a whole number of at least 1, or Infinity, got 0.'],
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

  test('wrong arguments of subscribe and close are a MisuseError', () => {
    const executor = new ToolExecutor({ tools: [] })
    expect(misuseOf(() => executor.subscribe('log' as never)).message).toBe('listener: expected a function, got "log".')
    expect(misuseOf(() => executor.close({ drainMs: -1 })).message).toBe(
      'drainMs: expected 0 to 2147483647 milliseconds, or Infinity for none, got -1.',
    )
    expect(misuseOf(() => executor.close(null as never)).message).toBe('options: expected an object, got null.')
  })

  test('a MisuseError shows a value without running code of that value', () => {
    expect(misuseOf(() => new ToolExecutor({ tools: [], maxParallelTools: revokedProxy() as never })).message).toBe(
      'maxParallelTools: expected a whole number of at least 1, or Infinity, got an object.',
    )
  })
})

test('an array of calls that throws when it is read is a MisuseError, and the executor still closes', async () => {
  const executor = new ToolExecutor({ tools: [] })
  const calls = new Proxy([{ id: 'a', name: 'a', arguments: {} }], {
    get: (target, key) => {
      if (key === '0') throw new Error('no')
      return Reflect.get(target, key) as unknown
    },
  })
  await expect(executor.executeTools(calls)).rejects.toThrow(MisuseError)
  expect(await executor.close()).toEqual({ abandoned: 0 })
})
