import fc from 'fast-check'
import { defineTool, ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { move, must, passTime } from './moves.ts'

/** Calls whose tools end before or after their deadlines. */
export async function deadlines(numRuns: number): Promise<void> {
  const plan = fc.array(fc.record({ deadlineMs: fc.constantFrom(1, 2, 5, Infinity), moves: fc.nat(3) }), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.asyncProperty(fc.scheduler(), plan, async (s, calls) => {
    const clock = new VirtualClock()
    const ended = calls.map((): number | undefined => undefined)
    const begun = calls.map((): number | undefined => undefined)
    let isOver = false
    const tool = defineTool({
      name: 'work',
      execute: async (_input: object, { index }) => {
        begun[index] = clock.now()
        const { deadlineMs, moves } = calls[index] ?? { deadlineMs: 0, moves: 0 }
        must(clock.now() <= deadlineMs, 'I13: begun after its deadline')
        for (let i = 0; i < moves; i++) await move(s, `work ${index}`)
        ended[index] = clock.now()
      },
    })
    const executor = new ToolExecutor({
      tools: [tool],
      clock,
      maxParallelTools: 2,
      timeoutMs: Infinity,
      graceMs: 1,
      spill: false,
    })
    const settledAt: number[] = []
    executor.subscribe((event) => {
      if (event.type === 'settled') settledAt[event.index] = clock.now()
    })
    // Time stands still between timers, so that some must be set for it to move.
    const ticks = (): void => void clock.setTimer(() => (isOver ? undefined : ticks()), 1)
    ticks()
    const results = executor
      .executeTools(calls.map(({ deadlineMs }) => ({ id: '', name: 'work', arguments: {}, deadlineMs })))
      .finally(() => (isOver = true))
    const [all] = await s.waitFor(Promise.all([results, passTime(s, clock, () => isOver)]))
    all.forEach((result, index) => {
      const { deadlineMs } = calls[index] ?? { deadlineMs: 0 }
      must((settledAt[index] ?? Infinity) <= deadlineMs + 2, `I11: settled at ${settledAt[index]}`)
      const isInTime = (ended[index] ?? Infinity) < deadlineMs
      if (isInTime) must(result.success, `I11: ${result.status} though it ended in time`)
      if (begun[index] === undefined) must(result.execution === 'none', 'I14: it was never begun')
      else must(result.execution !== 'none', 'I14: it was begun')
    })
  })
  await fc.assert(property, { numRuns })
}
