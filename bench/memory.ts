import { setImmediate as macrotask } from 'node:timers/promises'
import type { ToolCall } from '../packages/aof-runtime/dist/index.js'
import { checkSettled, LIMIT, textCalls, valueCalls } from './calls.ts'
import { inChild } from './child.ts'
import { collectGarbage } from './garbage.ts'
import type { Mode } from './mode.ts'
import { type Claim, count, figure, type Table, type Target } from './report.ts'
import { bare, type Check, guarantee, libraries, OURS, ours, type Scheduler, TOOL } from './schedulers.ts'
import { median, summarize } from './statistics.ts'

const CALLS = 100_000
const MOST_MB = 20

/** The forms of arguments: a value is copied when it is accepted, a text is parsed when its call starts. */
const FORMS = ['values', 'JSON text'] as const
type Form = (typeof FORMS)[number]

interface Question {
  readonly candidate: string
  readonly form: Form
}

/** Megabytes of live heap, without the heap before the batch and without the calls themselves. */
interface Answer {
  /** While the first tools run and all other calls wait. */
  readonly queued: number
  /** While the tool of the call in the middle runs, when half of the results exist. */
  readonly half: number
  /** The array of calls, which belongs to the caller and is the same for all. */
  readonly calls: number
}

/** Live heap with 100 000 calls queued, at most 10 running. Each figure comes from a process of its own. */
export async function memory({ quick }: Mode): Promise<Claim> {
  const names = (await candidates(async () => ({ ok: true }), 'none')).map(({ name }) => name)
  const tables: Table[] = []
  const targets: Target[] = []
  for (const form of FORMS) {
    const answers = new Map<string, Answer[]>(names.map((name) => [name, []]))
    for (let repetition = 0; repetition < (quick ? 1 : 3); repetition++) {
      for (const candidate of names) {
        answers.get(candidate)?.push(await inChild<Question, Answer>('memory.ts', { candidate, form }))
      }
    }
    tables.push({
      title: `${count(CALLS)} calls, arguments are ${form}`,
      unit: 'MB of live heap',
      columns: ['all queued', 'half done', 'the calls themselves (not in the others)'],
      rows: names.map((name) => ({
        name,
        cells: (['queued', 'half', 'calls'] as const).map((key) =>
          summarize((answers.get(name) ?? []).map((answer) => answer[key])),
        ),
      })),
    })
    const queued = median((answers.get(OURS) ?? []).map((answer) => answer.queued))
    targets.push({
      claim: `live heap with ${count(CALLS)} calls queued (arguments are ${form})`,
      wanted: `≤ ${MOST_MB} MB`,
      measured: `${figure(queued)} MB`,
      met: queued <= MOST_MB,
    })
  }
  return {
    name: 'Memory',
    tables,
    targets,
    notMeasured: [
      'large arguments and large results',
      'memory outside the heap of JavaScript',
      'the peak before garbage is collected',
      'a queue with Promise.all: it has no limit, so all its tools run',
    ],
  }
}

/** Runs in a process of its own: one candidate, once. */
export async function measure({ candidate, form }: Question): Promise<Answer> {
  const gate = Promise.withResolvers<void>()
  let phase: 'warming up' | 'queueing' | 'running' = 'warming up'
  let started = 0
  let half = 0
  const execute = async (): Promise<{ ok: boolean }> => {
    if (phase === 'queueing') await gate.promise
    if (phase === 'running' && ++started === CALLS / 2) half = usedMb()
    return { ok: true }
  }
  const scheduler = (await candidates(execute, form === 'values' ? 'none' : 'zod')).find(
    ({ name }) => name === candidate,
  )
  if (scheduler === undefined) throw new Error(`memory: there is no candidate ${candidate}.`)
  const makeCalls = form === 'values' ? valueCalls : textCalls
  await warmUp(scheduler, makeCalls(TOOL, 1_000))

  const beforeCalls = usedMb()
  const calls = makeCalls(TOOL, CALLS)
  const before = usedMb()
  phase = 'queueing'
  const settled = scheduler.run(calls)
  await macrotask()
  const queued = usedMb() - before
  phase = 'running'
  gate.resolve()
  checkSettled(candidate, await settled, CALLS)
  return { queued, half: half - before, calls: before - beforeCalls }
}

async function candidates(execute: () => Promise<unknown>, check: Check): Promise<Scheduler[]> {
  return [bare(execute), await guarantee(execute, check), ours(execute, check), ...libraries(execute)]
}

/** Code, caches and lazily created tables belong to the process, not to the batch. */
async function warmUp(scheduler: Scheduler, calls: readonly ToolCall[]): Promise<void> {
  for (let round = 0; round < 2 * LIMIT; round++) await scheduler.run(calls)
}

function usedMb(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed / 1e6
}
