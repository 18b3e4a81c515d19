import { type Difference, type Scenario, scenario } from './scenario.ts'

/** One row of the fault table. */
export interface FaultCase {
  readonly name: string
  readonly scenario: Scenario
  /** Time of the abort, in milliseconds from the start of the run. */
  readonly abortAfterMs?: number
  /** Time after which the parent considers the run hung, in milliseconds. */
  readonly watchdogMs: number
  /** Whether no code in the same thread can contain the fault, so that it counts for isolated tools alone. */
  readonly needsIsolation: boolean
}

const ABORT_AFTER_MS = 300
const TIMEOUT_MS = 300
const WITH_TIMEOUT = `timeout of ${TIMEOUT_MS} ms if it has one`

/** Longer than aof-runtime's default timeout of 120 s. */
const UNLIMITED_MS = 130_000

function row(name: string, difference: Difference, options: Partial<FaultCase> = {}): FaultCase {
  return { name, scenario: scenario(difference), watchdogMs: 8_000, needsIsolation: false, ...options }
}

/** Rows by kind of fault: an error, no end, the call itself, the returned value, other actions. */
export const CASES: readonly FaultCase[] = [
  row('nothing', { good: true }),
  row('throws at once', { behaviour: 'throwsAtOnce' }),
  row('rejects with undefined', { behaviour: 'rejectsWithUndefined' }),
  row('rejects with a string', { behaviour: 'rejectsWithString' }),
  row('rejects with null', { behaviour: 'rejectsWithNull' }),
  row('rejects with an error whose getters throw', { behaviour: 'rejectsWithHostileError' }),
  row('never settles', { behaviour: 'neverSettles' }, { watchdogMs: UNLIMITED_MS }),
  row(`never settles, ${WITH_TIMEOUT}`, { behaviour: 'neverSettles', timeoutMs: TIMEOUT_MS }),
  row(
    `never settles, aborted after ${ABORT_AFTER_MS} ms`,
    { behaviour: 'neverSettles' },
    { abortAfterMs: ABORT_AFTER_MS },
  ),
  row(`deaf for 2 s, aborted after ${ABORT_AFTER_MS} ms`, { behaviour: 'endsLate' }, { abortAfterMs: ABORT_AFTER_MS }),
  row('unknown tool', { calledName: 'nowhere' }),
  row('unknown tool `constructor`', { calledName: 'constructor' }),
  row('unknown tool `__proto__`', { calledName: '__proto__' }),
  row('unknown tool `toString`', { calledName: 'toString' }),
  row('nothing; its tool is named `__proto__`', { toolName: '__proto__', good: true }),
  row('nothing; its tool is named `constructor`', { toolName: 'constructor', good: true }),
  row('arguments are not JSON', { input: '{"q": "one' }),
  row('arguments are an empty string', { input: '' }),
  row('arguments do not fit the schema', { input: '{"q": 1}' }),
  row('nothing; its id is that of the first', { id: 'call_0', good: true }),
  row('returns a BigInt', { behaviour: 'returnsBigInt' }),
  row('returns a cycle', { behaviour: 'returnsCycle' }),
  row('returns undefined', { behaviour: 'returnsUndefined' }),
  row('returns 50 MB', { behaviour: 'returnsMuch' }),
  row('returns a function', { behaviour: 'returnsFunction' }),
  row('leaves a promise that rejects', { behaviour: 'leavesRejection' }, { needsIsolation: true }),
  row('leaves a timer that throws', { behaviour: 'leavesThrow' }, { needsIsolation: true }),
  row(
    `computes for ever, ${WITH_TIMEOUT}`,
    { behaviour: 'computesForEver', timeoutMs: TIMEOUT_MS },
    { needsIsolation: true },
  ),
  row('calls process.exit', { behaviour: 'exitsTheProcess' }, { needsIsolation: true }),
]
