import { checkGuarantees } from './check-guarantees.ts'
import { checkSettled, textCalls, valueCalls } from './calls.ts'
import { inChild } from './child.ts'
import { joinSamples, sample, type Samples, type Sampling } from './harness.ts'
import type { Mode } from './mode.ts'
import { type Claim, count, figure, type Row, type Table, type Target } from './report.ts'
import {
  BARE,
  bare,
  type Check,
  GUARANTEE,
  guarantee,
  libraries,
  noop,
  OURS,
  ours,
  type Scheduler,
  TIMED,
  timed,
  TOOL,
} from './schedulers.ts'
import { growthExponent, median, pairwiseRatios, summarize } from './statistics.ts'

const SIZES = [1, 2, 5, 10, 100, 1_000, 10_000, 100_000]

/** One form of calls and their validation. */
interface Variant {
  readonly title: string
  readonly arguments: 'values' | 'JSON text'
  readonly check: Check
  /** Whether the libraries are measured too: they neither parse nor validate, so once is enough. */
  readonly withLibraries: boolean
}

const VARIANTS: readonly Variant[] = [
  { title: 'arguments are values, no schema', arguments: 'values', check: 'none', withLibraries: true },
  { title: 'arguments are JSON text, zod schema', arguments: 'JSON text', check: 'zod', withLibraries: false },
  { title: 'arguments are JSON text, JSON Schema', arguments: 'JSON text', check: 'JSON Schema', withLibraries: false },
]

interface Question {
  readonly variant: Variant
  readonly sampling: Sampling
}

/** Overhead per call: no-op asynchronous tools, at most 10 at once, for 1 to 100 000 calls in a batch. */
export async function overhead({ quick }: Mode): Promise<Claim> {
  const sampling = quick
    ? { repetitions: 3, sampleMs: 30, warmUpMs: 400 }
    : { repetitions: 7, sampleMs: 60, warmUpMs: 1_000 }
  const tables: Table[] = []
  const targets: Target[] = []
  for (const variant of VARIANTS) {
    const parts: Samples[] = []
    for (let process = 0; process < (quick ? 1 : 2); process++) {
      parts.push(await inChild<Question, Samples>('overhead.ts', { variant, sampling }))
    }
    const samples = joinSamples(parts)
    tables.push(costTable(variant, samples), ratioTable(variant, samples))
    targets.push(...targetsOf(variant, samples))
  }
  return {
    name: 'Overhead per call',
    tables,
    targets,
    notMeasured: [
      'tools that do anything',
      'listeners, loggers or an abort signal',
      'calls that fail',
      'several batches at once',
      'the other schedulers do not parse, validate, copy, time or limit in time: only the loop with our guarantees does',
    ],
  }
}

/** Runs in a process of its own. Samples of all candidates of a variant. */
export async function measure({ variant, sampling }: Question): Promise<Samples> {
  const candidates: Scheduler[] = [
    bare(noop),
    timed(noop),
    await guarantee(noop, variant.check),
    ours(noop, variant.check),
  ]
  if (variant.withLibraries) candidates.push(...libraries(noop))
  const makeCalls = variant.arguments === 'values' ? valueCalls : textCalls
  const inputs = new Map(SIZES.map((size) => [size, makeCalls(TOOL, size)]))
  await checkGuarantees()
  for (const { name, run } of candidates) {
    for (const [size, calls] of inputs) checkSettled(name, await run(calls), size)
  }
  return sample(candidates, inputs, sampling)
}

function costTable({ title }: Variant, samples: Samples): Table {
  return {
    title: `No-op tools, ${title}`,
    unit: 'ns per call',
    columns: SIZES.map(count),
    rows: Object.entries(samples).map(([name, bySize]) => ({
      name,
      cells: SIZES.map((size) => summarize((bySize[size] ?? []).map((ns) => ns / size))),
    })),
  }
}

function ratioTable({ title }: Variant, samples: Samples): Table {
  const row = (base: string): Row => ({
    name: `${OURS} / ${base}`,
    cells: SIZES.map((size) => summarize(ratios(samples, base, size))),
  })
  return {
    title: `Ratios, ${title}`,
    unit: 'pairs of the same moments',
    columns: SIZES.map(count),
    rows: [row(GUARANTEE), row(TIMED), row(BARE)],
  }
}

function targetsOf({ title, check }: Variant, samples: Samples): Target[] {
  const targets = [ratioTarget(title, samples, GUARANTEE, 1.5)]
  // Compared with a loop that ignores the arguments, only the cost of the interpreted schema would show.
  if (check !== 'JSON Schema') targets.push(ratioTarget(title, samples, BARE, 4))
  targets.push(linearTarget(title, samples))
  return targets
}

function ratioTarget(title: string, samples: Samples, base: string, most: number): Target {
  const bySize = SIZES.filter((size) => size >= 10).map((size) => [size, median(ratios(samples, base, size))] as const)
  return {
    claim: `overhead / ${base} at N ≥ 10 (${title})`,
    wanted: `≤ ${most}`,
    measured: bySize.map(([size, ratio]) => `${figure(ratio)} at ${count(size)}`).join(', '),
    met: bySize.every(([, ratio]) => ratio <= most),
  }
}

function linearTarget(title: string, samples: Samples): Target {
  const exponent = (name: string): number =>
    growthExponent(SIZES.filter((size) => size >= 100).map((size) => [size, median(samples[name]?.[size] ?? [])]))
  return {
    claim: `growth of the time from 100 to 100 000 calls (${title})`,
    wanted: 'an exponent ≤ 1.1 (1 is linear)',
    measured: `${figure(exponent(OURS))}; the bare loop's is ${figure(exponent(BARE))}`,
    met: exponent(OURS) <= 1.1,
  }
}

function ratios(samples: Samples, base: string, size: number): number[] {
  return pairwiseRatios(samples[OURS]?.[size] ?? [], samples[base]?.[size] ?? [])
}
