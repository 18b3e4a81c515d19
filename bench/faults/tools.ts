import { setTimeout as sleep } from 'node:timers/promises'
import type { Input } from './input.ts'

/**
 * The functions of the fault table's tools. Each is an export, so that isolated tools can be named by their exports.
 */

/** Durations of the good calls. The first ends last, so that results in call order are not a coincidence. */
const GOOD_MS: Readonly<Record<string, number>> = { zero: 60, one: 30, two: 10 }

const DEAF_MS = 2_000
const LARGE = 50 * 2 ** 20

/** The result of a good call for `topic`. */
export function page(topic: string): string {
  return `the page of ${topic}`
}

export async function looksUp({ q }: Input): Promise<object> {
  await sleep(GOOD_MS[q])
  return { page: page(q) }
}

export function throwsAtOnce(): never {
  throw new Error('no such page')
}

export function rejectsWithUndefined(): Promise<never> {
  return Promise.reject(undefined)
}

export function rejectsWithString(): Promise<never> {
  return Promise.reject('no such page')
}

export function rejectsWithNull(): Promise<never> {
  return Promise.reject(null)
}

export function rejectsWithHostileError(): Promise<never> {
  const error = new Error('unreadable')
  for (const key of ['name', 'message', 'stack', 'cause', 'code']) {
    Object.defineProperty(error, key, {
      get: () => {
        throw new TypeError(`the getter of ${key} throws`)
      },
    })
  }
  return Promise.reject(error)
}

export function neverSettles(): Promise<never> {
  return new Promise(() => {})
}

/** Ignores its signal. */
export function endsLate(): Promise<object> {
  return sleep(DEAF_MS, { page: 'too late' })
}

export function computesForEver(): never {
  for (;;);
}

export function exitsTheProcess(): never {
  process.exit(3)
}

export async function leavesRejection(): Promise<object> {
  void Promise.reject(new Error('unhandled rejection'))
  return { page: 'well, I did it' }
}

export async function leavesThrow(): Promise<object> {
  setTimeout(() => {
    throw new Error('uncaught error')
  }, 10)
  return { page: 'well, I did it' }
}

export async function returnsBigInt(): Promise<object> {
  return { n: 10n }
}

export async function returnsCycle(): Promise<object> {
  const value: { self?: object; page: string } = { page: 'a page that holds itself' }
  value.self = value
  return value
}

export async function returnsUndefined(): Promise<undefined> {}

export async function returnsMuch(): Promise<string> {
  return 'x'.repeat(LARGE)
}

export async function returnsFunction(): Promise<() => number> {
  return () => 1
}
