import type { FaultCase } from './cases.ts'
import type { SeenResult } from './ledger.ts'
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
   */
  readonly ending: 'answered' | 'aborted' | 'thrown' | 'failed' | 'silent stop' | 'hang' | 'crash'
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
  if (observed.kind === 'crash')
    return { ...where, ...nothing, ending: 'crash', detail: `${observed.exit}: ${observed.lastWords}`, ms: null }
  const ending = endingOf(faultCase, observed)
  const results = ending === 'answered' ? (observed.given.at(-1) ?? []) : observed.kept
  // What the caller has seen by events came as it came; what the model is given must be in call order.
  const siblings = siblingsIn(results, faultCase, ending === 'answered')
  const fault = faultIn(results, faultCase)
  const lost = siblings !== 'kept' || (ending === 'answered' && fault === 'no result')
  return {
    ...where,
    ending,
    siblings,
    fault,
    bad: lost || (ending !== 'answered' && ending !== 'aborted' && !(ending === 'thrown' && wasAborted(observed))),
    detail: detailOf(observed, results, faultCase),
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

/** A good call's result is where its call is among the results of its id, and nowhere else. */
function siblingsIn(
  results: readonly SeenResult[],
  { scenario: { calls, pages } }: FaultCase,
  ordered: boolean,
): Cell['siblings'] {
  const places: number[] = []
  for (const [index, page] of pages) {
    const holding = results.flatMap(({ text }, place) => (text.includes(page) ? [place] : []))
    const [place] = holding
    if (place === undefined) return hasResultFor(results, index, calls) ? 'wrong' : 'lost'
    if (holding.length > 1 || results[place]?.id !== calls[index]?.id) return 'wrong'
    places.push(place)
  }
  return !ordered || places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1)) ? 'kept' : 'wrong'
}

function hasResultFor(results: readonly SeenResult[], index: number, calls: FaultCase['scenario']['calls']): boolean {
  const id = calls[index]?.id
  const before = calls.slice(0, index).filter((call) => call.id === id).length
  return results.filter((result) => result.id === id).length > before
}

function faultIn(results: readonly SeenResult[], faultCase: FaultCase): Cell['fault'] {
  const result = resultOfFault(results, faultCase)
  if (result === undefined) return 'no result'
  return (result.isError ?? ERROR_WORDS.test(result.text)) ? 'error' : 'value'
}

function resultOfFault(
  results: readonly SeenResult[],
  { scenario: { calls, pages } }: FaultCase,
): SeenResult | undefined {
  const id = calls[FAULT_INDEX]?.id
  const own = results.filter((result) => result.id === id)
  // Where two calls share an id, the second result is this call's.
  return pages.has(FAULT_INDEX) && id === calls[0]?.id ? own[1] : own[0]
}

function detailOf({ ending }: Settled, results: readonly SeenResult[], faultCase: FaultCase): string {
  if (ending.how === 'threw') return ending.error
  const result = resultOfFault(results, faultCase)
  if (result === undefined) return ending.status ?? ''
  return result.length > result.text.length ? `${result.text.slice(0, 20)}… (${result.length} characters)` : result.text
}
