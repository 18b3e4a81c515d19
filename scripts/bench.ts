/**
 * Builds, and runs the benchmark. `npm run bench`, or `npm run bench -- growth` for a part of it.
 *
 * The libraries for comparison are large; they are installed by the first run that needs them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './manifest.ts'

/** Parts that measure this project alone, without those libraries. */
const ALONE: readonly (string | undefined)[] = ['against', 'growth']

const args = process.argv.slice(2)
const bench = join(root, 'bench')

function run(command: string, given: readonly string[]): boolean {
  const { status } = spawnSync(command, given, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exitCode = status ?? 1
  return status === 0
}

const isReady =
  ALONE.includes(args[0]) ||
  existsSync(join(bench, 'node_modules')) ||
  run('npm', ['ci', '--prefix', bench, '--no-audit', '--no-fund'])
if (isReady && run(process.execPath, [join(root, 'scripts/build.ts')]))
  run(process.execPath, [join(bench, 'index.ts'), ...args])
