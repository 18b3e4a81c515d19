/**
 * Checks the packages as their users get them: packs each once, looks at its files, has it judged, and unpacks
 * both in an empty folder, in which `aof` must run. `npm run package:check`, after a build.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Package, packages, root } from './manifest.ts'

/** The answer of `npm pack --json`. */
interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** Files that must be in every package, beside those that its `package.json` points to. */
const promised = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json']

/** Files that may be in a package. */
const allowed = /^(?:bin\/.+\.js|dist\/.+\.(?:js|d\.ts)|schema\/.+\.json|docs\/.+\.md|examples\/.+)$/

const windows = process.platform === 'win32'

function pack(folder: string, into: string): Packed {
  // Without scripts: the files to be packed are built already, and other checks may be reading them.
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', `--pack-destination=${into}`]
  const output = execFileSync('npm', args, { cwd: join(root, folder), encoding: 'utf8', shell: windows })
  const said = JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>
  const packed = Object.values(said)[0]
  if (packed === undefined) throw new Error('npm packed nothing.')
  return packed
}

function contentProblems({ folder, manifest, entryPoints }: Package, { files }: Packed): string[] {
  const paths = files.map(({ path }) => path)
  const commands = Object.values(manifest.bin ?? {}).map((file) => file.slice('./'.length))
  const entries = entryPoints.flatMap(({ types, code }) => [types, code]).map((file) => file.slice(folder.length + 1))
  const needed = [...promised, ...commands, ...entries]
  return [
    ...needed.filter((path) => !paths.includes(path)).map((path) => `${manifest.name}: ${path} is missing.`),
    ...paths
      .filter((path) => !promised.includes(path) && !allowed.test(path))
      .map((path) => `${manifest.name}: ${path} does not belong into the package.`),
  ]
}

/** The complaints of a tool about a package; empty where it has none. */
function verdict(tool: string, ...args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    cwd: root,
    encoding: 'utf8',
    shell: windows,
  })
  return status === 0 ? [] : [`${tool}:\n${stdout}${stderr}`]
}

function judged(each: Package, archive: string): string[] {
  // A package without entry points has no types to be judged.
  const types = each.entryPoints.length === 0 ? [] : verdict('attw', archive, '--profile', 'esm-only', '--no-emoji')
  return [...verdict('publint', archive, '--strict'), ...types]
}

/** Unpacks both archives into one `node_modules`, beside the packages that they depend on, and runs the command there. */
function installedProblems(archives: readonly string[], into: string): string[] {
  const modules = join(into, 'node_modules')
  for (const [index, { manifest }] of packages.entries()) {
    const folder = join(modules, manifest.name)
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['-xzf', archives[index] ?? '', '--strip-components=1', '-C', folder])
  }
  const ours = packages.map(({ manifest }) => manifest.name)
  const needed = packages.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}))
  for (const name of new Set(needed.filter((each) => !ours.includes(each)))) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  const main = join(modules, 'aof-cli/bin/aof.js')
  const words = [main, 'validate', join(modules, 'aof-cli/examples/01-survey/agent.yaml')]
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: into, encoding: 'utf8' })
  return status === 0 ? [] : [`aof does not run where both packages are installed:\n${stderr}`]
}

const folder = mkdtempSync(join(tmpdir(), 'aof-package-'))
try {
  const packed = packages.map((each) => pack(each.folder, folder))
  const archives = packed.map(({ filename }) => join(folder, filename))
  const problems = packages.flatMap((each, index) => [
    ...contentProblems(each, packed[index] as Packed),
    ...judged(each, archives[index] ?? ''),
  ])
  problems.push(...installedProblems(archives, folder))
  if (problems.length > 0) console.error(problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}
