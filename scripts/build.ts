/** Builds `dist` and removes from it what no source stands for any more. `npm run build`. */
import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { manifest, root } from './manifest.ts'

const listed = 'TSFILE: '

function compile(): Set<string> {
  const output = execFileSync('tsc', ['-p', 'tsconfig.build.json', '--listEmittedFiles'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  return new Set(
    output
      .split(/\r?\n/)
      .filter((line) => line.startsWith(listed))
      .map((line) => resolve(root, line.slice(listed.length))),
  )
}

function build(): void {
  const emitted = compile()
  const built = globSync('dist/**/*.{js,d.ts}', { cwd: root }).map((file) => resolve(root, file))
  for (const file of built) if (!emitted.has(file)) rmSync(file)
  const commands = Object.values(manifest.bin).map((file) => resolve(root, file))
  for (const command of commands) if (emitted.has(command)) chmodSync(command, 0o755)
}

try {
  build()
} catch (error) {
  // What the compiler has to say is on its standard output.
  const said = (error as { stdout?: string }).stdout
  console.error(said?.replace(/^TSFILE: .*\n/gm, '') ?? error)
  process.exitCode = 1
}
