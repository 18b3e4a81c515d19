/**
 * Runs the checks that take too long for `npm test`: the planted bugs, a million calls of the soak, a million scenarios
 * of the simulation, and a million seeds of its other tests.
 *
 *   npm run test:nightly                                    everything that is left to do
 *   npm run test:nightly -- planted soak                    these parts alone
 *   npm run test:nightly -- scenarios --seeds 0..250000     a range of seeds, the second one not included
 *   npm run test:nightly -- --minutes 60                    starts no new part after an hour
 *   npm run test:nightly -- --again                         ignores the progress of earlier runs
 *
 * Progress is kept in `.cache/nightly.json` until the sources change, so that several runs add up to one. The command
 * fails if any part failed.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './manifest.ts'
import { Progress } from './nightly/progress.ts'
import { covered, missing, type Range } from './nightly/ranges.ts'

const PARTS = ['planted', 'soak', 'scenarios', 'simulation'] as const
type Part = (typeof PARTS)[number]

/** Number of seeds in one run of the simulation's other tests, at the scale 1 of the ordinary tests. */
const ORDINARY_SEEDS = 20_000
/** Number of scenarios that one process plays. */
const SCENARIOS_PER_PROCESS = 5_000
const NIGHTLY_SEEDS: Range = { from: 0, to: 1_000_000 }

const file = join(root, '.cache/nightly.json')

interface Options {
  readonly parts: readonly Part[]
  readonly seeds: Range
  readonly endsAt: number
}

class UsageError extends Error {}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seeds: { type: 'string' }, minutes: { type: 'string' }, again: { type: 'boolean' } },
  })
  const unknown = positionals.find((name) => !PARTS.some((part) => part === name))
  if (unknown !== undefined) throw new UsageError(`No part is named "${unknown}"; there are: ${PARTS.join(', ')}.`)
  if (values.again === true) rmSync(file, { force: true })
  return {
    parts: PARTS.filter((part) => positionals.length === 0 || positionals.includes(part)),
    seeds: readSeeds(values.seeds),
    endsAt: performance.now() + readMinutes(values.minutes) * 60_000,
  }
}

function readSeeds(text: string | undefined): Range {
  if (text === undefined) return NIGHTLY_SEEDS
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? []
  const range = { from: Number(from), to: Number(to) }
  if (!(range.from < range.to)) throw new UsageError(`--seeds takes a range such as 0..250000, not "${text}".`)
  return range
}

function readMinutes(text: string | undefined): number {
  const minutes = text === undefined ? Infinity : Number(text)
  if (!(minutes > 0)) throw new UsageError(`--minutes takes a number above 0, not "${String(text)}".`)
  return minutes
}

/** @returns whether the command succeeded */
function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const [program = '', ...args] = command
  const { PATH = '', ...rest } = process.env
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...rest, ...environment, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${PATH}` },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0))
  })
}

/** The remaining seeds, in slices of at most `size`. */
function* slices(seeds: Range, done: readonly Range[], size: number): Generator<Range> {
  for (const { from, to } of missing(seeds, done))
    for (let begin = from; begin < to; begin += size) yield { from: begin, to: Math.min(to, begin + size) }
}

/** Plays the scenarios in as many processes as there are processors. @returns whether no seed failed */
async function playScenarios({ seeds, endsAt }: Options, progress: Progress): Promise<boolean> {
  let isClean = true
  const left = slices(seeds, progress.seedsOf('scenarios'), SCENARIOS_PER_PROCESS)
  const processes = Array.from({ length: availableParallelism() }, async () => {
    for (const slice of left) {
      if (performance.now() >= endsAt) break
      const isWell = await run(['node', 'scripts/nightly/play-scenarios.ts', String(slice.from), String(slice.to)])
      console.log(`${isWell ? '✓' : '✗'} seeds ${slice.from} to ${slice.to - 1}`)
      if (isWell) progress.seedsDone('scenarios', slice)
      else isClean = false
    }
  })
  await Promise.all(processes)
  reportSeeds('scenarios', seeds, progress)
  return isClean
}

/** Runs the other tests of the simulation, which use all processors. @returns whether no seed failed */
async function simulate({ seeds, endsAt }: Options, progress: Progress): Promise<boolean> {
  let isClean = true
  for (const { from, to } of slices(seeds, progress.seedsOf('simulation'), ORDINARY_SEEDS)) {
    if (performance.now() >= endsAt) break
    console.log(`seeds ${from} to ${to - 1}`)
    const isWell = await run(['vitest', 'run', 'test/simulation', '--exclude', '**/scenario/**'], {
      AOF_SIMULATION_FROM: String(from),
      AOF_SIMULATION_SCALE: String((to - from) / ORDINARY_SEEDS),
    })
    if (isWell) progress.seedsDone('simulation', { from, to })
    else isClean = false
  }
  reportSeeds('simulation', seeds, progress)
  return isClean
}

function reportSeeds(part: Part, seeds: Range, progress: Progress): void {
  const clean = covered(seeds, progress.seedsOf(part))
  console.log(`${clean} of the ${seeds.to - seeds.from} seeds are clean for these sources.`)
}

/** @returns whether it succeeded, or there was no time left for it */
async function runPart(part: Part, options: Options, progress: Progress): Promise<boolean> {
  console.log(`── ${part} ──`)
  if (part === 'scenarios') return playScenarios(options, progress)
  if (part === 'simulation') return simulate(options, progress)
  if (progress.isDone(part)) console.log('Done by an earlier run for these sources.')
  else if (performance.now() >= options.endsAt) console.log('Not started: the time is over.')
  else if (await (part === 'planted' ? run(['node', 'scripts/planted-bugs.ts']) : soak())) progress.partDone(part)
  else return false
  return true
}

function soak(): Promise<boolean> {
  return run(['vitest', 'run', 'test/soak'], { AOF_SOAK_CALLS: '1000000' })
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  const progress = new Progress(file)
  const failed: Part[] = []
  for (const part of options.parts) if (!(await runPart(part, options, progress))) failed.push(part)
  if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}.`)
  return failed.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!isUsage) throw error
  console.error((error as Error).message)
  process.exitCode = 2
}
