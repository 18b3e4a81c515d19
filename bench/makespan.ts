import { checkSettled, LIMIT, valueCalls } from './calls.ts'
import { inChild } from './child.ts'
import type { Mode } from './mode.ts'
import { type Claim, figure, type Table, type Target } from './report.ts'
import { BARE, bare, GUARANTEE, guarantee, libraries, OURS, ours, type Scheduler, TOOL, waiting } from './schedulers.ts'
import { median, pairwiseRatios, summarize } from './statistics.ts'
import type { Samples } from './harness.ts'

const SIZES = [1, 2, 5, 10, 20, 50]
const TOOL_MS = 100
const SEQUENTIAL = 'one after another'

/** The least speed-up of a batch over sequential execution. */
const SPEED_UPS = [
  [2, 1.95],
  [5, 4.9],
  [10, 9.7],
] as const

/** Makespan: the duration of a batch of 100 ms tools, relative to the least that a limit of 10 allows. */
export async function makespan({ quick }: Mode): Promise<Claim> {
  const samples = await inChild<number, Samples>('makespan.ts', quick ? 2 : 7)
  const overBound: Table = {
    title: `Makespan of ${TOOL_MS} ms tools over the lower bound, at most ${LIMIT} at once`,
    unit: `makespan / (⌈N / ${LIMIT}⌉ · ${TOOL_MS} ms); Promise.all has no limit, so it goes below`,
    columns: SIZES.map(String),
    rows: Object.entries(samples).map(([name, bySize]) => ({
      name,
      cells: SIZES.map((size) => {
        const times = bySize[size]
        return times === undefined ? null : summarize(times.map((ms) => ms / boundMs(size)))
      }),
    })),
  }
  const speedUps: Table = {
    title: 'Speed-up over one after another',
    unit: 'times, pairs of the same moments',
    columns: SPEED_UPS.map(([size]) => String(size)),
    rows: [OURS, BARE].map((name) => ({
      name,
      cells: SPEED_UPS.map(([size]) => summarize(ratios(samples, SEQUENTIAL, name, size))),
    })),
  }
  return {
    name: 'Makespan',
    tables: [overBound, speedUps],
    targets: [
      ...[BARE, GUARANTEE].map((base) => ratioTarget(samples, base)),
      ...SPEED_UPS.map(([size, least]) => speedUpTarget(samples, size, least)),
    ],
    notMeasured: [
      'tools of different durations, where the order of starting matters',
      'tools that compute: everything here waits for a timer',
      'a busy event loop',
    ],
  }
}

/** Runs in a process of its own. Milliseconds of each batch; the candidates take turns. */
export async function measure(repetitions: number): Promise<Samples> {
  const tool = waiting(TOOL_MS)
  const candidates: Scheduler[] = [bare(tool), await guarantee(tool, 'none'), ours(tool, 'none'), ...libraries(tool)]
  const sequential: Scheduler = {
    name: SEQUENTIAL,
    run: async (calls) => {
      const results = []
      for (const _call of calls) results.push({ success: true, data: await tool() })
      return results
    },
  }
  const samples: Samples = {}
  for (const { name, run } of candidates) await timed(name, run, 2)
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const size of SIZES) {
      for (const { name, run } of candidates) record(samples, name, size, await timed(name, run, size))
      if (SPEED_UPS.some(([measured]) => measured === size)) {
        record(samples, SEQUENTIAL, size, await timed(SEQUENTIAL, sequential.run, size))
      }
    }
    candidates.push(...candidates.splice(0, 1))
  }
  return samples
}

async function timed(name: string, run: Scheduler['run'], size: number): Promise<number> {
  const calls = valueCalls(TOOL, size)
  const startedAt = performance.now()
  const results = await run(calls)
  const ms = performance.now() - startedAt
  checkSettled(name, results, size)
  return ms
}

function record(samples: Samples, name: string, size: number, ms: number): void {
  ;((samples[name] ??= {})[size] ??= []).push(ms)
}

function boundMs(size: number): number {
  return Math.ceil(size / LIMIT) * TOOL_MS
}

function ratioTarget(samples: Samples, base: string): Target {
  const bySize = SIZES.map((size) => [size, median(ratios(samples, OURS, base, size))] as const)
  return {
    claim: `makespan / ${base}`,
    wanted: '≤ 1.01',
    measured: bySize.map(([size, ratio]) => `${ratio.toFixed(4)} at ${size}`).join(', '),
    met: bySize.every(([, ratio]) => ratio <= 1.01),
  }
}

function speedUpTarget(samples: Samples, size: number, least: number): Target {
  const speedUp = median(ratios(samples, SEQUENTIAL, OURS, size))
  return {
    claim: `speed-up of ${size} tools over one after another`,
    wanted: `≥ ${least}`,
    measured: figure(speedUp),
    met: speedUp >= least,
  }
}

function ratios(samples: Samples, name: string, base: string, size: number): number[] {
  return pairwiseRatios(samples[name]?.[size] ?? [], samples[base]?.[size] ?? [])
}
