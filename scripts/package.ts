/** Checks the package as its users get it: packs it once and has it judged. `npm run package:check`, after a build. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entryPoints, manifest, root } from './manifest.ts'

/** What `npm pack --json` says of the package. */
interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Files that must be in the package, beside those that `package.json` points to. */
const promised = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']

/** Files that may be in it. */
const allowed = /^(?:dist\/.+\.(?:js|d\.ts)|schema\/.+\.json)$/

function pack(into: string): Packed {
  // Without scripts, since what is packed is what was built, and others may be reading it.
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', `--pack-destination=${into}`]
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  const said = JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>
  const packed = Object.values(said)[0]
  if (packed === undefined) throw new Error('npm packed nothing.')
  return packed
}

function contentProblems({ files }: Packed): string[] {
  const paths = files.map(({ path }) => path)
  const commands = Object.values(manifest.bin).map((file) => file.slice('./'.length))
  const needed = [...promised, ...commands, ...entryPoints.flatMap(({ types, code }) => [types, code])]
  return [
    ...needed.filter((path) => !paths.includes(path)).map((path) => `${path} is missing from the package.`),
    ...paths
      .filter((path) => !promised.includes(path) && !allowed.test(path))
      .map((path) => `${path} has no business in the package.`),
  ]
}

/** What a tool says against the package; nothing where it has nothing to say. */
function verdict(tool: string, ...args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return status === 0 ? [] : [`${tool}:\n${stdout}${stderr}`]
}

const folder = mkdtempSync(join(tmpdir(), 'aof-package-'))
try {
  const packed = pack(folder)
  const archive = join(folder, packed.filename)
  const problems = [
    ...contentProblems(packed),
    ...verdict('publint', archive, '--strict'),
    ...verdict('attw', archive, '--profile', 'esm-only', '--no-emoji'),
  ]
  if (problems.length > 0) console.error(problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
