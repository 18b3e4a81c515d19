import { inChild } from './child.ts'
import { ADMISSION } from './growth/admission.ts'
import { DEPENDENCIES } from './growth/dependencies.ts'
import { EFFECTS } from './growth/effects.ts'
import type { Shape } from './growth/shape.ts'
import { TURNS } from './growth/turns.ts'
import { figure } from './report.ts'
import { median } from './statistics.ts'

const SHAPES: readonly Shape[] = [...TURNS, ...DEPENDENCIES, ...EFFECTS, ...ADMISSION]

/** More than n log n comes to at these sizes, with room for caches that grow too small. */
const MOST = 1.25

/** A shape that takes longer once is not measured again: its growth is clear. */
const TOO_LONG_MS = 5_000

const LEAST_MS = 50

/**
 * A young generation, in megabytes, that has room for all that the largest N makes. With the usual one the smaller N fits in
 * and the larger does not, and the step to the first collections would look like growth.
 */
const YOUNG = ['--max-semi-space-size=512', '--min-semi-space-size=512']

interface Question {
  readonly shape: string
  readonly repetitions: number
}

/** Milliseconds of the thread's computing, by N. */
type Answer = readonly (readonly [n: number, ms: number])[]

/**
 * By which power of N the cost of each shape grows, between the two largest N.
 *
 * @param only shapes whose names contain this; all where it is empty
 * @returns the exit code: 1 where a shape grows faster than it should
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
    // Other programs may empty the caches during a measurement; three such measurements in a row are rare.
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

const HEAD = `Milliseconds of computing at N, medians; the power of N with which they grow between the two largest.

| shape                                            |        N/16 |         N/4 |           N | power |
| ------------------------------------------------ | ----------: | ----------: | ----------: | ----: |`

const FOOT = `
Not measured: time by the clock, memory, and the collection of what is left over, for which there is room in the young
generation (of 512 MB) or which other threads do; what grows with the size of one value
(arguments, results, schemas, histories) or with how deep calls are nested, which is bounded; models and providers.`

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
    // It has said why on standard error.
    return []
  }
}

/** In a process of its own. */
export async function measure({ shape, ...question }: Question): Promise<Answer> {
  const found = SHAPES.find(({ name }) => name === shape)
  if (found === undefined) throw new Error(`There is no shape ${shape}.`)
  let { repetitions } = question
  const sizes = [found.most / 16, found.most / 4, found.most].map(Math.floor)
  const costs = sizes.map((): number[] => [])
  // Until the code is compiled.
  for (const until = performance.now() + 400; performance.now() < until;) await found.run(sizes[0] as number)
  for (let i = 0; i < repetitions; i++)
    for (const [place, n] of sizes.entries()) {
      const ms = await cost(found, n)
      costs[place]?.push(ms)
      if (ms > TOO_LONG_MS) repetitions = 0
    }
  return sizes.map((n, place) => [n, median(costs[place] ?? [])])
}

/** Of one time, out of as many as it takes until the thread's time, which is counted in ticks, says something. */
async function cost({ run }: Shape, n: number): Promise<number> {
  const cpu = process.threadCpuUsage()
  for (let times = 1; ; times++) {
    await run(n)
    const { user, system } = process.threadCpuUsage(cpu)
    const ms = (user + system) / 1_000
    if (ms >= LEAST_MS) return ms / times
  }
}
