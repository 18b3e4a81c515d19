import { setTimeout as sleep } from 'node:timers/promises'
import { defineTool, type ToolCall, ToolExecutor } from '../../packages/aof-runtime/dist/index.js'
import { SeededRandom, VirtualClock } from '../../packages/aof-runtime/dist/testing/index.js'
import { OURS } from '../agents.ts'
import { bareLoop } from '../baselines/bare-loop.ts'
import { LIMIT } from '../calls.ts'
import { record, timed, type Times } from './times.ts'

export const MIXED = 200
export const IN_CALL_ORDER = 'hand-written loop, in call order'
export const LONGEST_FIRST = 'hand-written loop, longest first'
const WITHOUT_HISTORY = 'aof-runtime, without history'

function durations(seed: number): number[] {
  const random = new SeededRandom(seed)
  return Array.from({ length: MIXED }, () => Math.max(1, Math.round(random.logNormal(30, 1))))
}

function boundOf(all: readonly number[]): number {
  return Math.max(...all, all.reduce((sum, ms) => sum + ms, 0) / LIMIT)
}

function mixedTools(all: readonly number[], wait: (ms: number) => Promise<unknown>) {
  const tools = all.map((ms, i) => defineTool({ name: `tool_${i}`, execute: async () => void (await wait(ms)) }))
  const calls: ToolCall[] = tools.map(({ name }, i) => ({ id: `call_${i}`, name, arguments: {} }))
  return { tools, calls }
}

/** Milliseconds of a batch of calls of different durations. */
export async function mixedTimes(repetitions: number): Promise<Times> {
  const all = durations(1)
  const wait = (ms: number): Promise<unknown> => sleep(ms)
  const { tools, calls } = mixedTools(all, wait)
  const executor = new ToolExecutor({ tools, maxParallelTools: LIMIT })
  const longestFirst = all.toSorted((a, b) => b - a)
  const result: Times = {}
  const candidates: Record<string, () => Promise<unknown>> = {
    [IN_CALL_ORDER]: () => bareLoop(all, LIMIT, wait),
    [LONGEST_FIRST]: () => bareLoop(longestFirst, LIMIT, wait),
    [WITHOUT_HISTORY]: () =>
      new ToolExecutor({ tools: mixedTools(all, wait).tools, maxParallelTools: LIMIT }).executeTools(calls),
    [OURS]: () => executor.executeTools(calls),
  }
  // The first batch only builds the history of durations.
  await executor.executeTools(calls)
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const [name, run] of Object.entries(candidates)) record(result, name, await timed(run))
  return result
}

/** The makespan relative to the bound in virtual time, for one draw per seed. */
export async function mixedInVirtualTime(seeds: number): Promise<Times> {
  const result: Times = {}
  for (let seed = 0; seed < seeds; seed++) {
    const all = durations(seed)
    const clock = new VirtualClock()
    const { tools, calls } = mixedTools(all, (ms) => clock.sleep(ms))
    const executor = new ToolExecutor({ tools, maxParallelTools: LIMIT, clock })
    const run = async (): Promise<number> => {
      const startedAt = clock.now()
      await clock.runUntil(executor.executeTools(calls))
      return clock.now() - startedAt
    }
    // The first run has no history, so it goes in call order.
    record(result, IN_CALL_ORDER, (await run()) / boundOf(all))
    record(result, OURS, (await run()) / boundOf(all))
  }
  return result
}
