import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { SoakReport } from './soak.ts'

/** A million takes some minutes: `AOF_SOAK_CALLS=1000000`. */
const CALLS = Number(process.env['AOF_SOAK_CALLS'] ?? 10_000)

/** Without optimising compilers: their data about hot code grows for a long time, and would look like a leak. */
const FLAGS = ['--expose-gc', '--no-opt', '--no-maglev', '--no-sparkplug', '--no-flush-bytecode']

const PATIENCE_MS = 3_600_000

test(
  `I8, I17, I29: ${CALLS} calls, one in a hundred with each of 17 faults, leave nothing behind`,
  async () => {
    const soak = fileURLToPath(new URL('soak.ts', import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...FLAGS, soak, String(CALLS)])
    expect(stderr).toBe('')
    const report = JSON.parse(stdout) as SoakReport & { readonly exitMs: number }
    expect(report.calls).toBeGreaterThanOrEqual(CALLS)
    // Every status that a fault leads to was there, and most calls did well.
    expect(Object.keys(report.outcomes).toSorted()).toEqual(['aborted', 'failed', 'invalid', 'succeeded', 'timed_out'])
    for (const count of Object.values(report.outcomes)) expect(count).toBeGreaterThan(CALLS / 200)
    expect(report.heapSlope).toBeLessThanOrEqual(1)
    expect(report.resourcesAfter).toEqual(report.resourcesBefore)
    expect([report.listeners, report.abandoned, report.unhandled]).toEqual([0, 0, 0])
    // Measured as about one on a machine at rest; a process that hangs on a timer of ours takes seconds.
    expect(report.exitMs).toBeLessThanOrEqual(100)
  },
  PATIENCE_MS,
)
