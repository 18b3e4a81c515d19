import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadBuild } from './against/build.ts'
import { SHAPES } from './against/shapes.ts'
import { inChild } from './child.ts'
import { median, pairwiseRatios } from './statistics.ts'

/** The builds that take turns: this one, the other, and a copy of the other, whose difference to it is noise. */
const SIDES = ['here', 'there', 'again'] as const
type Side = (typeof SIDES)[number]

/** Microseconds a call. */
interface Cost {
  readonly cpu: number
  readonly wall: number
}

type Costs = Readonly<Record<Side, Cost>>

interface Question {
  readonly shape: string
  /** `dist` folders, in the order in which they are loaded. */
  readonly dists: readonly (readonly [Side, string])[]
  readonly samples: number
}

const SAMPLE_MS = 25
/** Warm-up of each side: until V8 has optimised the code of an agent's turn, the cost varies by a third. */
const WARM_UP_MS = 1_000

/** The built library of a checkout: in its package, or at the root of a checkout from before there were packages. */
function distOf(checkout: string): string {
  const inPackage = join(checkout, 'packages/aof-runtime/dist')
  return existsSync(inPackage) ? inPackage : join(checkout, 'dist')
}

/**
 * Measures another built checkout beside this one, shape by shape, in fresh processes. Each process loads both, and the
 * other one twice, and samples them in turns.
 *
 * @param dir the other checkout; its `dist` must be built
 * @param only selects the shapes whose names contain this; all if it is empty
 */
export async function against(dir: string, only: string, quick: boolean): Promise<number> {
  const there = distOf(resolve(dir))
  const names = Object.keys(SHAPES).filter((name) => name.includes(only))
  if (!existsSync(join(there, 'index.js'))) {
    console.error(`There is no ${join(there, 'index.js')}: build that checkout first (npm run build).`)
    return 2
  }
  if (names.length === 0) {
    console.error(`No shape has ${JSON.stringify(only)} in its name. There are: ${Object.keys(SHAPES).join(', ')}.`)
    return 2
  }
  const again = mkdtempSync(join(tmpdir(), 'aof-bench-'))
  try {
    // The copy lies beside the other's modules, so that its imports resolve.
    cpSync(there, join(again, 'dist'), { recursive: true })
    cpSync(join(there, '../package.json'), join(again, 'package.json'))
    const dists = {
      here: fileURLToPath(new URL('../packages/aof-runtime/dist', import.meta.url)),
      there,
      again: join(again, 'dist'),
    }
    console.log(HEAD)
    for (const name of names) console.log(row(name, await measureShape(name, dists, quick)))
    console.log(FOOT)
  } finally {
    rmSync(again, { recursive: true, force: true })
  }
  return 0
}

const HEAD = `Microseconds a call, medians; "ratio" is this build over the other, "±" the difference between the other and a copy of itself.

| shape                    | here, CPU | there, CPU | ratio |     ± | here, wall | there, wall | ratio |     ± |
| ------------------------ | --------: | ---------: | ----: | ----: | ---------: | ----------: | ----: | ----: |`

const FOOT = `
A ratio meets a bound if it is at most the bound plus the value under ±. Not measured: tools that wait or compute,
failures, aborts, memory. The CPU time is that of the thread, without V8's work in other threads.`

async function measureShape(
  shape: string,
  dists: Readonly<Record<Side, string>>,
  quick: boolean,
): Promise<readonly Costs[]> {
  const all: Costs[] = []
  const processes = quick ? 5 : 9
  for (let i = 0; i < processes; i++) {
    const order = SIDES.map((_, place) => SIDES[(place + i) % SIDES.length] as Side)
    const question = { shape, dists: order.map((side) => [side, dists[side]] as const), samples: quick ? 9 : 15 }
    all.push(await inChild<Question, Costs>('against.ts', question))
  }
  return all
}

function row(name: string, all: readonly Costs[]): string {
  const cells = (['cpu', 'wall'] as const).flatMap((what) => {
    const of = (side: Side): number[] => all.map((costs) => costs[side][what])
    const spread = median(pairwiseRatios(of('again'), of('there')).map((ratio) => Math.abs(ratio - 1)))
    const ratio = median(pairwiseRatios(of('here'), of('there')))
    return [median(of('here')), median(of('there')), ratio, spread].map((value, i) => value.toFixed(i < 2 ? 3 : 2))
  })
  const widths = [9, 10, 5, 5, 10, 11, 5, 5]
  return `| ${[name.padEnd(24), ...cells.map((cell, i) => cell.padStart(widths[i] ?? 0))].join(' | ')} |`
}

/** Runs in a process of its own. */
export async function measure({ shape, dists, samples }: Question): Promise<Costs> {
  const make = SHAPES[shape]
  if (make === undefined) throw new Error(`There is no shape ${shape}.`)
  const sides = []
  for (const [side, dist] of dists) sides.push({ side, ...make(await loadBuild(dist)), costs: [] as Cost[] })
  const warmUntil = performance.now() + WARM_UP_MS * sides.length
  while (performance.now() < warmUntil) for (const { round } of sides) await round()
  for (let i = 0; i < samples; i++)
    for (let place = 0; place < sides.length; place++) {
      const { round, calls, costs } = sides[(place + i) % sides.length] as (typeof sides)[number]
      costs.push(await sample(round, calls))
    }
  const entries = sides.map(({ side, costs }) => {
    const of = (what: keyof Cost): number => median(costs.map((cost) => cost[what]))
    return [side, { cpu: of('cpu'), wall: of('wall') }]
  })
  return Object.fromEntries(entries) as Costs
}

async function sample(round: () => Promise<unknown>, calls: number): Promise<Cost> {
  const cpu = process.threadCpuUsage()
  const startedAt = performance.now()
  let made = 0
  while (performance.now() - startedAt < SAMPLE_MS) {
    for (let i = 0; i < calls + 50; i += calls) {
      await round()
      made += calls
    }
  }
  const { user, system } = process.threadCpuUsage(cpu)
  return { cpu: (user + system) / made, wall: ((performance.now() - startedAt) * 1_000) / made }
}
