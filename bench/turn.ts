import {
  type Agent,
  aiGenerateText,
  aiStreamText,
  FLOOR,
  floor,
  type MeasuredTool,
  OURS,
  ours,
  WHOLE_TURN_FLOOR,
} from './agents.ts'
import { inputSchema, LIMIT } from './calls.ts'
import { inChild } from './child.ts'
import { joinSamples, sample, type Samples, type Sampling } from './harness.ts'
import type { Mode } from './mode.ts'
import { FINAL_TEXT, ScriptedModel } from './model.ts'
import { type Claim, count, figure, type Row, type Target } from './report.ts'
import { median, pairwiseRatios, summarize } from './statistics.ts'

/** Fewer samples for large turns: the AI SDK takes seconds for 10 000 calls. */
const SIZES = [1, 2, 5, 10, 100, 1_000]
const LARGE = 10_000
const ALL_SIZES = [...SIZES, LARGE]

const AI = ['ai streamText', 'ai generateText, not streaming']

interface Question {
  readonly sampling: Sampling
  readonly largeRepetitions: number
}

/** An agent's run: one model call with N tool calls at once, their results, and one model call that answers. */
export async function turn({ quick }: Mode): Promise<Claim> {
  const question: Question = quick
    ? { sampling: { repetitions: 4, sampleMs: 40, warmUpMs: 1_000 }, largeRepetitions: 1 }
    : { sampling: { repetitions: 7, sampleMs: 60, warmUpMs: 2_000 }, largeRepetitions: 2 }
  const parts: Samples[] = []
  for (let process = 0; process < (quick ? 1 : 2); process++)
    parts.push(await inChild<Question, Samples>('turn.ts', question))
  const samples = joinSamples(parts)
  return {
    name: 'Agent turn',
    tables: [
      {
        title: 'A run of two model calls, the first of which makes N tool calls',
        unit: 'µs per tool call, all of the run included',
        columns: ALL_SIZES.map(count),
        rows: Object.entries(samples).map(([name, bySize]) => ({
          name,
          cells: ALL_SIZES.map((size) => summarize((bySize[size] ?? []).map((ns) => ns / 1000 / size))),
        })),
      },
      {
        title: 'Each further call, from 10 to 1 000',
        unit: 'µs per tool call, without the fixed cost of a run',
        columns: ['further call'],
        rows: Object.entries(samples).map(([name, bySize]) => ({ name, cells: [summarize(furtherCalls(bySize))] })),
      },
      {
        title: 'Ratios',
        unit: 'pairs of the same moments',
        columns: ALL_SIZES.map(count),
        rows: [ratioRow(samples, OURS, FLOOR), ...AI.map((name) => ratioRow(samples, name, OURS))],
      },
    ],
    targets: [
      target(samples, OURS, FLOOR, '≤ 3', (ratio) => ratio <= 3),
      ...AI.map((name) => target(samples, name, OURS, '≥ 8', (ratio) => ratio >= 8)),
    ],
    notMeasured: [
      'a real model or a network: the model hands out prepared parts',
      'making the agent: it is made once',
      'readers of the events: there are none',
      'runs of many turns, whose history grows',
      'generateText and the floor for it read no stream: the model returns all calls at once',
    ],
  }
}

/** Runs in a process of its own. Samples of all agents. */
export async function measure({ sampling, largeRepetitions }: Question): Promise<Samples> {
  const tool: MeasuredTool<{ q: string }> = {
    name: 'search',
    schema: inputSchema,
    execute: async ({ q }) => ({ page: q }),
  }
  const agents: Agent[] = [
    floor(tool, LIMIT),
    floor(tool, LIMIT, WHOLE_TURN_FLOOR),
    ours(tool, LIMIT),
    aiGenerateText(tool, LIMIT),
    aiStreamText(tool, LIMIT),
  ]
  const models = new Map(ALL_SIZES.map((size) => [size, modelFor(tool.name, size)]))
  for (const { name, run } of agents) {
    for (const [size, model] of models) {
      const text = await run(model)
      if (text !== FINAL_TEXT)
        throw new Error(`${name}: expected the final text for ${size} calls, got ${JSON.stringify(text)}.`)
    }
  }
  const large = new Map([[LARGE, models.get(LARGE) ?? modelFor(tool.name, LARGE)]])
  models.delete(LARGE)
  const usual = await sample(agents, models, sampling)
  const few = await sample(agents, large, { repetitions: largeRepetitions, sampleMs: 1, warmUpMs: 1 })
  return joinSamples([usual, few])
}

function modelFor(name: string, size: number): ScriptedModel {
  return new ScriptedModel(
    Array.from({ length: size }, (_, index) => ({
      id: `call_${index}`,
      name,
      input: JSON.stringify({ q: `query ${index}` }),
    })),
  )
}

/** The additional cost of a call, from the difference of two sizes, in microseconds. */
function furtherCalls(bySize: Readonly<Record<number, number[]>>): number[] {
  const small = bySize[10] ?? []
  return (bySize[1_000] ?? []).map((ns, repetition) => (ns - (small[repetition] ?? Number.NaN)) / 1000 / 990)
}

function ratioRow(samples: Samples, name: string, base: string): Row {
  return { name: `${name} / ${base}`, cells: ALL_SIZES.map((size) => summarize(ratios(samples, name, base, size))) }
}

function target(
  samples: Samples,
  name: string,
  base: string,
  wanted: string,
  isMet: (ratio: number) => boolean,
): Target {
  const bySize = ALL_SIZES.map((size) => [size, median(ratios(samples, name, base, size))] as const)
  return {
    claim: `${name} / ${base} per call`,
    wanted,
    measured: bySize.map(([size, ratio]) => `${figure(ratio)} at ${count(size)}`).join(', '),
    met: bySize.every(([, ratio]) => isMet(ratio)),
  }
}

function ratios(samples: Samples, name: string, base: string, size: number): number[] {
  return pairwiseRatios(samples[name]?.[size] ?? [], samples[base]?.[size] ?? [])
}
