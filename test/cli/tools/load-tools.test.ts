import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ToolEntry } from '../../../packages/aof-cli/src/agent-file/agent-file.ts'
import { CliError } from '../../../packages/aof-cli/src/errors.ts'
import { EXIT } from '../../../packages/aof-cli/src/exit-codes.ts'
import { loadTools } from '../../../packages/aof-cli/src/agent-tools/load-tools.ts'
import { ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { temporary } from '../temporary.ts'

const NOWHERE = { file: 'agent.yaml', line: 1, column: 1, path: 'spec.tools', excerpt: { text: '', start: 0, end: 0 } }

function modules(...paths: string[]): ToolEntry[] {
  return paths.map((path, i) => ({ kind: 'module', path, at: { ...NOWHERE, line: i + 10 } }))
}

async function namesIn(directory: string, ...paths: string[]): Promise<string[]> {
  const tools = await loadTools(modules(...paths), { directory, environment: new Map(), areOffered: false })
  return tools.map(({ name }) => name)
}

/** The problems of a directory whose modules cannot be used, as `line: message | fix`. */
async function problemsIn(directory: string, ...paths: string[]): Promise<string[]> {
  const error: unknown = await namesIn(directory, ...paths).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CliError)
  const { exitCode, problems } = error as CliError
  expect(exitCode).toBe(EXIT.file)
  return problems.map(({ line, message, fix }) => `${line}: ${message}${fix === undefined ? '' : ` | ${fix}`}`)
}

const tool = (name: string): string => `{ name: '${name}', execute: () => '${name}' }`

describe('the tools of a module', () => {
  test('every exported tool, including the default export and those in arrays, each once, sorted by export name', async () => {
    const directory = await temporary({
      'tools.mjs': `
        const twice = ${tool('twice')}
        export const b = ${tool('b')}
        export { twice as again, twice }
        export const list = [${tool('in_list')}, twice, 7, null]
        export default ${tool('default')}
        export const helper = () => 1, data = { name: 'no tool' }, nothing = null, text = 'execute'`,
    })
    expect(await namesIn(directory, './tools.mjs')).toEqual(['twice', 'b', 'default', 'in_list'])
  })

  test('TypeScript is read, and the imports of a module', async () => {
    const directory = await temporary({
      'lib/tools.ts': `import { word } from './word.ts'
        interface Input { readonly x: number }
        export const tool = { name: word, execute: ({ x }: Input): number => x }`,
      'lib/word.ts': `export const word: string = 'typed'`,
    })
    expect(await namesIn(directory, 'lib/tools.ts')).toEqual(['typed'])
  })

  test('a module that is named twice gives its tools once', async () => {
    const directory = await temporary({ 'a.mjs': `export default ${tool('a')}` })
    expect(await namesIn(directory, './a.mjs', 'a.mjs')).toEqual(['a'])
  })

  test('bad input 15: two tools with the same name are reported with both sources', async () => {
    const directory = await temporary({
      'a.mjs': `export const search = ${tool('search')}`,
      'b.mjs': `export default [${tool('x')}, ${tool('search')}]`,
    })
    expect(await problemsIn(directory, './a.mjs', './b.mjs')).toEqual([
      '11: two tools are called "search": search of ./a.mjs, and default[1] of ./b.mjs | give one of them another name',
    ])
  })

  test('bad inputs 1 to 3: names of object properties are ordinary names', async () => {
    const names = ['__proto__', 'constructor', 'toString']
    const directory = await temporary({ 'a.mjs': `export default [${names.map(tool).join()}]` })
    expect(await namesIn(directory, './a.mjs')).toEqual(names)
  })

  test.each([
    [
      'nothing',
      '',
      './m.mjs exports no tools, but nothing at all | export what defineTool({ name, … }) of aof-runtime returns',
    ],
    ['other things', 'export const a = 1, b = 2', './m.mjs exports no tools, but a, b |'],
    [
      'a tool of another kind',
      'export const weather = { description: "x", execute() {} }',
      './m.mjs exports no tools: weather has execute, but no name | make it with defineTool({ name, … }) of aof-runtime',
    ],
    [
      'an impossible tool',
      'export const t = { name: "t", execute() {}, timeoutMs: -1 }',
      `the export t of ./m.mjs is not a tool: tool 't'.timeoutMs: expected 1 to 2147483647 milliseconds, or Infinity for none, got -1.`,
    ],
    ['an empty name', 'export const t = { name: "", execute() {} }', 'of ./m.mjs is not a tool: tool.name: expected'],
    [
      'a name that a terminal would act on (bad input 70, I46)',
      String.raw`export { x as 'a\u001b[2J' }; const x = { name: "", execute() {} }`,
      'the export a\uFFFD[2J of ./m.mjs',
    ],
  ])('%s: refused', async (_what, source, words) => {
    const directory = await temporary({ 'm.mjs': source })
    const [problem] = await problemsIn(directory, './m.mjs')
    expect(problem).toContain(words)
  })

  test('every unusable module is reported', async () => {
    const directory = await temporary({ 'folder.mjs/x': '', 'good.mjs': `export default ${tool('good')}` })
    expect(await problemsIn(directory, './gone.mjs', './good.mjs', './folder.mjs')).toEqual([
      '10: the module ./gone.mjs cannot be used: there is no such file | paths start from the directory of the file',
      '12: the module ./folder.mjs is not a file',
    ])
  })

  test('I42, bad inputs 122, 125, 148: a module outside the directory does not run', async () => {
    const directory = await temporary({
      'outside.mjs': `globalThis.ranOutside = true; export default ${tool('x')}`,
      'project/x': '',
      'project-secret/m.mjs': `globalThis.ranOutside = true; export default ${tool('x')}`,
    })
    const project = join(directory, 'project')
    await symlink('../outside.mjs', join(project, 'link.mjs'))
    const problems = await problemsIn(project, '../outside.mjs', './link.mjs', '../project-secret/m.mjs')
    for (const problem of problems) expect(problem).toContain('it leads out of the directory of the agent file')
    expect(problems).toHaveLength(3)
    expect(globalThis).not.toHaveProperty('ranOutside')
  })
})

