import { expect, test } from 'vitest'
import { defineTool, type ToolCall, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))
}

const KINDS = ['give', 'fail', 'give', 'cycle', 'give', 'nowhere'] as const

/** Runs six calls that end in the given order, and gives the bytes of their results without what depends on time. */
async function bytesOf(
  order: readonly number[],
  maxParallelTools: number,
): Promise<{ bytes: string; ended: number[] }> {
  const clock = new VirtualClock()
  const ended: number[] = []
  const inTurn = async (index: number): Promise<void> => {
    await clock.sleep(10 * (1 + order.indexOf(index)))
    ended.push(index)
  }
  const tools = [
    defineTool({ name: 'give', execute: (input, { index }) => inTurn(index).then(() => ({ input, index })) }),
    defineTool({
      name: 'fail',
      execute: async (_input, { index }) => {
        await inTurn(index)
        throw new Error(`call ${index} fails`)
      },
    }),
    defineTool({
      name: 'cycle',
      execute: async (_input, { index }) => {
        await inTurn(index)
        const self: { self?: unknown } = {}
        self.self = self
        return self
      },
    }),
  ]
  const executor = new ToolExecutor({ tools, clock, maxParallelTools })
  const calls = KINDS.map((name, i): ToolCall => ({ id: `${i % 2}`, name, arguments: { i } }))
  const results = await clock.runUntil(executor.executeTools(calls))
  return { bytes: JSON.stringify(results.map(({ timing: _timing, ...rest }) => rest)), ended }
}

test('I2: every one of the 120 orders in which five tools can end gives the same bytes', async () => {
  const [first, ...others] = permutations([0, 1, 2, 3, 4])
  const { bytes } = await bytesOf(first ?? [], 5)
  expect(bytes).toContain('call 1 fails')
  for (const order of others) expect(await bytesOf(order, 5)).toEqual({ bytes, ended: order })
  for (const order of others) expect((await bytesOf(order, 2)).bytes).toBe(bytes)
})
