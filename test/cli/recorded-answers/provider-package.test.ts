import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { afterEach, expect, test, vi } from 'vitest'
import { DIALECTS } from '../../../packages/aof-cli/src/recorded-answers/dialects/index.ts'
import { providerPackage } from '../../../packages/aof-cli/src/recorded-answers/provider-package.ts'

const here = import.meta.dirname
const projects: string[] = []

afterEach(() => {
  vi.restoreAllMocks()
  for (const project of projects.splice(0)) rmSync(project, { recursive: true })
})

/** A project with this module as the package `a-provider`, in which the command is run. */
function inProject(module?: string): void {
  const project = mkdtempSync(join(tmpdir(), 'recorded-'))
  projects.push(project)
  if (module !== undefined) {
    const folder = join(project, 'node_modules', 'a-provider')
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'a-provider', type: 'module', exports: './index.js' }),
    )
    writeFileSync(join(folder, 'index.js'), module)
  }
  vi.spyOn(process, 'cwd').mockReturnValue(project)
}

interface AProvider {
  readonly model: LanguageModelV4
}

function notFound(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from ${here}`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
}

const absent = providerPackage<AProvider>(
  { name: 'a-provider', major: 4, load: () => Promise.reject(notFound('a-provider')) },
  ({ model }) => model,
)

test('a missing package: the command that installs it is named', async () => {
  inProject()
  await expect(absent.load()).rejects.toMatchObject({ kind: 'provider_missing' })
  await expect(absent.load()).rejects.toThrow(
    'a-provider, which is not installed. Install it: npm install a-provider@4',
  )
})

test('a package that only the project in the current directory has is used', async () => {
  inProject("export const model = { specificationVersion: 'v4', modelId: 'of the project' }")
  expect((await absent.load())(fetch)).toMatchObject({ modelId: 'of the project' })
})

test('a package of another generation is refused', async () => {
  inProject("export const model = { specificationVersion: 'v2' }")
  await expect(absent.load()).rejects.toThrow(
    "a-provider is installed but cannot be used: its models speak v2 of the AI SDK's interface, not v4. Install a version that can: npm install a-provider@4",
  )
})

test('a package without the expected export is refused', async () => {
  inProject('export const other = 1')
  await expect(absent.load()).rejects.toThrow(/^a-provider is installed but cannot be used/)
})

test('a package that fails, or lacks a dependency, is not reported as missing', async () => {
  inProject("throw new Error('out of order')")
  await expect(absent.load()).rejects.toThrow('a-provider is installed but cannot be used: out of order.')
  const lacking = providerPackage<AProvider>(
    { name: 'a-provider', major: 4, load: () => Promise.reject(notFound('zod')) },
    ({ model }) => model,
  )
  await expect(lacking.load()).rejects.toThrow(/cannot be used: Cannot find package 'zod'/)
})

test.each(DIALECTS)(
  '$name: its package is installed in the recommended version, and uses no network and no environment',
  async ({ provider }) => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('asked the network'))
    const path = new URL(`../../../node_modules/${provider.name}/package.json`, import.meta.url)
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
    expect(manifest.version).toMatch(new RegExp(`^${provider.major}\\.`))
    expect((await provider.load())(fetch)).toMatchObject({ specificationVersion: 'v4', modelId: 'recorded' })
  },
)
