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
   * - `answered`: the model was given results and gave its final text
   * - `aborted`: the run ended because of the abort, and says so by resolving
   * - `thrown`: the run rejected
   * - `failed`: it resolved without the model's final text, and says that something went wrong
   * - `silent stop`: it resolved without the final text, as if all were well
   * - `hang`: it did not settle
   * - `crash`: its process ended
   * - `not run`: it could not be started, or did not do what is asked of everyone first; says nothing of the case
   */
  readonly ending: 'answered' | 'aborted' | 'thrown' | 'failed' | 'silent stop' | 'hang' | 'crash' | 'not run'
  /** Whether each good call's result is there once, with its own page, in call order; null where nobody can tell. */
  readonly siblings: 'kept' | 'lost' | 'wrong' | null
  /** What the call with the fault came to: an error, a value, or no result at all; null where nobody can tell. */
  readonly fault: 'error' | 'value' | 'no result' | null
  readonly bad: boolean
  /** What was thrown or given, in short. */
  readonly detail: string
  readonly ms: number | null
  readonly sinceAbortMs: number | null
}

/** How an SDK says of a resolved run that something stopped it. */
const SAYS_ABORTED = /abort|cancel/i
const SAYS_FAILED = /error|fail/i

/** Words by which a result shows that it is an error, where its form has no other place for that. */
const ERROR_WORDS = /\berror\b|failed|not found|no such|invalid|timed out/i

/** Puts an observation into the closed vocabulary of the table. */
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

/** The ids by which results are paired with calls: the model's own, unless it is shown its calls with others. */
function idsOf({ scenario: { calls } }: FaultCase, given: Given | undefined): readonly string[] {
  return given?.callIds?.length === calls.length ? given.callIds : calls.map(({ id }) => id)
}

/** What the caller has seen, be it by events: in any order, perhaps more than once. */
function siblingsSeen(
  results: readonly SeenResult[],
  ids: readonly string[],
  { scenario: { pages } }: FaultCase,
): 'kept' | 'lost' {
  const isSeen = ([index, page]: readonly [number, string]): boolean =>
    results.some(({ id, text }) => id === ids[index] && text.includes(page))
  return [...pages].every(isSeen) ? 'kept' : 'lost'
}

/** What the model is given: each good call's result once, under its call's id, in call order. */
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

/** Where calls share an id, the n-th result of that id is taken for that of the n-th. */
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
