import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command, entryPoints, type Manifest, packages, root, runtime, workspace } from '../../scripts/manifest.ts'

/** A project of someone else's, in which the package is installed. */
let consumer = ''

beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), 'aof-consumer-'))
  mkdirSync(join(consumer, 'node_modules'))
  for (const { folder, manifest } of packages)
    symlinkSync(join(root, folder), join(consumer, 'node_modules', manifest.name))
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }')
})

afterAll(() => rmSync(consumer, { recursive: true }))

function node(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' })
}

describe.each(entryPoints)('$specifier', ({ specifier, code, types, source }) => {
  test('the entry point $specifier is built from a source', () => {
    expect(existsSync(join(root, source)), source).toBe(true)
    for (const file of [code, types]) expect(existsSync(join(root, file)), `${file}: run \`npm run build\``).toBe(true)
  })

  test('require() gives the same as import, so there is no top-level await', () => {
    const names = (load: string): unknown => {
      const { stdout, stderr } = node('-e', `${load}.then((it) => console.log(JSON.stringify(Object.keys(it).sort())))`)
      expect(stderr).toBe('')
      return JSON.parse(stdout)
    }
    const required = names(`Promise.resolve(require('${specifier}'))`)
    expect(required).toEqual(names(`import('${specifier}')`))
    expect(required).not.toEqual([])
  })

  test('a process that imports the package can exit', () => {
    expect(node('--input-type=module', '-e', `import '${specifier}'`)).toEqual(
      expect.objectContaining({ status: 0, stdout: '', stderr: '' }),
    )
  })
})

describe.each(['nodenext', 'bundler'])('the declarations under moduleResolution %s', (moduleResolution) => {
  test('the declarations resolve from the build without an error', () => {
    const folder = join(consumer, moduleResolution)
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'index.ts'),
      [
        ...entryPoints.map(({ specifier }, index) => `export * as e${index} from '${specifier}'`),
        // In the libraries before esnext a Map has all that a ReadonlySet has.
        "import type { Jsonified } from 'aof-runtime'",
        'export const one: number | undefined = ({} as Jsonified<Map<string, number>>)["a"]',
      ].join('\n'),
    )
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
          moduleResolution,
          target: 'es2023',
          lib: ['es2024', 'esnext.disposable', 'dom'],
          // The declarations name Node's AsyncResource.
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
          strict: true,
          noEmit: true,
        },
        files: ['index.ts'],
      }),
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const read = node(tsc, '-p', folder, '--listFilesOnly').stdout.split('\n')
    for (const { types } of entryPoints) expect(read).toContainEqual(expect.stringMatching(`/${types}$`))
    // Errors in the declarations of other packages do not count.
    const errors = node(tsc, '-p', folder)
      .stdout.split('\n')
      .filter((line) => line.includes(': error '))
    expect(errors.filter((line) => !/^[^(]*\/node_modules\//.test(line))).toEqual([])
  })
})

describe('package.json', () => {
  test('installed packages are pinned', () => {
    const pinned = ({ dependencies, devDependencies }: Manifest): Record<string, string> => ({
      ...dependencies,
      ...devDependencies,
    })
    for (const manifest of [workspace, ...packages.map((each) => each.manifest)])
      for (const [name, version] of Object.entries(pinned(manifest))) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('every optional peer is installed here, at a version in its range', () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = command.manifest
    for (const [name, range] of Object.entries(peerDependencies)) {
      expect(peerDependenciesMeta[name], name).toEqual({ optional: true })
      expect(workspace.devDependencies?.[name], name).toMatch(
        new RegExp(String.raw`^${range.slice(1).split('.')[0]}\.`),
      )
    }
  })

  test('the command depends on the library of the same version', () => {
    expect(command.manifest.dependencies?.['aof-runtime']).toBe(runtime.manifest.version)
    expect(command.manifest.version).toBe(runtime.manifest.version)
  })

  test('the lock file contains no host', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "(?!packages\/)/)
  })
})
