import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { defineTool, type JsonObject, type JsonSchema, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

/** Turns whose calls change the state of one or more APIs, with the pairs that may not change places. */
interface StatefulCase {
  readonly id: string
  readonly tools: readonly { readonly name: string; readonly description: string; readonly inputSchema: JsonSchema }[]
  readonly turns: readonly {
    readonly calls: readonly {
      readonly id: string
      readonly name: string
      /** The API that it belongs to. */
      readonly group: string
      readonly arguments: JsonObject
    }[]
    readonly order?: { readonly mustPrecede?: readonly (readonly [string, string])[] }
  }[]
}

const FILE = new URL('../../../shared/workloads/bfcl.multi_turn.jsonl', import.meta.url)
const hasCases = existsSync(FILE)
const cases = hasCases
  ? readFileSync(FILE, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as StatefulCase)
  : []
const SEEDS = 20

interface Span {
  readonly group: string
  readonly startedAt: number
  endedAt: number
}

/** When each call of a turn ran, with durations from a seed. */
async function spansOf(
  turn: StatefulCase['turns'][number],
  { tools }: StatefulCase,
  effects: 'on' | 'off',
  seed: number,
): Promise<ReadonlyMap<string, Span>> {
  const clock = new VirtualClock()
  const random = new SeededRandom(seed)
  const spans = new Map<string, Span>()
  const groups = new Map(turn.calls.map(({ name, group }) => [name, group]))
  const executor = new ToolExecutor({
    effects,
    clock,
    random: () => 0.5,
    tools: tools.map(({ name, description, inputSchema }) =>
      defineTool({
        name,
        description,
        inputSchema,
        effects: () => [{ resource: `api/${groups.get(name)}`, mode: 'write' }],
        execute: async (_input, { call }) => {
          const span = { group: groups.get(name) ?? '', startedAt: clock.now(), endedAt: Infinity }
          spans.set(call.id, span)
          await clock.sleep(random.int(1, 100))
          span.endedAt = clock.now()
        },
      }),
    ),
  })
  const results = await clock.runUntil(
    executor.executeTools(turn.calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }))),
  )
  expect(results.filter(({ success }) => !success)).toEqual([])
  return spans
}

/** Pairs of which the second began before the first had ended. */
function disorders(turn: StatefulCase['turns'][number], spans: ReadonlyMap<string, Span>): number {
  const pairs = turn.order?.mustPrecede ?? []
  return pairs.filter(([first, second]) => {
    return (spans.get(second)?.startedAt ?? Infinity) < (spans.get(first)?.endedAt ?? -Infinity)
  }).length
}

function hasOverlapOfGroups(spans: ReadonlyMap<string, Span>): boolean {
  const all = [...spans.values()]
  return all.some((a) => all.some((b) => a.group !== b.group && a.startedAt < b.endedAt && b.startedAt < a.endedAt))
}

describe.skipIf(!hasCases)(
  `I32, I52: stateful turns, one resource for each API, ${SEEDS} seeds of durations${hasCases ? '' : ' (skipped: ../shared/workloads is not there)'}`,
  () => {
    const turns = cases.flatMap((each) => each.turns.map((turn) => ({ each, turn })))
    const ordered = turns.filter(({ turn }) => (turn.order?.mustPrecede?.length ?? 0) > 0)

    test('no pair of conflicting calls is out of order, and calls of different APIs overlap', async () => {
      expect(ordered.length).toBeGreaterThan(100)
      const mixed = ordered.filter(({ turn }) => new Set(turn.calls.map(({ group }) => group)).size > 1)
      expect(mixed.length).toBeGreaterThan(0)
      for (let seed = 0; seed < SEEDS; seed++) {
        for (const { each, turn } of ordered) {
          const spans = await spansOf(turn, each, 'on', seed)
          expect(disorders(turn, spans), `${each.id}, seed ${seed}`).toBe(0)
          if (mixed.some((other) => other.turn === turn))
            expect(hasOverlapOfGroups(spans), `${each.id}, seed ${seed}`).toBe(true)
        }
      }
    })

    test('with `effects: off` pairs of conflicting calls are out of order', async () => {
      let count = 0
      for (const { each, turn } of ordered) count += disorders(turn, await spansOf(turn, each, 'off', 1))
      expect(count).toBeGreaterThan(100)
    })
  },
)