describe('the tools of commands', () => {
  /** A command tool of an agent file, with what the format says where it says nothing. */
  function command(program: string, more: Partial<Extract<ToolEntry, { kind: 'command' }>> = {}): ToolEntry {
    return {
      kind: 'command',
      name: 'run_it',
      command: {
        program,
        groups: [{ optional: false, elements: [[{ argument: 'x' }]] }],
        rules: new Map([['x', { name: 'x', list: true, mayBeginWithDash: false }]]),
      },
      inputSchema: { type: 'object' },
      readOnly: false,
      idempotent: false,
      env: [],
      okExitCodes: [0],
      at: NOWHERE,
      ...more,
    }
  }

  async function called(entry: ToolEntry, directory: string, x: unknown = [], environment = new Map<string, string>()) {
    const tools = await loadTools([entry], { directory, environment, areOffered: false })
    const [result] = await new ToolExecutor({ tools }).executeTools([{ id: '1', name: 'run_it', arguments: { x } }])
    return result
  }

  test('run in the directory of the agent file, or one below it; a model gets their output', async () => {
    const directory = await temporary({ 'sub/file': 'x' })
    expect(await called(command('ls'), directory, '.')).toMatchObject({
      data: { exitCode: 0, stdout: 'sub\n', stderr: '' },
      content: [{ type: 'text', text: 'sub\n' }],
    })
    expect(await called(command('ls', { cwd: './sub' }), directory, '.')).toMatchObject({ data: { stdout: 'file\n' } })
  })

  test('notes for the model are in the result text', async () => {
    const script = '#!/bin/sh\necho out; echo warned >&2; exit 3\n'
    const directory = await temporary({ 'tool*': script, 'quiet*': '#!/bin/sh\n' })
    const loud = await called(command('./tool', { okExitCodes: [3] }), directory, 'x')
    expect(loud).toMatchObject({
      content: [{ type: 'text', text: 'out\n\n[standard error]\nwarned\n\n[exit code 3]' }],
    })
    expect(await called(command('./quiet'), directory, 'x')).toMatchObject({
      content: [{ type: 'text', text: '[no output]' }],
    })
    expect(await called(command('./tool'), directory, 'x')).toMatchObject({
      status: 'failed',
      error: { message: './tool ended with exit code 3.\nStandard error: warned\nStandard output: out' },
    })
  })

  test('bad inputs 110 to 114: a value that would be an option is refused, and nothing runs', async () => {
    const directory = await temporary({})
    for (const value of ['--upload-pack=id', '-oProxyCommand=id', '--checkpoint-action=exec=id', '-exec']) {
      expect(await called(command('touch'), directory, value)).toMatchObject({
        status: 'failed',
        error: { message: `The argument 'x' must not begin with "-": the program would take it for an option.` },
      })
    }
    expect(await called(command('ls'), directory, '.')).toMatchObject({ data: { stdout: '' } })
  })

  test('I42, bad inputs 122, 125: neither the program nor its directory is outside', async () => {
    const directory = await temporary({ 'tool*': '#!/bin/sh\necho ran\n', 'project/x': '' })
    const project = join(directory, 'project')
    await symlink('..', join(project, 'up'))
    await symlink('../tool', join(project, 'tool'))
    const out = 'it leads out of the directory of the agent file'
    expect(await called(command('./tool'), project)).toMatchObject({
      error: { message: `The program './tool' of this tool cannot be used: ${out}.` },
    })
    expect(await called(command('pwd', { cwd: './up' }), project)).toMatchObject({
      error: { message: `The directory './up' of this tool cannot be used: ${out}.` },
    })
  })

  test('I45, I35: their variables are those of the file and the named ones, and no others', async () => {
    const directory = await temporary({})
    process.env['AOF_TEST_SECRET'] = 'canary'
    process.env['AOF_TEST_NAMED'] = 'named'
    try {
      const environment = new Map([['FROM_FILE', 'given']])
      const result = await called(command('env', { env: ['AOF_TEST_NAMED'] }), directory, [], environment)
      const { stdout } = (result?.success === true ? result.data : {}) as { stdout: string }
      expect(stdout).toContain('FROM_FILE=given\n')
      expect(stdout).toContain('AOF_TEST_NAMED=named\n')
      expect(stdout).not.toContain('canary')
    } finally {
      delete process.env['AOF_TEST_SECRET']
      delete process.env['AOF_TEST_NAMED']
    }
  })

  test('have the settings of the file', async () => {
    const entry = command('ls', { description: 'Lists.', readOnly: true, timeoutMs: 5_000 })
    const [made] = await loadTools([entry], { directory: '.', environment: new Map(), areOffered: false })
    expect(made).toMatchObject({
      name: 'run_it',
      description: 'Lists.',
      timeoutMs: 5_000,
      annotations: { readOnlyHint: true },
      inputSchema: { type: 'object' },
    })
    const [plain] = await loadTools([command('ls')], { directory: '.', environment: new Map(), areOffered: false })
    expect(plain).not.toHaveProperty('annotations')
  })

  test('a timeout ends the program (I11, I16)', async () => {
    const tools = await loadTools([command('sleep', { timeoutMs: 1 })], {
      directory: '.',
      environment: new Map(),
      areOffered: false,
    })
    const executor = new ToolExecutor({ tools, graceMs: 60_000 })
    const [result] = await executor.executeTools([{ id: '1', name: 'run_it', arguments: { x: '1000' } }])
    expect(result).toMatchObject({ status: 'timed_out', execution: 'ended' })
  })

  test('two with the same name are reported with their lines', async () => {
    const entries = [command('ls', { at: { ...NOWHERE, line: 3 } }), command('ls', { at: { ...NOWHERE, line: 7 } })]
    const loaded = loadTools(entries, { directory: '.', environment: new Map(), areOffered: false })
    await expect(loaded).rejects.toMatchObject({
      problems: [
        { line: 7, message: 'two tools are called "run_it": the command in line 3, and the command in line 7' },
      ],
    })
  })
})
