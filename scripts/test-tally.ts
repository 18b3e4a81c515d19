import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './manifest.ts'

/** The counts of a test run. */
export interface Tally {
  readonly passed: number
  /** Tests that failed, and files that could not run. */
  readonly failed: number
  readonly skipped: number
  /** Files with skipped tests: `test/x.test.ts (3)`. */
  readonly skippedIn: readonly string[]
}

/** The fields that are read of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Counts the tests of vitest's report. A missing report means no tests. */
export function readTally(file: string): Tally {
  const { testResults } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { testResults: [] }
  let [passed, failed, skipped] = [0, 0, 0]
  const skippedIn: string[] = []
  for (const { name, status, assertionResults } of testResults) {
    const count = (...of: readonly string[]): number =>
      assertionResults.filter((test) => of.includes(test.status)).length
    const failures = count('failed')
    const left = count('skipped', 'pending', 'todo', 'disabled')
    passed += count('passed')
    failed += failures === 0 && status === 'failed' ? 1 : failures
    skipped += left
    if (left > 0) skippedIn.push(`${relative(root, name)} (${left})`)
  }
  return { passed, failed, skipped, skippedIn }
}

/** `12 passed, 0 failed, 1 skipped` */
export function showTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
