import { CASES, type FaultCase } from './cases.ts'
import { Ledger } from './ledger.ts'
import type { Report, Settled } from './report.ts'
import { FINAL_TEXT, type Scenario, scenario } from './scenario.ts'
import type { Ending, Subject } from './subject.ts'
import { SUBJECTS } from './subjects.ts'

/** Time for which a process stays alive after its run, so that late crashes are seen. */
const AFTERMATH_MS = 250
const WARM_UPS = 2

/** The process of one cell: `node child.ts SUBJECT CASE`, started by `run-cell.ts`. */
async function main(subjectName: string, caseName: string): Promise<void> {
  const subject = await SUBJECTS[subjectName]?.()
  const faultCase = CASES.find(({ name }) => name === caseName)
  if (subject === undefined || faultCase === undefined)
    throw new Error(`There is no cell ${JSON.stringify([subjectName, caseName])}.`)
  // Keeps the event loop busy: otherwise the process would end, and a hang would look like a crash.
  setInterval(() => {}, 60_000)
  for (let count = 0; count < WARM_UPS; count++) await warmUp(subject, scenario())
  report({ kind: 'settled', ...(await settle(subject, faultCase)) })
  setTimeout(() => process.exit(), AFTERMATH_MS)
}

async function warmUp(subject: Subject, good: Scenario): Promise<void> {
  const run = await subject(good, new Ledger())
  const { text } = await run(new AbortController().signal)
  if (text !== FINAL_TEXT) throw new Error(`Expected the final text from good calls, got ${JSON.stringify(text)}.`)
}

async function settle(subject: Subject, { scenario: faulty, abortAfterMs }: FaultCase): Promise<Settled> {
  const ledger = new Ledger()
  const controller = new AbortController()
  const run = await subject(faulty, ledger)
  report({ kind: 'started' })
  const startedAt = performance.now()
  let abortedAt: number | undefined
  if (abortAfterMs !== undefined) {
    setTimeout(() => {
      abortedAt = performance.now()
      controller.abort()
    }, abortAfterMs)
  }
  const ending = await endingOf(run(controller.signal))
  const endedAt = performance.now()
  return {
    ending,
    ms: endedAt - startedAt,
    ...(abortedAt !== undefined && { sinceAbortMs: endedAt - abortedAt }),
    given: ledger.given,
    kept: ledger.kept,
  }
}

async function endingOf(run: Promise<Ending>): Promise<Settled['ending']> {
  try {
    return { how: 'resolved', ...(await run) }
  } catch (error) {
    return { how: 'threw', error: wordsOf(error) }
  }
}

/** The name of an error and the beginning of its message. */
function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error)
  } catch {
    return 'an error that cannot be read'
  }
}

function report(message: Report): void {
  process.send?.(message)
}

await main(process.argv[2] ?? '', process.argv[3] ?? '')
