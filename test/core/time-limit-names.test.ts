import { describe, expect, test } from 'vitest'
import {
  MisuseError,
  type TimeLimitPlace,
  ToolExecutor,
  type ToolExecutorOptions,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

const hangs = { inputSchema: { type: 'object' }, execute: () => new Promise(() => {}) }
const tools = [
  { ...hangs, name: 'own', timeoutMs: 10 },
  { ...hangs, name: 'other' },
]

async function messageOf(
  name: string,
  options: Omit<ToolExecutorOptions, 'tools'>,
  timeoutMs?: number,
): Promise<string> {
  const clock = new VirtualClock()
  const executor = new ToolExecutor({ tools, clock, timeoutMs: 20, graceMs: 0, ...options })
  const [result] = await clock.runUntil(
    executor.executeTools([{ id: 'a', name, arguments: {} }], timeoutMs === undefined ? {} : { timeoutMs }),
  )
  return result?.success === false ? result.error.message : 'succeeded'
}

describe('nameTimeLimit', () => {
  test('nameTimeLimit gets the layer of a timeout, and its words name the option that raises it', async () => {
    const places: TimeLimitPlace[] = []
    const nameTimeLimit = (place: TimeLimitPlace): string => {
      places.push(place)
      return `the ${place.layer} in settings.toml`
    }
    expect(await messageOf('own', { nameTimeLimit })).toContain(
      'did not end within 10 ms (the tool in settings.toml; raise it there if it needs longer)',
    )
    expect(await messageOf('other', { nameTimeLimit })).toContain('within 20 ms (the executor in settings.toml;')
    expect(await messageOf('other', { nameTimeLimit }, 15)).toContain('within 15 ms (the batch in settings.toml;')
    expect(places).toEqual([
      { option: 'timeoutMs', layer: 'tool', tool: 'own' },
      { option: 'timeoutMs', layer: 'executor', tool: 'other' },
      { option: 'timeoutMs', layer: 'batch', tool: 'other' },
    ])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['gives nothing', () => undefined],
    ['gives no text', () => 7 as never],
    ['gives blank text', () => ''],
  ])('a nameTimeLimit that %s leaves the option its own name', async (_how, nameTimeLimit) => {
    expect(await messageOf('own', { nameTimeLimit })).toContain("(the tool's timeoutMs; raise it there")
  })

  test('nameTimeLimit must be a function', () => {
    expect(() => new ToolExecutor({ tools, nameTimeLimit: 'timeout' as never })).toThrow(MisuseError)
  })
})
