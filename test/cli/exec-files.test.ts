import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CliError } from '../../packages/aof-cli/src/errors.ts'
import { checkDialect, openAnswer, readAnswer } from '../../packages/aof-cli/src/exec/open-answer.ts'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { describeLoadError } from '../../packages/aof-cli/src/agent-tools/module-error.ts'
import { messagesAnswer } from './exec-support.ts'
import { FROM_SOURCE } from './source-command.ts'
import { temporary } from './temporary.ts'

const source = (path: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../packages/aof-cli/src/${path}`, import.meta.url)))

describe('an answer that cannot be used', () => {
  const FILES = {
    page: '<html>',
    error: '{"error":{"message":"Bad key."}}',
    other: '{"hello":1}',
    blank: ' \n',
    'folder/x': '',
    good: messagesAnswer(['a', 'x', {}]),
  }
  test.each([
    ['gone', undefined, EXIT.file, 'gone cannot be read: there is no such file'],
    ['folder', undefined, EXIT.file, 'folder cannot be read: it is a directory'],
    ['page', undefined, EXIT.file, 'page: This is not an answer as a provider sends it.'],
    ['blank', undefined, EXIT.file, 'blank: This is not an answer as a provider sends it. It is empty.'],
    ['error', undefined, EXIT.file, "error: The body is a provider's error, not an answer: Bad key."],
    ['other', undefined, EXIT.file, 'other: The body is in none of the dialects that can be read'],
    ['good', 'openai-chta', EXIT.usage, '--dialect: there is no dialect "openai-chta"'],
    ['good', 'constructor', EXIT.usage, '--dialect: there is no dialect "constructor"'],
  ])('%s (dialect %s)', async (file, dialect, exitCode, words) => {
    const directory = await temporary(FILES)
    const error: unknown = await open(join(directory, file), dialect).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CliError)
    expect((error as CliError).exitCode).toBe(exitCode)
    expect((error as CliError).message.replace(`${directory}/`, '')).toContain(words)
  })
})

/** As `aof exec` opens what it is given. */
async function open(path: string, dialect: string | undefined): Promise<unknown> {
  checkDialect(dialect)
  return openAnswer(await readAnswer(path), path, dialect)
}

describe('tools that cannot be used', () => {
  const AGENT = 'apiVersion: aof.dev/v1\nkind: Agent\nmetadata: { name: a }\nspec:\n  model: openai:x\n'
  const FILES: Readonly<Record<string, string>> = {
    'none.mjs': 'export const a = 1',
    'syntax.mjs': '\nexport const a = ;',
    'syntax.ts': 'const b = 1\nconst a: = 1',
    'enum.ts': 'export enum A { B }',
    'throws.mjs': '\n\nthrow new Error("no config\\u001b[2J")',
    'within.mjs': 'import "./throws.mjs"',
    'package.mjs': 'import "no-such-package"',
    'file.mjs': 'import "./gone.mjs"',
    'null.mjs': 'throw null',
    'export.mjs': 'import { x } from "./none.mjs"',
    'notes.md': '',
    'invalid.yaml': 'kind: Agent',
    'refused.yaml': `${AGENT}  tools: [kubectl]\n`,
    'unset.yaml': `${AGENT}  environment: { A: '\${AOF_NO_SUCH_VARIABLE}' }\n`,
    'lost.yaml': `${AGENT}  tools: [{ module: ./gone.mjs }]\n`,
  }
  const EXPECTED: Readonly<Record<string, string>> = {
    'none.mjs': '3 the tools cannot be loaded | none.mjs:0:0 the module ./none.mjs exports no tools, but a',
    'syntax.mjs': "3 the tools cannot be loaded | syntax.mjs:2:18 ./syntax.mjs is not valid: Unexpected token ';'",
    'syntax.ts': '3 the tools cannot be loaded | syntax.ts:2:10 ./syntax.ts is not valid: Unexpected token `=`.',
    'enum.ts': '3 the tools cannot be loaded | enum.ts:1:8 ./enum.ts is not valid: TypeScript enum is not supported',
    'throws.mjs':
      '3 the tools cannot be loaded | throws.mjs:3:7 ./throws.mjs failed while it was loaded: no config\uFFFD[2J',
    'within.mjs': '3 the tools cannot be loaded | throws.mjs:3:7 ./within.mjs failed while it was loaded: no config',
    'package.mjs':
      '3 the tools cannot be loaded | package.mjs:0:0 ./package.mjs needs the package no-such-package, which is not installed beside it (in its directory: npm install no-such-package)',
    'file.mjs': '3 the tools cannot be loaded | file.mjs:0:0 ./file.mjs cannot be loaded: Cannot find module',
    'null.mjs': '3 the tools cannot be loaded | null.mjs:0:0 ./null.mjs failed while it was loaded: null',
    'export.mjs':
      "3 the tools cannot be loaded | export.mjs:1:10 ./export.mjs is not valid: The requested module './none.mjs' does not provide an export named 'x'",
    'notes.md':
      '2 --tools: expected a module (.ts, .js, .mts, .mjs, …) or an agent file (.yaml, .yml, .json), found "notes.md"',
    'gone.mjs': '3 gone.mjs cannot be read: there is no such file',
    'invalid.yaml': '3 invalid.yaml is not a valid agent file | ',
    'refused.yaml': '3 refused.yaml needs features that this version does not support | ',
    'unset.yaml': '3 unset.yaml needs variables that are not set | ',
    'lost.yaml':
      '3 lost.yaml is not a valid agent file | lost.yaml:6:21 the module "./gone.mjs" cannot be used: there is no such file',
  }

  test('are reported with their place, the problem and the remedy', { timeout: 60_000 }, async () => {
    const directory = await temporary(FILES)
    // In a process of its own: what Node says of a module is not what the tests' own loader says.
    const script = `
      const { execTools } = await import(${source('exec/exec-tools.ts')})
      const said = {}
      for (const file of ${JSON.stringify(Object.keys(EXPECTED))}) {
        said[file] = await execTools(file, () => {}).catch(({ exitCode, message, problems }) => exitCode + ' ' + message + problems
          .map(({ file, line, column, message, fix }) => ' | ' + file + ':' + line + ':' + column + ' ' + message + ' (' + fix + ')').join(''))
      }
      console.log(JSON.stringify(said))`
    const { stdout, stderr } = spawnSync(process.execPath, [...FROM_SOURCE, '--input-type=module', '-e', script], {
      cwd: directory,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    const said = JSON.parse(stdout) as Record<string, string>
    for (const [file, words] of Object.entries(EXPECTED)) expect(said[file]).toContain(words)
  })

  test('on a Node that does not read TypeScript, the remedy is reported', async () => {
    const directory = await temporary({ 'tools.ts': 'export const a: number = 1' })
    const url = pathToFileURL(join(directory, 'tools.ts')).href
    const script = `import(${JSON.stringify(url)}).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`
    const { stdout } = spawnSync(process.execPath, ['--no-experimental-strip-types', '-e', script], {
      encoding: 'utf8',
    })
    const { code, message } = JSON.parse(stdout) as { code: string; message: string }
    const error = Object.assign(new TypeError(message), { code })
    expect(describeLoadError(error, './tools.ts', join(directory, 'tools.ts'))).toEqual({
      message: `./tools.ts is TypeScript, which this Node (${process.version}) does not read by itself`,
      fix: 'use Node 22.18 or later, or give JavaScript; Node 22.13 reads it with NODE_OPTIONS=--experimental-strip-types',
    })
  })

  test('TypeScript of a package, which Node does not read, is reported', async () => {
    const directory = await temporary({ 'node_modules/a/tools.ts': 'export const a: number = 1' })
    const path = join(directory, 'node_modules/a/tools.ts')
    const script = `import(${JSON.stringify(pathToFileURL(path).href)}).catch(({ code }) => console.log(code))`
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    const error = Object.assign(new TypeError('x'), { code: stdout.trim() })
    expect(describeLoadError(error, './tools.ts', path).fix).toBe('point to a file of your own, or to JavaScript')
  })
})
