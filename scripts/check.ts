/**
 * Everything that must hold before a change lands. `npm test`, or `npm test -- lint unused` for some of it.
 *
 * One line per check, then the whole output of those that failed, then what the tests came to. Fails if anything did.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifest } from './manifest.ts'
import { type Outcome, runCommand } from './run-command.ts'
import { readTally, showTally } from './test-tally.ts'

interface Check {
  readonly name: string
  /** Of `package.json`. */
  readonly script: string
  /** Reads `dist`, so it is left out where the build failed. */
  readonly built?: boolean
}

/** Checks of one stage run side by side, the stages one after the other. */
const stages: readonly (readonly Check[])[] = [
  [
    { name: 'build', script: 'build' },
    { name: 'types', script: 'typecheck' },
    { name: 'lint', script: 'lint' },
    { name: 'format', script: 'format:check' },
    { name: 'unused', script: 'unused' },
  ],
  [
    { name: 'api', script: 'api:check', built: true },
    { name: 'package', script: 'package:check', built: true },
  ],
  // Alone, so that nothing else takes the processors from tests that really run in parallel.
  [{ name: 'tests', script: 'test:unit' }],
]

const scratch = mkdtempSync(join(tmpdir(), 'aof-check-'))
const report = join(scratch, 'tests.json')
const failed: { check: Check; outcome: Outcome }[] = []

function commandOf({ script }: Check): string {
  const command = manifest.scripts[script]
  if (command === undefined) throw new Error(`package.json has no script "${script}".`)
  return script === 'test:unit'
    ? `${command} --reporter=default --reporter=json --outputFile.json="${report}"`
    : command
}

async function run(check: Check): Promise<void> {
  if (check.built === true && failed.some((entry) => entry.check.name === 'build')) {
    console.log(`- ${check.name.padEnd(8)} not run, since the build failed`)
    return
  }
  const outcome = await runCommand(commandOf(check))
  if (!outcome.ok) failed.push({ check, outcome })
  const seconds = (outcome.ms / 1_000).toFixed(1).padStart(6)
  console.log(`${outcome.ok ? '✓' : '✗'} ${check.name.padEnd(8)} ${seconds} s${outcome.ok ? '' : '  failed'}`)
}

/** Runs `checks`, as many at a time as there are processors. */
async function runStage(checks: readonly Check[]): Promise<void> {
  const waiting = checks.values()
  const lane = async (): Promise<void> => {
    for (const check of waiting) await run(check)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}

function chosen(names: readonly string[]): readonly (readonly Check[])[] {
  return names.length === 0 ? stages : stages.map((stage) => stage.filter(({ name }) => names.includes(name)))
}

/** Prints what went wrong and what the tests came to. Returns whether all is well. */
function conclude(tested: boolean): boolean {
  for (const { check, outcome } of failed) console.log(`\n── ${check.name} ──\n${outcome.output.trim()}`)
  if (failed.length > 0) console.log(`\nFailed: ${failed.map(({ check }) => check.name).join(', ')}.`)
  if (!tested) return failed.length === 0
  const tally = readTally(report)
  console.log(`\n${tally.skippedIn.map((line) => `skipped: ${line}\n`).join('')}${showTally(tally)}`)
  return failed.length === 0 && tally.failed === 0 && tally.passed > 0
}

async function main(names: readonly string[]): Promise<number> {
  const known = stages.flat().map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    console.error(`No check is named "${unknown}"; there are: ${known.join(', ')}.`)
    return 2
  }
  try {
    for (const stage of chosen(names)) await runStage(stage)
    return conclude(names.length === 0 || names.includes('tests')) ? 0 : 1
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

process.exitCode = await main(process.argv.slice(2))
