import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { AgentExecutor } from '../../packages/aof-runtime/src/agent/index.ts'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { scriptedModel } from '../../packages/aof-runtime/src/testing/index.ts'

const ROUNDS = 400
/** Of the context that each round has for itself. */
const CONTEXT_BYTES = 40_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void

/** By how much the heap grows for each round, in bytes, when there are minor collections only. */
async function growth(round: (context: unknown) => Promise<unknown>): Promise<number> {
  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await round(Array.from({ length: CONTEXT_BYTES / 8 }, () => i))
      if (i % 10 === 9) collect({ type: 'minor' })
    }
  }
  await rounds(100)
  collect()
  const before = process.memoryUsage().heapUsed
  await rounds(ROUNDS)
  collect({ type: 'minor' })
  return (process.memoryUsage().heapUsed - before) / ROUNDS
}

const echo = defineTool({
  name: 'echo',
  inputSchema: { type: 'object' },
  execute: (input) => input,
})

test('the objects of a batch are freed by minor collections, however the batch was filled', async () => {
  const executor = new ToolExecutor({ tools: [echo] })
  const call = { id: 'a', name: 'echo', arguments: { value: 'x' } }
  expect(await growth((context) => executor.executeTools([call], { context }))).toBeLessThan(CONTEXT_BYTES / 2)
  const open = async (context: unknown): Promise<unknown> => {
    const batch = executor.openBatch({ context })
    batch.add(call)
    batch.close()
    return batch.results()
  }
  expect(await growth(open)).toBeLessThan(CONTEXT_BYTES / 2)
})

test('the objects of a run are freed by minor collections', async () => {
  const model = scriptedModel(({ prompt }) =>
    prompt.at(-1)?.role === 'tool' ? { text: 'done' } : { calls: [{ name: 'echo', arguments: { value: 'x' } }] },
  )
  const agent = new AgentExecutor({ model, tools: [echo] })
  expect(await growth((context) => agent.run('x', { context }).result)).toBeLessThan(CONTEXT_BYTES / 2)
})
