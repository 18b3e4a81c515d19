import fc from 'fast-check'
import { defineTool, ToolExecutor, type ToolResult } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { move, must } from './moves.ts'

/** An open batch that one fills while others read. */
export async function openBatches(numRuns: number): Promise<void> {
  const calls = fc.array(fc.constantFrom('add', 'complete', 'drop', 'forget'), { maxLength: 5 })
  const property = fc.asyncProperty(fc.scheduler(), calls, fc.nat(5), async (s, plans, reads) => {
    const tool = defineTool({ name: 'work', execute: async ({ i }: { i: number }) => (await move(s, `work ${i}`), i) })
    const executor = new ToolExecutor({
      tools: [tool],
      clock: new VirtualClock(),
      maxParallelTools: 2,
      timeoutMs: Infinity,
      spill: false,
    })
    const batch = executor.openBatch()
    const seen: ToolResult[] = []
    const read = async (most: number): Promise<number> => {
      let count = 0
      await move(s, 'read')
      for await (const result of batch) {
        if (most === Infinity) seen.push(result)
        if (++count >= most) break
        await move(s, 'read on')
      }
      return count
    }
    const fill = async (): Promise<void> => {
      const coming: Promise<void>[] = []
      for (const [i, how] of plans.entries()) {
        await move(s, `next ${i}`)
        const call = { id: 'same', name: 'work' }
        if (how === 'add') batch.add({ ...call, arguments: { i } })
        else {
          const slot = batch.reserve(call)
          if (how !== 'forget')
            coming.push(
              move(s, `${how} ${i}`).then(() => (how === 'drop' ? slot.drop('cut off') : slot.complete({ i }))),
            )
        }
      }
      await Promise.all(coming)
      await move(s, 'close')
      batch.close()
    }
    const [results, all, some] = await s.waitFor(
      Promise.all([batch.results(), read(Infinity), read(Math.max(1, reads)), fill()]),
    )
    const told = results.map((result) => (result.success ? result.data : result.status))
    const expected = plans.map((how, i) => (how === 'add' || how === 'complete' ? i : 'invalid'))
    must(JSON.stringify(told) === JSON.stringify(expected), `I1: ${JSON.stringify(told)}`)
    must(all === plans.length && new Set(seen).size === all, `I9: ${all} read of ${plans.length}`)
    must(some === Math.min(Math.max(1, reads), plans.length), `I9: ${some} read of ${reads}`)
  })
  await fc.assert(property, { numRuns })
}
