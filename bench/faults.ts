import { availableParallelism } from 'node:os'
import { CASES, type FaultCase } from './faults/cases.ts'
import { type Cell, judge } from './faults/judge.ts'
import { runCell } from './faults/run-cell.ts'
import { OURS, OURS_ISOLATED, SUBJECTS } from './faults/subject.ts'
import { table } from './faults/table.ts'
import type { Mode } from './mode.ts'
import type { Claim, Target } from './report.ts'

/** How long an abort may take, beside the grace that a tool is given to stop (50 by default), in milliseconds. */
const ABORT_MS = 50
const GRACE_MS = 50

/** Rows that take longer than this to be sure of are left out of the quick mode, in milliseconds. */
const QUICK_MS = 10_000

/** A claim whose figures are words; the JSON has the cells as they were judged. */
interface FaultClaim extends Claim {
  readonly cells: readonly Cell[]
}

/** What becomes of a turn of three calls of which the one in the middle goes wrong, in every SDK. */
export async function faults({ quick }: Mode): Promise<FaultClaim> {
  const cases = CASES.filter(({ watchdogMs }) => !quick || watchdogMs < QUICK_MS)
  const subjects = Object.keys(SUBJECTS)
  const cells = await observe(cases, subjects)
  const counted = cells.filter(isCounted)
  return {
    name: 'Faults',
    tables: [],
    texts: [
      table(
        'What goes wrong in the middle one of three calls, and what comes of the turn (bad in bold)',
        cells,
        subjects,
      ),
    ],
    targets: [noBadCell(counted), abortsInTime(counted)],
    notMeasured: [
      'real models and networks: each SDK has a scripted model',
      'options of an SDK other than a limit for its tools',
      'what keeps state around an agent, such as checkpointers and memories',
    ],
    cells,
  }
}

/** Those with an abort run by themselves, since the time that they take is told. */
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

/** Ours; and what no code in the same thread can contain, only where the tools are in isolation. */
function isCounted({ case: name, subject }: Cell): boolean {
  const needsIsolation = CASES.find((faultCase) => faultCase.name === name)?.needsIsolation ?? false
  if (subject === OURS) return !needsIsolation
  return Object.values(OURS_ISOLATED).includes(subject)
}

/** More is asked of ours: after an abort, too, every call has its result. */
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
    measured: hangs ? 'a run that did not end' : `${Math.round(slowest - GRACE_MS)} ms at the most`,
    met: !hangs && slowest - GRACE_MS <= ABORT_MS,
  }
}
