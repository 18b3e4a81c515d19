/**
 * Everything that must hold before a change lands. `npm test`, or `npm test -- lint unused` for some checks; `npm run
 * check` for a run of two minutes: every check, the tests that start no processes, a fiftieth of the simulation.
 *
 * Prints one line per check and per test file as it ends, then the output of the checks that failed and the tally of
 * the tests. Fails if any of them failed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { workspace } from './manifest.ts'
import { type Outcome, runCommand } from './run-command.ts'
import { readTally, showTally } from './test-tally.ts'

interface Check {
  readonly name: string
  /** A script of `package.json`. */
  readonly script: string
  /** Whether it reads `dist`, so that it cannot run after a failed build. */
  readonly built?: boolean
}

/** Checks of one stage run side by side; the stages run one after the other. */
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
  // Alone, so that tests of real parallelism have the processors for themselves.
  [{ name: 'tests', script: 'test:unit' }],
]

/** Tests that start processes or take long, which a quick check skips. */
const SLOW_TESTS = [
  'test/cli/*.test.ts',
  'test/examples/**',
  'test/isolation/**',
  'test/readme.test.ts',
  'test/soak/**',
  'test/tools/**',
]
/** Test files of a quick check share their modules: loading those for each file takes half of the time. */
const QUICK_TESTS = [...SLOW_TESTS.map((glob) => `--exclude="${glob}"`), '--no-isolate'].join(' ')
const QUICK_SIMULATION = { AOF_SIMULATION_SCALE: '0.02' }

const isQuick = process.argv.includes('--quick')
const scratch = mkdtempSync(join(tmpdir(), 'aof-check-'))
const report = join(scratch, 'tests.json')
const failed: { check: Check; outcome: Outcome }[] = []

function commandOf({ script }: Check): string {
  const command = workspace.scripts[script]
  if (command === undefined) throw new Error(`package.json has no script "${script}".`)
  if (script !== 'test:unit') return command
  const reporters = `--reporter=./scripts/progress-reporter.ts --reporter=json --outputFile.json="${report}"`
  return isQuick ? `${command} ${reporters} ${QUICK_TESTS}` : `${command} ${reporters}`
}

async function run(check: Check): Promise<void> {
  if (check.built === true && failed.some((entry) => entry.check.name === 'build')) {
    console.log(`- ${check.name.padEnd(8)} not run, because the build failed`)
    return
  }
  const isTests = check.script === 'test:unit'
  const outcome = await runCommand(commandOf(check), {
    shown: isTests,
    environment: isTests && isQuick ? QUICK_SIMULATION : {},
  })
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

/** Prints the output of the checks that failed, and the tally of the tests. Returns whether all succeeded. */
function conclude(tested: boolean): boolean {
  // The tests have printed their failures already.
  for (const { check, outcome } of failed)
    if (check.script !== 'test:unit') console.log(`\n── ${check.name} ──\n${outcome.output.trim()}`)
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

process.exitCode = await main(process.argv.slice(2).filter((word) => word !== '--quick'))
