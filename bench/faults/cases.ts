import { setTimeout as sleep } from 'node:timers/promises'
import { type Difference, type Scenario, scenario } from './scenario.ts'

/** One row of the fault table. */
export interface FaultCase {
  readonly name: string
  readonly scenario: Scenario
  /** When the run is aborted, in milliseconds from its start. */
  readonly abortAfterMs?: number
  /** How long the parent waits before it takes the run for hung, in milliseconds. */
  readonly watchdogMs: number
  /** Ends the process unless the tool runs elsewhere; so it is counted for isolated tools alone. */
  readonly needsIsolation: boolean
}

interface Options {
  readonly abortAfterMs?: number
  readonly watchdogMs?: number
  readonly needsIsolation?: boolean
}

const ABORT_AFTER_MS = 300
const DEAF_MS = 2_000
const TIMEOUT_MS = 300
const LARGE = 50 * 2 ** 20

/** Longer than the timeout that the one subject has which has one by default, 30 s. */
const PATIENT_MS = 40_000

function row(name: string, difference: Difference, options: Options = {}): FaultCase {
  return { name, scenario: scenario(difference), watchdogMs: 8_000, needsIsolation: false, ...options }
}

const never = (): Promise<never> => new Promise<never>(() => {})

/** Rows by what is wrong: how the tool fails, that it does not end, the call, and what the tool returns. */
export const CASES: readonly FaultCase[] = [
  row('nothing is wrong', { good: true }),
  row('throws at once', {
    execute: () => {
      throw new Error('no such page')
    },
  }),
  row('rejects with undefined', { execute: () => Promise.reject(undefined) }),
  row('rejects with a string', { execute: () => Promise.reject('no such page') }),
  row('rejects with null', { execute: () => Promise.reject(null) }),
  row('rejects with an error whose getters throw', { execute: () => Promise.reject(hostileError()) }),
  row('never settles', { execute: never }, { watchdogMs: PATIENT_MS }),
  row(`never settles, a timeout of ${TIMEOUT_MS} ms where there is one`, { execute: never, timeoutMs: TIMEOUT_MS }),
  row(`never settles, abort after ${ABORT_AFTER_MS} ms`, { execute: never }, { abortAfterMs: ABORT_AFTER_MS }),
  row(
    `deaf for ${DEAF_MS / 1000} s, abort after ${ABORT_AFTER_MS} ms`,
    { execute: () => sleep(DEAF_MS, { page: 'too late' }) },
    { abortAfterMs: ABORT_AFTER_MS },
  ),
  row('unknown tool', { calledName: 'nowhere' }),
  row('unknown tool `constructor`', { calledName: 'constructor' }),
  row('unknown tool `__proto__`', { calledName: '__proto__' }),
  row('unknown tool `toString`', { calledName: 'toString' }),
  row('a tool registered as `__proto__`', { toolName: '__proto__', good: true }),
  row('a tool registered as `constructor`', { toolName: 'constructor', good: true }),
  row('arguments are no JSON', { input: '{"q": "one' }),
  row('arguments are an empty string', { input: '' }),
  row('arguments do not fit the schema', { input: '{"q": 1}' }),
  row('two calls with one id', { id: 'call_0', good: true }),
  row('leaves a promise that rejects', { execute: leavesRejection }, { needsIsolation: true }),
  row('leaves a timer that throws', { execute: leavesThrow }, { needsIsolation: true }),
  row('returns a BigInt', { execute: async () => ({ n: 10n }) }),
  row('returns a cycle', { execute: async () => cycle() }),
  row('returns undefined', { execute: async () => undefined }),
  row('returns 50 MB', { execute: async () => 'x'.repeat(LARGE) }),
  row('returns a function', { execute: async () => () => 1 }),
]

function hostileError(): Error {
  const error = new Error('unreadable')
  for (const key of ['name', 'message', 'stack', 'cause', 'code']) {
    Object.defineProperty(error, key, {
      get: () => {
        throw new TypeError(`the getter of ${key} throws`)
      },
    })
  }
  return error
}

function cycle(): object {
  const value: { self?: object; page: string } = { page: 'a page that holds itself' }
  value.self = value
  return value
}

async function leavesRejection(): Promise<object> {
  void Promise.reject(new Error('nobody waits for this'))
  return { page: 'well, I did it' }
}

async function leavesThrow(): Promise<object> {
  setTimeout(() => {
    throw new Error('nobody catches this')
  }, 10)
  return { page: 'well, I did it' }
}
