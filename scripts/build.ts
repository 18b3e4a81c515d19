/**
 * Builds the `dist` of each package and removes the files from it whose sources are gone. `npm run build`, or
 * `node scripts/build.ts aof-cli` for one package.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Package, packages, root } from './manifest.ts'

const listed = 'TSFILE: '

function compile(folder: string): Set<string> {
  const output = execFileSync('tsc', ['-p', 'tsconfig.build.json', '--listEmittedFiles'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  return new Set(
    output
      .split(/\r?\n/)
      .filter((line) => line.startsWith(listed))
      .map((line) => resolve(folder, line.slice(listed.length))),
  )
}

function build({ folder: path, manifest }: Package): void {
  const folder = join(root, path)
  const emitted = compile(folder)
  const built = globSync('dist/**/*.{js,d.ts}', { cwd: folder }).map((file) => resolve(folder, file))
  for (const file of built) if (!emitted.has(file)) rmSync(file)
  const commands = Object.values(manifest.bin ?? {}).map((file) => resolve(folder, file))
  for (const file of commands) if (emitted.has(file)) chmodSync(file, 0o755)
}

const names = process.argv.slice(2)
try {
  for (const each of packages) if (names.length === 0 || names.includes(each.manifest.name)) build(each)
} catch (error) {
  // The compiler writes its messages to standard output.
  const said = (error as { stdout?: string }).stdout
  console.error(said?.replace(/^TSFILE: .*\n/gm, '') ?? error)
  process.exitCode = 1
}
