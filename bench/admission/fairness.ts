import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, type ToolCall, ToolExecutor } from '../../packages/aof-runtime/dist/index.js'
import { LIMIT } from '../calls.ts'
import { record, timed, type Times } from './times.ts'

export const BURST = 10_000
export const SMALL = 10
export const CALL_MS = 5
export const SHARED = 'beside a burst'
export const ALONE = 'its share alone'

/** Milliseconds of a small run, beside a burst and alone with half of the permits. */
export async function fairnessTimes(repetitions: number): Promise<Times> {
  const tool = defineTool({ name: 'measured', execute: () => sleep(CALL_MS) })
  const calls = (count: number): ToolCall[] =>
    Array.from({ length: count }, (_, i) => ({ id: `call_${i}`, name: 'measured', arguments: {} }))
  const result: Times = {}
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const half = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT / 2 })
    record(result, ALONE, await timed(() => half.executeTools(calls(SMALL))))
    const whole = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT })
    const abort = new AbortController()
    const burst = whole.executeTools(calls(BURST), { signal: abort.signal })
    await sleep(CALL_MS * 4)
    record(result, SHARED, await timed(() => whole.executeTools(calls(SMALL))))
    abort.abort()
    await burst
  }
  return result
}
