import { describe, expect, test } from 'vitest'
import { type ToolResult, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { forEachSeed, type SeededRandom, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callsOf, hasTurns, toolsOf, type Turn, turnsOf, WITHOUT_TURNS } from './turns.ts'

/**
 * Calls whose arguments do not fit the schema that their own turn declares. Everything else in the two sets does.
 *
 * - bfcl: elements of numbers that are to be sorted are words, "dontcare" where a boolean is asked for, matrices where
 *   the schema has lists of integers.
 * - seal-tools: "per month" where a number is asked for, vectors where the schema has numbers, and `API_call_N`, which
 *   stands for an earlier call's output, where the schema asks for an integer.
 */
const MISFITS: Readonly<Record<string, readonly string[]>> = {
  'bfcl.parallel': [
    'parallel_multiple_94#0',
    'live_parallel_multiple_21-18-0#0',
    'exec_parallel_31#0',
    'exec_parallel_31#1',
    'exec_parallel_31#2',
    'exec_parallel_31#3',
    'exec_parallel_multiple_31#0',
  ],
  'seal-tools': [
    'dev-difficult-215#1',
    'dev-difficult-300#1',
    'dev-difficult-302#2',
    'dev-difficult-325#1',
    'dev-difficult-334#1',
    'dev-difficult-486#2',
    'dev-difficult-547#1',
    'dev-difficult-664#0',
    'dev-difficult-676#2',
  ],
}

interface Ran {
  readonly results: readonly ToolResult[]
  /** Places in the order in which the tools ended. */
  readonly ended: readonly number[]
}

/** Runs a turn in virtual time, its tools ending in an order drawn from the seed. */
async function runShuffled(turn: Turn, random: SeededRandom, open: boolean): Promise<Ran> {
  const clock = new VirtualClock()
  const durations = random.shuffle(turn.calls.map((_, i) => 1 + i * 10))
  const ended: number[] = []
  const tools = toolsOf(turn, async (place) => {
    await clock.sleep(durations[place] ?? 0)
    ended.push(place)
  })
  const executor = new ToolExecutor({ tools, clock, maxParallelTools: random.int(1, 10), random: random.next })
  if (!open) return { results: await clock.runUntil(executor.executeTools(callsOf(turn))), ended }

  const batch = executor.openBatch()
  const slots = turn.calls.map(({ id, name }) => batch.reserve({ id, name }))
  for (const place of random.shuffle(slots.map((_, i) => i))) slots[place]?.complete(callsOf(turn)[place]?.arguments)
  batch.close()
  return { results: await clock.runUntil(batch.results()), ended }
}

/** The fault of a result, in words; undefined if the result is that of its call. */
function faultOf(
  turn: Turn,
  place: number,
  result: ToolResult | undefined,
  misfits: readonly string[],
): string | undefined {
  const call = turn.calls[place]
  const where = `${turn.id}#${place}`
  if (call === undefined || result === undefined) return `${where}: no result`
  if (result.index !== place || result.id !== call.id || result.name !== call.name) return `${where}: of another call`
  if (misfits.includes(where)) {
    const isRefused = !result.success && result.status === 'invalid' && result.error.code === 'invalid_arguments'
    return isRefused && result.execution === 'none' ? undefined : `${where}: does not fit and was not refused`
  }
  const expected = { place, id: call.id, name: call.name, arguments: call.arguments }
  if (!result.success) return `${where}: ${result.error.message}`
  return JSON.stringify(result.data) === JSON.stringify(expected) ? undefined : `${where}: the data of another call`
}

describe.skipIf(!hasTurns)(`turns of public data sets, in shuffled finishing orders${WITHOUT_TURNS}`, () => {
  test.each([
    ['bfcl.parallel' as const, 268, 780],
    ['seal-tools' as const, 500, 1_604],
  ])('I2: every call of %s (%i turns, %i calls) gets its own result, in its own place', async (name, turns, calls) => {
    const all = turnsOf(name)
    expect([all.length, all.reduce((sum, turn) => sum + turn.calls.length, 0)]).toEqual([turns, calls])
    const misfits = MISFITS[name] ?? []
    const refused = new Set<string>()
    let shuffledTurns = 0
    await forEachSeed({ seeds: 6 }, async ({ seed, random }) => {
      for (const turn of all) {
        const { results, ended } = await runShuffled(turn, random, seed % 2 === 1)
        expect(results.length).toBe(turn.calls.length)
        const faults = results.flatMap((result, place) => faultOf(turn, place, result, misfits) ?? [])
        expect(faults).toEqual([])
        for (const result of results) if (!result.success) refused.add(`${turn.id}#${result.index}`)
        if (ended.some((place, i) => i > 0 && place < (ended[i - 1] ?? 0))) shuffledTurns++
      }
    })
    expect([...refused].toSorted()).toEqual([...misfits].toSorted())
    // Not vacuous: in a good part of the turns the tools really end in another order than they were called.
    expect(shuffledTurns).toBeGreaterThan(all.length / 2)
  })
})
