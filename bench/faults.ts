import { availableParallelism } from 'node:os'
import { CASES, type FaultCase } from './faults/cases.ts'
import { type Cell, judge } from './faults/judge.ts'
import { runCell } from './faults/run-cell.ts'
import { OURS, OURS_ISOLATED } from './faults/subject.ts'
import { table } from './faults/table.ts'
import type { Mode } from './mode.ts'
import type { Claim, Target } from './report.ts'
import { SUBJECTS } from './faults/subjects.ts'

/** The longest time of an abort beyond the tools' grace (50 ms by default), in milliseconds. */
const ABORT_MS = 50
const GRACE_MS = 50

/** The quick mode leaves out rows that need more than this to be certain, in milliseconds. */
const QUICK_MS = 10_000

/** A claim whose figures are words; the JSON has the cells in full. */
interface FaultClaim extends Claim {
  readonly cells: readonly Cell[]
}

/** The effect on a turn of three calls, in every SDK, if the one in the middle fails in some way. */
export async function faults({ quick }: Mode): Promise<FaultClaim> {
  const cases = CASES.filter(({ watchdogMs }) => !quick || watchdogMs < QUICK_MS)
  const subjects = Object.keys(SUBJECTS)
  const cells = await observe(cases, subjects)
  const counted = cells.filter(isCounted)
  return {
    name: 'Faults',
    tables: [],
    texts: [table('Faults of the middle call of three, and the outcome of the turn (bad in bold)', cells, subjects)],
    targets: [noBadCell(counted), abortsInTime(counted)],
    notMeasured: [
      'real models and networks: each SDK has a scripted model',
      'options of an SDK other than a limit for its tools',
      'state around an agent, such as checkpointers and memories',
    ],
    cells,
  }
}

/** Cases with an abort run alone, because their times are reported. */
async function observe(cases: readonly FaultCase[], subjects: readonly string[]): Promise<Cell[]> {
  const pairs = cases.flatMap((faultCase) => subjects.map((subject) => [faultCase, subject] as const))
  const timed = pairs.filter(([{ abortAfterMs }]) => abortAfterMs !== undefined)
  const others = pairs.filter(([{ abortAfterMs }]) => abortAfterMs === undefined)
  const cores = availableParallelism()
  return [...(await inLanes(others, 2 * cores)), ...(await inLanes(timed, Math.max(1, cores / 2)))]
}

async function inLanes(pairs: readonly (readonly [FaultCase, string])[], lanes: number): Promise<Cell[]> {
  const cells: Cell[] = []
  const waiting = pairs.values()
  const lane = async (): Promise<void> => {
    for (const [faultCase, subject] of waiting) cells.push(judge(faultCase, subject, await runCell(subject, faultCase)))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return cells
}

/** Whether a cell counts for us. Faults that no code in the thread can contain count for isolated tools only. */
function isCounted({ case: name, subject }: Cell): boolean {
  const needsIsolation = CASES.find((faultCase) => faultCase.name === name)?.needsIsolation ?? false
  if (subject === OURS) return !needsIsolation
  return Object.values(OURS_ISOLATED).includes(subject)
}

/** This project must do more than the others: every call has its result after an abort, too. */
function noBadCell(cells: readonly Cell[]): Target {
  const bad = cells.filter((cell) => cell.bad || cell.fault === 'no result' || cell.ending === 'not run')
  return {
    claim: 'Bad cells of aof-runtime',
    wanted: 'none',
    measured:
      bad.length === 0
        ? `none of ${cells.length}`
        : bad.map((cell) => `${cell.case} (${cell.subject}): ${cell.ending}`).join(', '),
    met: bad.length === 0,
  }
}

function abortsInTime(cells: readonly Cell[]): Target {
  const slowest = Math.max(...cells.flatMap(({ sinceAbortMs }) => (sinceAbortMs === null ? [] : [sinceAbortMs])))
  const hangs = cells.some(({ ending }) => ending === 'hang' || ending === 'not run')
  return {
    claim: 'aof-runtime settles after an abort',
    wanted: `≤ ${ABORT_MS} ms after the grace of ${GRACE_MS} ms`,
    measured: hangs ? 'a run that did not end' : `${Math.round(slowest - GRACE_MS)} ms at most`,
    met: !hangs && slowest - GRACE_MS <= ABORT_MS,
  }
}
