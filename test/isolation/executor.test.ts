/** Isolated tools as applications use them: by the executor. */
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Clock,
  defineTool,
  systemClock,
  type ToolCall,
  ToolExecutor,
  type ToolEvent,
} from '../../packages/aof-runtime/src/index.ts'
import { MODES, tools } from './harness.ts'

/**
 * A twentieth of the machine's speed. An end by force is awaited for 250 ms on the executor's clock, and a loaded machine may
 * take longer to end a process.
 */
const slowClock: Clock = {
  now: () => systemClock.now() / 20,
  setTimer: (callback, delayMs, options) => systemClock.setTimer(callback, delayMs * 20, options),
}

describe.each(MODES)('I28: an executor with tools in a %s', (mode) => {
  const isolated = (name: string, options: { readonly timeoutMs?: number; readonly maxMemoryMb?: number } = {}) => {
    const { maxMemoryMb, ...others } = options
    return defineTool({
      name,
      isolation: { mode, module: tools, export: name, ...(maxMemoryMb === undefined ? {} : { maxMemoryMb }) },
      ...others,
    })
  }
  const executor = new ToolExecutor({
    clock: slowClock,
    tools: [
      isolated('default'),
      isolated('loops', { timeoutMs: 100 }),
      isolated('backtracks', { timeoutMs: 100 }),
      isolated('waitsForEver', { timeoutMs: 100 }),
      isolated('exits'),
      isolated('strays'),
      isolated('throws'),
      isolated('missing'),
      isolated('speaks'),
      isolated('growsArray', { maxMemoryMb: 32 }),
      defineTool({
        name: 'transformed',
        inputSchema: z.object({ n: z.number() }).transform(({ n }) => ({ n: () => n })),
        isolation: { mode, module: tools },
      }),
    ],
  })
  afterAll(() => executor.close())
  const calls = (...list: readonly (readonly [name: string, input: unknown])[]): ToolCall[] =>
    list.map(([name, input], index) => ({ id: `c${index}`, name, arguments: input }))

  test('I1, I6: in isolation every call has its result, and faults change no other result', async () => {
    const results = await executor.executeTools(
      calls(
        ['default', { n: 1 }],
        ['loops', {}],
        ['default', { n: 2 }],
        ['backtracks', {}],
        ['exits', { code: 1 }],
        ['default', { n: 3 }],
        ['throws', { what: 'null' }],
        ['strays', {}],
        ['missing', {}],
        ['growsArray', {}],
        ['transformed', { n: 1 }],
        ['waitsForEver', {}],
        ['default', { n: 4 }],
      ),
    )
    expect(results.map(({ status, execution }) => `${status}, ${execution}`)).toEqual([
      'succeeded, ended',
      'timed_out, ended',
      'succeeded, ended',
      'timed_out, ended',
      'lost, unknown',
      'succeeded, ended',
      'failed, ended',
      'lost, unknown',
      'failed, ended',
      'lost, unknown',
      'failed, ended',
      'timed_out, ended',
      'succeeded, ended',
    ])
    expect(results.flatMap((result) => (result.success ? [result.data] : []))).toEqual([1, 4, 9, 16])
    const words = results.flatMap((result) => (result.status === 'timed_out' ? [result.error.message] : []))
    expect(words[0]).toContain(`so its ${mode} was ended by force; it may have acted before that.`)
    expect(words.join()).not.toContain('what it returned')
  })

  test('progress and log lines of an isolated tool belong to its call', async () => {
    const events: ToolEvent[] = []
    const lines: string[] = []
    const write = (line: string): void => void lines.push(line)
    const unsubscribe = executor.subscribe((event) => void events.push(event))
    const logger = { debug: write, info: write, warn: write, error: write }
    await executor.executeTools(calls(['speaks', {}]), { logger })
    unsubscribe()
    expect(events.flatMap((event) => (event.type === 'progress' ? [event.value] : []))).toEqual([
      { step: 1 },
      { step: 2 },
    ])
    expect(lines).toEqual(
      expect.arrayContaining(
        ['a debug line', 'to stdout', 'and more', 'to stderr'].map((line) => `Tool [0] speaks: ${line}`),
      ),
    )
  })

  test('I13: an abort ends an endless loop in isolation', async () => {
    const controller = new AbortController()
    const unsubscribe = executor.subscribe((event) => {
      if (event.type === 'progress') controller.abort()
    })
    const [result] = await executor.executeTools(
      calls(['loops', {}]).map((call) => ({ ...call, timeoutMs: 50_000 })),
      { signal: controller.signal },
    )
    unsubscribe()
    expect(result).toMatchObject({ status: 'aborted', execution: 'ended' })
    expect(executor.stats().abandoned).toBe(0)
  })
})
