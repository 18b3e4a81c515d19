import { count } from '../report.ts'
import type { FaultCase } from './cases.ts'
import type { Given, SeenResult } from './ledger.ts'
import type { Settled } from './report.ts'
import type { Observed } from './run-cell.ts'
import { FAULT_INDEX, FINAL_TEXT } from './scenario.ts'

/** One cell of the fault table. */
export interface Cell {
  readonly case: string
  readonly subject: string
  /**
   * - `answered`: the model received results and gave its final text
   * - `aborted`: the run ended because of the abort, and resolved accordingly
   * - `thrown`: the run rejected
   * - `failed`: the run resolved without the model's final text, and reports a failure
   * - `silent stop`: the run resolved without the final text, and reports no failure
   * - `hang`: the run did not settle
   * - `crash`: its process ended
   * - `not run`: it could not be started, or its first good turns failed; says nothing about the case
   */
  readonly ending: 'answered' | 'aborted' | 'thrown' | 'failed' | 'silent stop' | 'hang' | 'crash' | 'not run'
  /** Whether each good call's result exists once, with its own page, in call order; null if it cannot be observed. */
  readonly siblings: 'kept' | 'lost' | 'wrong' | null
  /** The result of the faulty call: an error, a value, or no result at all; null if it cannot be observed. */
  readonly fault: 'error' | 'value' | 'no result' | null
  readonly bad: boolean
  /** The thrown error or the returned value, shortened. */
  readonly detail: string
  readonly ms: number | null
  readonly sinceAbortMs: number | null
}

/** Statuses with which an SDK reports that a resolved run was stopped. */
const SAYS_ABORTED = /abort|cancel/i
const SAYS_FAILED = /error|fail/i

/** Words that mark a result as an error, if its form has no field for that. */
const ERROR_WORDS = /\berror\b|failed|not found|no such|invalid|timed out/i

/** Classifies an observation in the closed vocabulary of the table. */
export function judge(faultCase: FaultCase, subject: string, observed: Observed): Cell {
  const where = { case: faultCase.name, subject }
  const nothing = { siblings: null, fault: null, sinceAbortMs: null, bad: true } as const
  if (observed.kind === 'hang') return { ...where, ...nothing, ending: 'hang', detail: '', ms: observed.afterMs }
  if (observed.kind === 'not run')
    return { ...where, ...nothing, ending: 'not run', detail: observed.why, ms: null, bad: false }
  if (observed.kind === 'crash')
    return { ...where, ...nothing, ending: 'crash', detail: `${observed.exit}: ${observed.lastWords}`, ms: null }
  const ending = endingOf(faultCase, observed)
  const given = ending === 'answered' ? observed.given.at(-1) : undefined
  const results = given?.results ?? observed.kept
  const ids = idsOf(faultCase, given)
  const siblings = given === undefined ? siblingsSeen(results, ids, faultCase) : siblingsGiven(results, ids, faultCase)
  const own = resultOfFault(results, ids)
  const fault = own === undefined ? 'no result' : faultIn(own)
  const lost = siblings !== 'kept' || (ending === 'answered' && fault === 'no result')
  return {
    ...where,
    ending,
    siblings,
    fault,
    bad: lost || (ending !== 'answered' && ending !== 'aborted' && !(ending === 'thrown' && wasAborted(observed))),
    detail: detailOf(observed, own),
    ms: observed.ms,
    sinceAbortMs: observed.sinceAbortMs ?? null,
  }
}

function wasAborted({ sinceAbortMs }: Settled): boolean {
  return sinceAbortMs !== undefined
}

function endingOf({ abortAfterMs }: FaultCase, { ending, given }: Settled): Cell['ending'] {
  if (ending.how === 'threw') return 'thrown'
  if (given.length > 0 && ending.text === FINAL_TEXT) return 'answered'
  const status = ending.status ?? ''
  if (abortAfterMs !== undefined && (status === '' || SAYS_ABORTED.test(status))) return 'aborted'
  return SAYS_FAILED.test(status) ? 'failed' : 'silent stop'
}

/** The ids that pair results with calls: the model's own, unless the SDK shows it others. */
function idsOf({ scenario: { calls } }: FaultCase, given: Given | undefined): readonly string[] {
  return given?.callIds?.length === calls.length ? given.callIds : calls.map(({ id }) => id)
}

/** Results that the caller has seen, also by events: in any order, perhaps repeated. */
function siblingsSeen(
  results: readonly SeenResult[],
  ids: readonly string[],
  { scenario: { pages } }: FaultCase,
): 'kept' | 'lost' {
  const isSeen = ([index, page]: readonly [number, string]): boolean =>
    results.some(({ id, text }) => id === ids[index] && text.includes(page))
  return [...pages].every(isSeen) ? 'kept' : 'lost'
}

/** Results that the model received: each good call's result once, under its call's id, in call order. */
function siblingsGiven(
  results: readonly SeenResult[],
  ids: readonly string[],
  { scenario: { pages } }: FaultCase,
): 'kept' | 'lost' | 'wrong' {
  let last = -1
  for (const [index, page] of pages) {
    const [place, again] = results.flatMap(({ text }, at) => (text.includes(page) ? [at] : []))
    if (place === undefined) return results.some(({ id }) => id === ids[index]) ? 'wrong' : 'lost'
    if (again !== undefined || place < last || results[place]?.id !== ids[index]) return 'wrong'
    last = place
  }
  return 'kept'
}

function faultIn({ isError, text }: SeenResult): 'error' | 'value' {
  return (isError ?? ERROR_WORDS.test(text)) ? 'error' : 'value'
}

/** If calls share an id, the n-th result of that id belongs to the n-th of them. */
function resultOfFault(results: readonly SeenResult[], ids: readonly string[]): SeenResult | undefined {
  const id = ids[FAULT_INDEX]
  const earlier = ids.slice(0, FAULT_INDEX).filter((other) => other === id).length
  return results.filter((result) => result.id === id)[earlier]
}

function detailOf({ ending }: Settled, own: SeenResult | undefined): string {
  if (ending.how === 'threw') return ending.error
  if (own === undefined) return ending.status ?? ''
  return own.length > own.text.length ? `${count(own.length)} characters` : own.text
}
