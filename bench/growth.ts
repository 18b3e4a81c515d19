import { inChild } from './child.ts'
import { ADMISSION } from './growth/admission.ts'
import { DEPENDENCIES } from './growth/dependencies.ts'
import { EFFECTS } from './growth/effects.ts'
import type { Shape } from './growth/shape.ts'
import { TURNS } from './growth/turns.ts'
import { figure } from './report.ts'
import { median } from './statistics.ts'

const SHAPES: readonly Shape[] = [...TURNS, ...DEPENDENCIES, ...EFFECTS, ...ADMISSION]

/** More than the exponent of n log n at these sizes, with a margin for caches that become too small. */
const MOST = 1.25

/** A shape that takes longer than this once is not measured again: its growth is clear. */
const TOO_LONG_MS = 5_000

const LEAST_MS = 50

/**
 * Size of the young generation, in megabytes: large enough for everything that the largest N allocates. With the
 * default size the smaller N fits and the larger does not, and the first collections would look like growth.
 */
const YOUNG = ['--max-semi-space-size=512', '--min-semi-space-size=512']

interface Question {
  readonly shape: string
  readonly repetitions: number
}

/** Milliseconds of the thread's CPU time, by N. */
type Answer = readonly (readonly [n: number, ms: number])[]

/**
 * Measures the exponent with which the cost of each shape grows, between the two largest N.
 *
 * @param only selects the shapes whose names contain this; all if it is empty
 * @returns the exit code: 1 if a shape grows faster than it should
 */
export async function growth(only: string, quick: boolean): Promise<number> {
  const asked = SHAPES.filter(({ name }) => name.includes(only))
  if (asked.length === 0) {
    console.error(
      `No shape has ${JSON.stringify(only)} in its name. There are: ${SHAPES.map(({ name }) => name).join(', ')}.`,
    )
    return 2
  }
  console.log(HEAD)
  const flagged: string[] = []
  for (const { name } of asked) {
    let answer = await measured(name, quick)
    // Other programs may evict the caches during a measurement; three such measurements in a row are rare.
    for (let again = 0; again < 2 && answer.length > 0 && exponentOf(answer) > MOST; again++) {
      const other = await measured(name, quick)
      if (other.length > 0 && exponentOf(other) < exponentOf(answer)) answer = other
    }
    const exponent = answer.length === 0 ? Infinity : exponentOf(answer)
    if (exponent > MOST) flagged.push(name)
    console.log(row(name, answer, exponent))
  }
  console.log(FOOT)
  console.log(
    flagged.length === 0
      ? `None of ${asked.length} shapes grows with more than N to the ${MOST}.`
      : `${flagged.length} of ${asked.length} shapes grow with more than N to the ${MOST}: ${flagged.join('; ')}.`,
  )
  return flagged.length === 0 ? 0 : 1
}

const HEAD = `Milliseconds of computing at N, medians; the exponent of their growth between the two largest N.

| shape                                            |        N/16 |         N/4 |           N | power |
| ------------------------------------------------ | ----------: | ----------: | ----------: | ----: |`

const FOOT = `
Not measured: wall time, memory, and garbage collection, which is avoided by a large young
generation (512 MB) or done by other threads; growth with the size of one value
(arguments, results, schemas, histories) or with the depth of nested calls, which is bounded; models and providers.`

function row(name: string, answer: Answer, exponent: number): string {
  const figures = answer.length === 0 ? ['–', '–', 'failed'] : answer.map(([n, ms]) => `${n}: ${figure(ms)}`)
  const cells = figures.map((each) => each.padStart(11))
  const power = `${exponent.toFixed(2)}${exponent > MOST ? ' !' : ''}`
  return `| ${name.padEnd(48)} | ${cells.join(' | ')} | ${power.padStart(5)} |`
}

function exponentOf(answer: Answer): number {
  const [[n, ms], [few, fewMs]] = [answer.at(-1), answer.at(-2)] as [Answer[number], Answer[number]]
  return Math.log(ms / fewMs) / Math.log(n / few)
}

async function measured(shape: string, quick: boolean): Promise<Answer> {
  try {
    return await inChild<Question, Answer>('growth.ts', { shape, repetitions: quick ? 3 : 7 }, YOUNG)
  } catch {
    // The process has reported the reason on standard error.
    return []
  }
}

/** Runs in a process of its own. */
export async function measure({ shape, ...question }: Question): Promise<Answer> {
  const found = SHAPES.find(({ name }) => name === shape)
  if (found === undefined) throw new Error(`There is no shape ${shape}.`)
  let { repetitions } = question
  const sizes = [found.most / 16, found.most / 4, found.most].map(Math.floor)
  const costs = sizes.map((): number[] => [])
  // Warms up until the code is compiled.
  for (const until = performance.now() + 400; performance.now() < until;) await found.run(sizes[0] as number)
  for (let i = 0; i < repetitions; i++)
    for (const [place, n] of sizes.entries()) {
      const ms = await cost(found, n)
      costs[place]?.push(ms)
      if (ms > TOO_LONG_MS) repetitions = 0
    }
  return sizes.map((n, place) => [n, median(costs[place] ?? [])])
}

/** The cost of one run. It is repeated until the thread's CPU time, which is counted in ticks, is meaningful. */
async function cost({ run }: Shape, n: number): Promise<number> {
  const cpu = process.threadCpuUsage()
  for (let times = 1; ; times++) {
    await run(n)
    const { user, system } = process.threadCpuUsage(cpu)
    const ms = (user + system) / 1_000
    if (ms >= LEAST_MS) return ms / times
  }
}
