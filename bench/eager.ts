import { z } from 'zod'
import { type Agent, aiStreamText, EAGER_FLOOR, floor, type MeasuredTool, OURS, ours } from './agents.ts'
import { LIMIT } from './calls.ts'
import { inChild } from './child.ts'
import type { Samples } from './harness.ts'
import type { Mode } from './mode.ts'
import { FINAL_TEXT, ScriptedModel } from './model.ts'
import { type Claim, figure, type Target } from './report.ts'
import { median, summarize } from './statistics.ts'

/** Milliseconds between the completion of two calls' arguments; the stream ends with the last. */
const EVERY_MS = 100

interface Case {
  readonly title: string
  /** The duration of each call. */
  readonly toolMs: readonly number[]
}

const CASES: readonly Case[] = [
  { title: 'all 300', toolMs: [300, 300, 300, 300, 300] },
  { title: 'first 600', toolMs: [600, 300, 300, 300, 300] },
  { title: 'first 1000', toolMs: [1000, 300, 300, 300, 300] },
  { title: '600, 500, 400, 300, 200', toolMs: [600, 500, 400, 300, 200] },
]

/** Eager start: the time at which a run ends whose five calls are complete 100 ms apart. */
export async function eager({ quick }: Mode): Promise<Claim> {
  const samples = await inChild<number, Samples>('eager.ts', quick ? 2 : 5)
  return {
    name: 'Eager start',
    tables: [
      {
        title: 'End of the run',
        unit: 'ms; the stream of the calls ends at 500',
        columns: CASES.map(({ title }) => title),
        rows: [
          {
            name: 'ideal: each starts when its arguments are complete',
            cells: CASES.map((each) => summarize([idealMs(each)])),
          },
          {
            name: 'ideal if calls wait for the end of the stream',
            cells: CASES.map((each) => summarize([waitingMs(each)])),
          },
          ...Object.entries(samples).map(([name, byCase]) => ({
            name,
            cells: CASES.map((_, index) => summarize(byCase[index] ?? [])),
          })),
        ],
      },
    ],
    targets: CASES.map((each, index) => target(each, samples[OURS]?.[index] ?? [])),
    notMeasured: [
      'a real model: the parts arrive by a timer',
      'a turn with more calls than may run at once',
      'delays between the completion of arguments at the provider and its report',
    ],
  }
}

/** Runs in a process of its own. Milliseconds from the input to the final text, by case. */
export async function measure(repetitions: number): Promise<Samples> {
  const tool: MeasuredTool<{ ms: number }> = {
    name: 'wait',
    schema: z.object({ ms: z.number() }),
    execute: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve({ waited: ms }), ms)),
  }
  const agents: Agent[] = [
    floor(tool, LIMIT, EAGER_FLOOR),
    ours(tool, LIMIT),
    floor(tool, LIMIT),
    aiStreamText(tool, LIMIT),
  ]
  const samples: Samples = Object.fromEntries(agents.map(({ name }) => [name, {}]))
  const warmUp = modelFor(tool.name, [1, 1])
  for (const { run } of agents) await run(warmUp)
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [index, { toolMs }] of CASES.entries()) {
      const model = modelFor(tool.name, toolMs)
      for (const { name, run } of agents) ((samples[name] ??= {})[index] ??= []).push(await timed(name, run, model))
    }
    agents.push(...agents.splice(0, 1))
  }
  return samples
}

async function timed(name: string, run: Agent['run'], model: ScriptedModel): Promise<number> {
  const startedAt = performance.now()
  const text = await run(model)
  const ms = performance.now() - startedAt
  if (text !== FINAL_TEXT) throw new Error(`${name}: expected the final text, got ${JSON.stringify(text)}.`)
  return ms
}

function modelFor(name: string, toolMs: readonly number[]): ScriptedModel {
  const calls = toolMs.map((ms, index) => ({ id: `call_${index}`, name, input: JSON.stringify({ ms }) }))
  return new ScriptedModel(calls, EVERY_MS)
}

function idealMs({ toolMs }: Case): number {
  return Math.max(...toolMs.map((ms, index) => (index + 1) * EVERY_MS + ms))
}

function waitingMs({ toolMs }: Case): number {
  return toolMs.length * EVERY_MS + Math.max(...toolMs)
}

function target(each: Case, times: readonly number[]): Target {
  const ideal = idealMs(each)
  const ratio = median(times) / ideal
  return {
    claim: `end of the run over the ideal end (${each.title})`,
    wanted: '≤ 1.05',
    measured: `${ratio.toFixed(3)} (${figure(median(times))} of ${ideal} ms)`,
    met: ratio <= 1.05,
  }
}
