import { spawnSync } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { messagesAnswer } from '../exec-support.ts'
import { FROM_SOURCE } from '../source-command.ts'
import { temporary } from '../temporary.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The packages that `aof` needs; no package of a provider is among them. */
const NEEDED = ['@ai-sdk/provider', 'commander', 'yaml']

/** Seen from the directory of the copy. */
const LOAD_MODEL = './aof/src/models/load-model.ts'

/** A copy of this package beside which no package of a provider is installed, and a project beside that. */
async function bareCopy(): Promise<string> {
  const directory = await temporary({
    'project/package.json': '{}',
    'load.ts': `import { loadModel } from '${LOAD_MODEL}'
      const [provider = '', name = ''] = process.argv.slice(2)
      const { specificationVersion, modelId } = await loadModel({ provider, name }, process.env)
        .catch(({ exitCode, message, fix }) => (console.log(JSON.stringify({ exitCode, message, fix })), process.exit()))
      console.log(JSON.stringify({ specificationVersion, modelId }))`,
  })
  await cp(join(ROOT, 'packages/aof-cli/src'), join(directory, 'aof/src'), { recursive: true })
  await cp(join(ROOT, 'packages/aof-cli/package.json'), join(directory, 'aof/package.json'))
  for (const name of NEEDED) await link(name, join(directory, 'aof'))
  return directory
}

async function link(name: string, into: string): Promise<void> {
  const path = join(into, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(join(ROOT, 'node_modules', name), path)
}

function load(directory: string, provider: string, env: Record<string, string> = {}): unknown {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...FROM_SOURCE, join(directory, 'load.ts'), provider, 'm-1'],
    {
      cwd: join(directory, 'project'),
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    },
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('for a missing package, the command that installs it and the missing variable are named', async () => {
  const directory = await bareCopy()
  expect(load(directory, 'openai', { OPENAI_API_KEY: 'k' })).toEqual({
    exitCode: 4,
    message: 'openai:m-1 needs the package @ai-sdk/openai, which is not installed',
    fix: 'npm install @ai-sdk/openai@4',
  })
  expect(load(directory, 'groq')).toMatchObject({
    exitCode: 4,
    fix: 'npm install @ai-sdk/openai-compatible@3 && export GROQ_API_KEY=…',
  })
})

test('a package of the project in the current directory is used; one of another generation is not', async () => {
  const directory = await bareCopy()
  const project = join(directory, 'project')
  await link('@ai-sdk/openai', project)
  expect(load(directory, 'openai', { OPENAI_API_KEY: 'k' })).toEqual({ specificationVersion: 'v4', modelId: 'm-1' })
  const old = join(project, 'node_modules/@ai-sdk/cohere')
  await mkdir(old, { recursive: true })
  await writeFile(join(old, 'package.json'), '{ "name": "@ai-sdk/cohere", "main": "index.js" }')
  await writeFile(join(old, 'index.js'), 'exports.createCohere = () => () => ({ specificationVersion: "v2" })')
  expect(load(directory, 'cohere', { COHERE_API_KEY: 'k' })).toMatchObject({
    exitCode: 4,
    message: expect.stringContaining("its models speak v2 of the AI SDK's interface, not v4"),
    fix: 'npm install @ai-sdk/cohere@4',
  })
})

test('aof exec reports a missing package, with its own exit code', async () => {
  const directory = await bareCopy()
  await writeFile(join(directory, 'tools.mjs'), 'export default { name: "ping", execute: () => 1 }')
  await writeFile(join(directory, 'turn.json'), messagesAnswer(['a', 'ping', {}]))
  const args = [...FROM_SOURCE, join(directory, 'aof/src/main.ts'), 'exec', '../turn.json', '--tools', '../tools.mjs']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: join(directory, 'project'),
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([4, ''])
  expect(stderr).toContain('Install it: npm install @ai-sdk/anthropic@4')
})
