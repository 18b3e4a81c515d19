import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAgentFile } from '../../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { commandEffects } from '../../../packages/aof-cli/src/agent-tools/command-effects.ts'
import { loadTools } from '../../../packages/aof-cli/src/agent-tools/load-tools.ts'
import { type ToolEvent, ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { HEAD } from '../../agent-file/helpers.ts'
import { temporary } from '../temporary.ts'

/** The tools of an agent file with these entries, each in one line. */
function entriesOf(...lines: string[]) {
  const text = `${HEAD}  model: openai:gpt-4o\n  tools:\n${lines.map((line) => `    - ${line}\n`).join('')}`
  const parsed = parseAgentFile(text, { file: 'agent.yaml' })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.agent.tools
}

/** The reads and writes of a command's call, as `r` or `w` and the path from the directory. */
function effectsOf(line: string, input: object, directory: string): string[] {
  const [entry] = entriesOf(line)
  if (entry?.kind !== 'command') throw new Error('expected a command')
  const { effects } = commandEffects(entry, directory)
  return (effects?.(input as never, {} as never) ?? []).map(
    ({ resource, mode }) => `${mode[0]} ${resource.replace(`file:${directory}`, '.')}`,
  )
}

/** The result of a turn, and how many of its calls ran at once at the most. */
async function turn(directory: string, lines: string[], calls: [name: string, input?: object][]) {
  const tools = await loadTools(entriesOf(...lines), { directory, environment: new Map(), areOffered: false })
  const executor = new ToolExecutor({ tools })
  let running = 0
  let most = 0
  executor.subscribe(({ type }: ToolEvent) => {
    if (type === 'started') most = Math.max(most, ++running)
    if (type === 'settled') running--
  })
  const results = await executor.executeTools(
    calls.map(([name, input = {}], index) => ({ id: `${index}`, name, arguments: input })),
  )
  return { results, most }
}

const BUMP = `{name: bump, description: Counts., command: [sh, -c, 'n=$(cat c.txt); sleep 0.02; echo $((n+1)) > c.txt']`

describe('the effects of a command', () => {
  test.each([
    ['{name: x, command: [touch, a]}', {}, ['w .']],
    ['{name: x, command: [ls], read_only: true}', {}, ['r .']],
    ['{name: x, command: [make], cwd: ./sub}', {}, ['w ./sub']],
    ['{name: x, command: [touch, a], writes: []}', {}, []],
    ['{name: x, command: [cat, a], read_only: true, reads: []}', {}, []],
    ['{name: x, command: [touch, "{f}"], writes: ["{f}"]}', { f: 'a/b.txt' }, ['w ./a/b.txt']],
    ['{name: x, command: [touch, "{f}"], writes: ["{f}"]}', { f: './a/../b.txt' }, ['w ./b.txt']],
    ['{name: x, command: [cp, "{a}", "{b}"], reads: ["{a}"], writes: ["{b}"]}', { a: 'x', b: 'y' }, ['r ./x', 'w ./y']],
    ['{name: x, command: [wc, "{a}"], reads: ["{a}"]}', { a: 'x' }, ['r ./x', 'w .']],
    ['{name: x, command: [touch, "{n}"], writes: ["out/{n}.txt"], cwd: ./sub}', { n: 'q' }, ['w ./sub/out/q.txt']],
    ['{name: x, command: [sql, "{id}"], writes: ["db:users/{id}"]}', { id: '7' }, ['w db:users/7']],
    ['{name: x, command: [sql, "{id}"], writes: ["db:users/{id}"]}', { id: '../x/y' }, ['w db:users/%2E%2E%2Fx%2Fy']],
  ])('%s with %j: %j', async (line, input, expected) => {
    const directory = await temporary({ 'sub/x': '' })
    expect(effectsOf(line, input, directory)).toEqual(expected)
  })

  test('a list gives a resource for each value, and a missing argument leaves its resource out', async () => {
    const directory = await temporary({})
    const line = `{name: x, command: [rm, ["{files}"], ["{more}"]], writes: ["{files}", "{more}"], input_schema: {type: object, properties: {files: {type: array, items: {type: string}}, more: {type: string}}}}`
    expect(effectsOf(line, { files: ['a', 'b'] }, directory)).toEqual(['w ./a', 'w ./b'])
  })

  test('links are followed, so two names of a file are the same resource', async () => {
    const directory = await temporary({ 'real/a.txt': '' })
    await symlink('real', join(directory, 'link'))
    await mkdir(join(directory, 'sub'))
    const line = `{name: x, command: [touch, "{f}"], writes: ["{f}"]}`
    expect(effectsOf(line, { f: 'link/new.txt' }, directory)).toEqual(['w ./real/new.txt'])
  })
})

describe('the calls of commands in a turn', () => {
  test('I52 eight calls that read, wait and write a file leave 8 in it', async () => {
    const directory = await temporary({ 'c.txt': '0\n' })
    const { results, most } = await turn(directory, [`${BUMP}}`], Array(8).fill(['bump']))
    expect(results.map(({ status }) => status)).toEqual(Array(8).fill('succeeded'))
    expect(await readFile(join(directory, 'c.txt'), 'utf8')).toBe('8\n')
    expect(most).toBe(1)
  })

  test('I52 commands that may change something run one after the other in call order, whatever their names', async () => {
    const directory = await temporary({ log: '' })
    const add = (name: string): string => `{name: ${name}, command: [sh, -c, 'echo "$1" >> log', sh, ${name}]}`
    const names = ['c', 'a', 'b', 'a', 'c']
    await turn(
      directory,
      ['a', 'b', 'c'].map(add),
      names.map((name) => [name]),
    )
    expect(await readFile(join(directory, 'log'), 'utf8')).toBe(names.map((name) => `${name}\n`).join(''))
  })

  test('a read_only command overlaps with other read_only commands, and sees earlier writes', async () => {
    const directory = await temporary({ 'c.txt': '0\n' })
    const look = `{name: look, command: [sh, -c, 'cat c.txt; sleep 0.02'], read_only: true}`
    const { results, most } = await turn(
      directory,
      [`${BUMP}}`, look],
      [['look'], ['look'], ['look'], ['bump'], ['look']],
    )
    expect(results.map((result) => result.success && (result.data as { stdout: string }).stdout)).toEqual([
      '0\n',
      '0\n',
      '0\n',
      '',
      '1\n',
    ])
    expect(most).toBe(3)
  })

  test('writes: [] lets calls overlap, and so do different files', async () => {
    const directory = await temporary({ 'c.txt': '0\n' })
    expect((await turn(directory, [`${BUMP}, writes: []}`], Array(4).fill(['bump']))).most).toBe(4)
    const touch = `{name: t, command: [sh, -c, 'sleep 0.02; echo x >> "$1"', sh, "{f}"], writes: ["{f}"]}`
    const files = ['a', 'b', './a', 'sub/../b'].map((f): [string, object] => ['t', { f }])
    const { most, results } = await turn(await temporary({ 'sub/x': '' }), [touch], files)
    expect(results.every(({ success }) => success)).toBe(true)
    expect(most).toBe(2)
  })

  test('max_parallel bounds the calls of one command', async () => {
    const directory = await temporary({})
    const line = `{name: s, command: [sleep, '0.02'], read_only: true, max_parallel: 2}`
    expect((await turn(directory, [line], Array(6).fill(['s']))).most).toBe(2)
  })

  test('retry restarts only an idempotent command after its failure', async () => {
    const script = '#!/bin/sh\necho x >> tries\n[ "$(wc -l < tries)" -ge 3 ]\n'
    const line = `{name: f, command: [./flaky], retry: { max_attempts: 4, initial_delay: 1ms }`
    const good = await temporary({ 'flaky*': script })
    const { results } = await turn(good, [`${line}, idempotent: true}`], [['f']])
    expect(results).toMatchObject([{ status: 'succeeded', timing: { attempts: 3 } }])
    const other = await temporary({ 'flaky*': script })
    expect((await turn(other, [`${line}}`], [['f']])).results).toMatchObject([
      { status: 'failed', timing: { attempts: 1 } },
    ])
  })
})

describe('the fields of a command', () => {
  test('are the options of the core', () => {
    const [entry] = entriesOf(
      `{name: x, command: [ls], idempotent: true, retry: 3, max_parallel: 2, rate: 100/10m, reads: [src]}`,
    )
    expect(entry).toMatchObject({
      idempotent: true,
      retry: { maxAttempts: 3 },
      maxParallel: 2,
      rate: { n: 100, perMs: 600_000 },
      reads: [['src']],
    })
    const [other] = entriesOf(
      `{name: x, command: [ls], read_only: true, rate: {n: 5, per: 1s, burst: 2}, retry: {max_attempts: 2, initial_delay: 1s, max_delay: 5, factor: 1.5}}`,
    )
    expect(other).toMatchObject({
      rate: { n: 5, perMs: 1000, burst: 2 },
      retry: { maxAttempts: 2, initialDelayMs: 1000, maxDelayMs: 5000, factor: 1.5 },
    })
  })

  test.each([
    ['retry: 2', 'is not tried again once it has started'],
    ['read_only: true, writes: [a]', 'there is nothing that it writes'],
    ['writes: ["{nme}"]', '{nme} names no argument of the command'],
    ['writes: ["src/*.ts"]', 'no pattern'],
    ['rate: fast', '5/s'],
    ['rate: {n: 1}', 'lacks the field per'],
    ['rate: {n: 1, per_ms: 5}', 'unknown field "per_ms"'],
    ['retry: {max_attempts: 2, max_delay: 1ms}, idempotent: true', 'longer than the longest'],
    ['max_parallel: 0', 'from 1'],
  ])('%s is reported', (fields, words) => {
    const text = `${HEAD}  model: openai:gpt-4o\n  tools:\n    - {name: x, description: x, command: [ls, "{name}"], ${fields}}\n`
    const { problems } = parseAgentFile(text, { file: 'agent.yaml' })
    expect(problems.map(({ message }) => message).join('\n')).toContain(words)
  })
})
