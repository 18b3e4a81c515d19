import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { HEAD } from '../agent-file/helpers.ts'
import { aof as call, type Called, type CallOptions } from './aof.ts'
import { temporary } from './temporary.ts'

const GOOD = `${HEAD}  model: openai:gpt-4o\n`
const BAD = `${GOOD}  max_iteration: 5\n`

/** With a key for the model of the files, so that there is no warning about a missing one. */
async function aof(args: readonly string[], options: CallOptions = {}): Promise<Called> {
  return call(args, { ...options, env: { OPENAI_API_KEY: 'key', ...options.env } })
}

describe('aof validate', () => {
  it('prints on standard output only that a file is valid', async () => {
    const cwd = await temporary({ 'a.yaml': GOOD })
    expect(await aof(['validate', 'a.yaml'], { cwd })).toEqual({
      code: EXIT.ok,
      stdout: 'valid a.yaml  sample, openai:gpt-4o, no tools\n',
      stderr: '',
    })
  })

  it('shows file, line, the offending words and the fix on standard error', async () => {
    const cwd = await temporary({ 'b.yaml': BAD })
    expect(await aof(['validate', 'b.yaml'], { cwd })).toEqual({
      code: EXIT.file,
      stdout: '',
      stderr: [
        'b.yaml:7:3 error unknown field "max_iteration" in spec',
        '  7 |   max_iteration: 5',
        '    |   ^^^^^^^^^^^^^',
        '     fix: did you mean max_iterations?',
        '',
        'invalid b.yaml: 1 error',
        '',
        '',
      ].join('\n'),
    })
  })

  it('goes through all files, and counts', async () => {
    const cwd = await temporary({ 'a.yaml': GOOD, 'b.yaml': BAD })
    const { code, stdout, stderr } = await aof(['validate', 'b.yaml', 'nope.yaml', 'a.yaml'], { cwd })
    expect(code).toBe(EXIT.file)
    expect(stdout).toBe('valid a.yaml  sample, openai:gpt-4o, no tools\n')
    expect(stderr).toContain('nope.yaml error cannot be read: there is no such file')
    expect(stderr).toContain('1 of 3 files are valid: 2 errors\n')
  })

  it('reads standard input for -', async () => {
    expect(await aof(['validate', '-'], { input: GOOD })).toMatchObject({
      code: EXIT.ok,
      stdout: 'valid <stdin>  sample, openai:gpt-4o, no tools\n',
    })
  })

  it.skipIf(process.platform === 'win32')('134: does not read an endless device forever', async () => {
    const { code, stderr } = await aof(['validate', '/dev/zero'])
    expect(code).toBe(EXIT.file)
    expect(stderr).toContain('more than 1 MiB')
  })

  it('reports missing files even if the file has other problems', async () => {
    const cwd = await temporary({ 'a.yaml': `${GOOD}  max_iteration: 3\n  tools:\n    - module: ./nowhere.ts\n` })
    const { stderr } = await aof(['validate', 'a.yaml'], { cwd })
    expect(stderr).toContain('did you mean max_iterations?')
    expect(stderr).toContain('the module "./nowhere.ts" cannot be used')
    expect(stderr).toContain('invalid a.yaml: 2 errors')
  })

  it('--json prints one document on standard output, and nothing else', async () => {
    const cwd = await temporary({ 'a.yaml': GOOD, 'b.yaml': BAD })
    const { code, stdout, stderr } = await aof(['validate', '--json', 'a.yaml', 'b.yaml'], { cwd })
    expect([code, stderr]).toEqual([EXIT.file, ''])
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      runs: false,
      skipped: [],
      errors: 1,
      warnings: 0,
      files: [
        {
          file: 'a.yaml',
          valid: true,
          runs: true,
          agent: { name: 'sample', model: 'openai:gpt-4o', tools: [] },
          problems: [],
        },
        {
          file: 'b.yaml',
          valid: false,
          runs: false,
          problems: [
            {
              line: 7,
              column: 3,
              path: 'spec.max_iteration',
              excerpt: '  max_iteration: 5',
              severity: 'error',
              code: 'unknown_field',
              message: 'unknown field "max_iteration" in spec',
              fix: 'did you mean max_iterations?',
            },
          ],
        },
      ],
    })
  })

  it('lets warnings pass, unless --strict', async () => {
    const cwd = await temporary({ 'w.yaml': `${GOOD}  memory: File:./m.json\n` })
    const lenient = await aof(['validate', 'w.yaml'], { cwd })
    expect(lenient.code).toBe(EXIT.ok)
    expect(lenient.stderr).toContain('memory is not supported by this version, ignored')
    const strict = await aof(['validate', '--strict', 'w.yaml'], { cwd })
    expect(strict).toMatchObject({ code: EXIT.file, stdout: '' })
    expect(strict.stderr).toContain('invalid w.yaml: 0 errors, 1 warning')
  })

  it('distinguishes valid files from agents that run here, and names missing requirements', async () => {
    const tools = '  tools: [kubectl, { module: ./nowhere.ts }]\n'
    const cwd = await temporary({ 'a.yaml': `${GOOD}${tools}` })
    const { code, stdout, stderr } = await aof(['validate', 'a.yaml'], { cwd })
    expect([code, stdout]).toEqual([
      EXIT.file,
      'valid a.yaml  sample, openai:gpt-4o, 1 module and 1 tool not built in  but it does not run here\n',
    ])
    expect(stderr).toContain('error the tool "kubectl" is not built into this version')
    expect(stderr).toContain('error the module "./nowhere.ts" cannot be used')
    const { stdout: json } = await aof(['validate', 'a.yaml', '--json'], { cwd })
    expect(JSON.parse(json)).toMatchObject({ valid: true, runs: false, files: [{ valid: true, runs: false }] })
  })

  it('checks only the file with --schema-only', async () => {
    const tools = '  tools: [kubectl, { module: ./nowhere.ts }]\n'
    const cwd = await temporary({ 'a.yaml': `${GOOD}${tools}`, 'b.yaml': BAD })
    const good = await aof(['validate', 'a.yaml', '--schema-only'], { cwd })
    expect(good.code).toBe(EXIT.ok)
    expect(good.stdout).not.toContain('does not run')
    expect(await aof(['validate', 'b.yaml', '--schema-only'], { cwd })).toMatchObject({ code: EXIT.file })
  })

  it('refuses an unknown provider, and suggests a known one', async () => {
    const cwd = await temporary({ 'a.yaml': `${HEAD}  model: opnai:gpt-4o\n` })
    for (const args of [[], ['--schema-only']]) {
      const { code, stdout, stderr } = await aof(['validate', 'a.yaml', ...args], { cwd })
      expect([code, stdout]).toEqual([EXIT.file, ''])
      expect(stderr).toContain('a.yaml:6:10 error there is no provider "opnai" of models')
      expect(stderr).toContain('did you mean openai:gpt-4o?')
    }
  })

  it('warns of a key that is not set', async () => {
    const cwd = await temporary({ 'a.yaml': GOOD })
    const { code, stderr } = await aof(['validate', 'a.yaml'], { cwd, env: { OPENAI_API_KEY: '' } })
    expect(code).toBe(EXIT.ok)
    expect(stderr).toContain('warning openai:gpt-4o needs OPENAI_API_KEY in the environment')
  })

  it('reads the agent files of a folder, and lists skipped documents of other kinds', async () => {
    const fleet = 'apiVersion: aof.dev/v1\nkind: Fleet\nmetadata: { name: f }\nspec: {}\n'
    const cwd = await temporary({
      'd/a.yaml': `${GOOD}---\n${fleet}`,
      'd/b.yml': GOOD,
      'd/fleet.yaml': fleet,
      'd/package.json': '{ "private": true }',
      'd/notes.txt': 'x',
    })
    const { code, stdout, stderr } = await aof(['validate', 'd'], { cwd })
    expect([code, stdout.match(/valid/g)?.length]).toEqual([EXIT.ok, 2])
    expect(stderr).toContain('skipped d/a.yaml:9 kind Fleet "f"')
    expect(stderr).toContain('skipped d/fleet.yaml:2 kind Fleet "f"')
    const { stdout: json } = await aof(['validate', 'd', '--json'], { cwd })
    const { files, skipped } = JSON.parse(json) as { files: { file: string }[]; skipped: { file: string }[] }
    expect(files.map(({ file }) => file)).toEqual(['d/a.yaml', 'd/b.yml'])
    expect(skipped.map(({ file }) => file)).toEqual(['d/a.yaml', 'd/fleet.yaml', 'd/package.json'])
    expect(await aof(['validate', 'd/fleet.yaml'], { cwd })).toMatchObject({ code: EXIT.file, stdout: '' })
  })

  it('uses colours only if they are wanted', async () => {
    const cwd = await temporary({ 'b.yaml': BAD })
    const escapes = async (args: string[], env: Record<string, string>): Promise<boolean> =>
      (await aof(['validate', 'b.yaml', ...args], { cwd, env })).stderr.includes('\u001B[')
    expect(await escapes([], {})).toBe(false)
    expect(await escapes([], { FORCE_COLOR: '1' })).toBe(true)
    expect(await escapes([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await escapes(['--no-color'], { FORCE_COLOR: '1' })).toBe(false)
  })

  it('prints no control characters of a file (I46)', async () => {
    const tricky = `${GOOD}  "\\u001b]52;c;aGk=\\u0007": 1\n  "x\u202Ey\u200Bz": 1\n  "\u{E0041}": 1\n`
    const cwd = await temporary({ 't.yaml': tricky, 'e.yaml': 'a: \u001B[2J\u009B1m' })
    const { stderr } = await aof(['validate', 't.yaml', 'e.yaml'], { cwd })
    expect(stderr.match(/error/g)).toHaveLength(5 + 2)
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202E]|[\u{E0000}-\u{E007F}]/u)
  })

  it('reports a closed reader of standard output, with an exit code of its own', async () => {
    const cwd = await temporary({ 'a.yaml': GOOD })
    expect(await aof(['validate', 'a.yaml'], { cwd, stdoutGone: true })).toMatchObject({
      code: EXIT.output,
      stderr: 'aof: standard output cannot be written: its reader has closed it\n',
    })
  })

  it('checks the files, programs and variables that a file names, without running it', async () => {
    const cwd = await temporary({
      'tools.ts': "throw new Error('this module must not run')",
      'bin/run.sh*': '#!/bin/sh\ntouch ran\n',
      'bin/plain.txt': '',
      'a.yaml': `${GOOD}  tools:
    - module: ./tools.ts
    - { name: a, description: a, command: [./bin/run.sh] }
    - { name: b, description: b, command: [node], cwd: bin }
`,
      'b.yaml': `${HEAD}  model: scripted:./model.ts
  tools:
    - module: ./missing.ts
    - module: ./folder.ts
    - { name: a, description: a, command: [./bin/plain.txt] }
    - { name: b, description: b, command: [no-such-program-anywhere] }
    - { name: c, description: c, command: [node], cwd: tools.ts }
  environment: { TOKEN: "\${NO_SUCH_VARIABLE}" }
`,
    })
    await mkdir(join(cwd, 'folder.ts'))
    expect(await aof(['validate', 'a.yaml'], { cwd })).toEqual({
      code: EXIT.ok,
      stdout: 'valid a.yaml  sample, openai:gpt-4o, 2 commands and 1 module\n',
      stderr: '',
    })
    const { stdout } = await aof(['validate', '--json', 'b.yaml'], { cwd })
    const [{ problems }] = (
      JSON.parse(stdout) as { files: [{ problems: { line: number; severity: string; message: string }[] }] }
    ).files
    expect(problems.map(({ line, severity, message }) => `${line} ${severity} ${message}`)).toEqual([
      '6 error the file "./model.ts" cannot be used: there is no such file',
      '8 error the module "./missing.ts" cannot be used: there is no such file',
      '9 error the module "./folder.ts" is not a file',
      '10 error the program "./bin/plain.txt" cannot be used: it is not a file that may be executed',
      expect.stringMatching(/^11 warning the program "no-such-program-anywhere" is not on the PATH/),
      '12 error the directory "tools.ts" cannot be used: it is a file',
      '13 warning the variable NO_SUCH_VARIABLE is not set',
    ])
  })

  it.skipIf(process.platform === 'win32')(
    '125, 148: a link that leads out of the directory is refused (I42)',
    async () => {
      const outside = await temporary({ 'tools.ts': '' })
      const cwd = await temporary({
        'a.yaml': `${GOOD}  tools:\n    - module: ./link.ts\n    - module: ./dir/tools.ts\n`,
      })
      await symlink(join(outside, 'tools.ts'), join(cwd, 'link.ts'))
      await symlink(outside, join(cwd, 'dir'))
      const { code, stderr } = await aof(['validate', 'a.yaml'], { cwd })
      expect(code).toBe(EXIT.file)
      expect(stderr.match(/leads out of the directory of the agent file/g)).toHaveLength(2)
    },
  )

  it.skipIf(process.platform === 'win32')(
    '124: a directory whose name has the same beginning is outside (I42)',
    async () => {
      const parent = await temporary({ 'share-secret/tools.ts': '', 'share/a.yaml': '' })
      await symlink('../share-secret/tools.ts', join(parent, 'share', 'tools.ts'))
      await writeFile(join(parent, 'share', 'a.yaml'), `${GOOD}  tools:\n    - module: tools.ts\n`)
      const { stderr } = await aof(['validate', 'a.yaml'], { cwd: join(parent, 'share') })
      expect(stderr).toContain('leads out of the directory of the agent file')
    },
  )
})
