import fc from 'fast-check'
import { defineTool, ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { move, must, passTime } from './moves.ts'

/** Calls whose tools fail and are tried again, one at a time, with an abort at any moment. */
export async function retries(numRuns: number): Promise<void> {
  const plan = fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  const property = fc.asyncProperty(fc.scheduler(), plan, fc.boolean(), async (s, calls, aborts) => {
    const clock = new VirtualClock()
    const begun = calls.map(() => 0)
    const runs = calls.map(() => 0)
    let running = 0
    let isAborted = false
    const tool = defineTool({
      name: 'flaky',
      annotations: { idempotentHint: true },
      retry: { maxAttempts: 3, initialDelayMs: 10 },
      execute: async (_input: object, { index, attempt }) => {
        must(!isAborted, 'I13: begun after the abort')
        must(++running <= 1, 'I25: two run at once')
        must((runs[index] = (runs[index] ?? 0) + 1) === 1, 'I20: two attempts at once')
        must((begun[index] = (begun[index] ?? 0) + 1) === attempt && attempt <= 3, `I20: attempt ${attempt}`)
        await move(s, `${index}, attempt ${attempt}`)
        running--
        runs[index] = 0
        if (calls[index]?.[attempt - 1] !== true) throw new Error(`attempt ${attempt}`)
        return attempt
      },
    })
    const executor = new ToolExecutor({
      tools: [tool],
      clock,
      random: () => 0.5,
      maxParallelTools: 1,
      timeoutMs: Infinity,
      graceMs: 60_000,
      spill: false,
    })
    const controller = new AbortController()
    const abort = async (): Promise<void> => {
      await move(s, 'abort')
      isAborted = true
      controller.abort()
    }
    let isOver = false
    const results = executor
      .executeTools(
        calls.map(() => ({ id: '', name: 'flaky', arguments: {} })),
        { signal: controller.signal },
      )
      .finally(() => (isOver = true))
    const [all] = await s.waitFor(
      Promise.all([results, aborts ? abort() : undefined, passTime(s, clock, () => isOver)]),
    )
    all.forEach((result, index) => {
      const success = (calls[index] ?? []).indexOf(true) + 1
      if (result.success) must(result.data === success && begun[index] === success, `I20: ${begun[index]} attempts`)
      else if (!aborts || result.status === 'failed')
        must(success === 0 && begun[index] === 3, `I33: given up after ${begun[index]}`)
      must(result.timing.attempts === begun[index], `I20: it tells of ${result.timing.attempts} attempts`)
    })
    must(clock.pending === 0, 'I17: a timer is left')
  })
  await fc.assert(property, { numRuns })
}
