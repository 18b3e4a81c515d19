import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  defineTool,
  type Jsonified,
  planTool,
  type PlanResult,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import {
  convert,
  type ConvertedCall,
  hasPlans,
  llmCompiler,
  nestful,
  plansOf,
  resultsFor,
  sealTools,
  WITHOUT_PLANS,
} from './recorded-plans.ts'

const SETS = [
  { name: 'nestful', notation: nestful, count: 215 },
  { name: 'seal-tools', notation: sealTools, count: 28 },
  { name: 'llmcompiler.movie', notation: llmCompiler, count: 60 },
  { name: 'llmcompiler.plans', notation: llmCompiler, count: 17 },
] as const

/** The outcome of a step. */
interface Seen {
  readonly startedAt: number
  readonly endedAt: number
  readonly arguments: unknown
}

/** Runs a plan in virtual time, with durations from a seed. */
async function runPlan(
  calls: readonly ConvertedCall[],
  results: ReadonlyMap<string, unknown>,
  seed: number,
  fails?: string,
): Promise<{ readonly outcome: Jsonified<PlanResult>; readonly seen: ReadonlyMap<string, Seen> }> {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const durations = new Map(calls.map(({ id }) => [id, random.int(1, 100)]))
  const seen = new Map<string, Seen>()
  const tools: AnyTool[] = [...new Set(calls.map(({ name }) => name))].map((name) =>
    defineTool({
      name,
      execute: async (args, { call }) => {
        const startedAt = clock.now()
        await clock.sleep(durations.get(call.id) ?? 0)
        seen.set(call.id, { startedAt, endedAt: clock.now(), arguments: args })
        if (call.id === fails) throw new Error('as planned')
        return results.get(call.id) ?? null
      },
    }),
  )
  const executor = new ToolExecutor({ tools, clock, maxParallelTools: Infinity, random: () => 0.5 })
  const steps = calls.map(({ id, name: tool, arguments: args, dependsOn }) => ({
    id,
    tool,
    arguments: args,
    dependsOn,
  }))
  const result = await clock.runUntil(executor.call(planTool(executor), { steps }))
  if (!result.success) throw new Error(result.error.message)
  return { outcome: result.data, seen }
}

/** All that depend on a call, by way of whatever others. */
function dependentsOf(id: string, calls: readonly ConvertedCall[]): Set<string> {
  const found = new Set<string>()
  for (const call of calls) if (call.dependsOn.some((each) => each === id || found.has(each))) found.add(call.id)
  return found
}

describe.skipIf(!hasPlans)(`plans of public data sets in virtual time${WITHOUT_PLANS}`, () => {
  test.each(SETS)('$name: every reference is filled, no call starts early, and none waits too long', async (set) => {
    const plans = plansOf(set.name).filter(
      ({ calls }) => set.name !== 'seal-tools' || calls.some(({ dependsOn }) => dependsOn !== undefined),
    )
    expect(plans).toHaveLength(set.count)
    let references = 0
    for (const [seed, plan] of plans.entries()) {
      const calls = convert(plan, set.notation)
      const { outcome, seen } = await runPlan(calls, resultsFor(plan, set.notation), seed)
      expect(outcome.results.map(({ id, status }) => [id, status])).toEqual(calls.map(({ id }) => [id, 'succeeded']))
      for (const { id, filled, dependsOn, arguments: args } of calls) {
        const own = seen.get(id)
        expect(own?.arguments, `${plan.id} ${id}`).toEqual(filled)
        expect(own?.startedAt, `${plan.id} ${id}`).toBe(
          Math.max(0, ...dependsOn.map((each) => seen.get(each)?.endedAt ?? Infinity)),
        )
        if (JSON.stringify(args) !== JSON.stringify(filled)) references++
      }
    }
    expect(references > 0).toBe(set.name !== 'llmcompiler.movie')
  })

  test.each(SETS)(
    '$name: exactly the dependents of a failed call are skipped, all other calls run as before',
    async (set) => {
      for (const [seed, plan] of plansOf(set.name).entries()) {
        const calls = convert(plan, set.notation)
        if (calls.every(({ dependsOn }) => dependsOn.length === 0)) continue
        const results = resultsFor(plan, set.notation)
        const fails = new SeededRandom(seed).pick(calls).id
        const [good, bad] = [await runPlan(calls, results, seed), await runPlan(calls, results, seed, fails)]
        const skipped = dependentsOf(fails, calls)
        for (const { id, status } of bad.outcome.results) {
          const expected = id === fails ? 'failed' : skipped.has(id) ? 'skipped' : 'succeeded'
          expect(status, `${plan.id} ${id}`).toBe(expected)
          if (status !== 'skipped') expect(bad.seen.get(id)).toEqual(good.seen.get(id))
        }
      }
    },
  )
})
