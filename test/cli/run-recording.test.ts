import { spawnSync } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { FILES, run, script, start, TOOLS } from './run-support.ts'
import { temporary } from './temporary.ts'
import { AOF_IN_SHELL } from './source-command.ts'

/** A directory in which a run was recorded, and what the command printed. */
async function recorded(files: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const cwd = await temporary({ ...FILES, ...files })
  const called = await run(['-i', 'it', '--record', 'r.jsonl', '--json', ...args], {}, { cwd })
  return { cwd, called, text: await readFile(join(cwd, 'r.jsonl'), 'utf8') }
}

/** A document without how long everything took, and who the model is called. */
function lasting(stdout: string): unknown {
  const { timing: _timing, model: _model, ...document } = JSON.parse(stdout) as Record<string, unknown>
  return JSON.parse(JSON.stringify(document, (key, value: unknown) => (key === 'timing' ? undefined : value)))
}

/** Tools and a model of which none may be used: the definitions are the same. */
const UNUSABLE = {
  'tools.mjs': TOOLS.replaceAll(/execute: /g, "execute: () => { throw new Error('executed') }, unused: "),
  'model.mjs': "throw new Error('loaded')",
}

describe('--record and --replay', () => {
  test('the replay is the same run, without model and tools', async () => {
    const { cwd, called } = await recorded()
    expect(called.code).toBe(EXIT.ok)
    for (const [name, text] of Object.entries(UNUSABLE)) await writeFile(join(cwd, name), text)
    const replayed = await run(['--replay', 'r.jsonl', '--json'], {}, { cwd })
    expect(replayed.code).toBe(EXIT.ok)
    expect(lasting(replayed.stdout)).toEqual(lasting(called.stdout))
    expect(replayed.stderr).toContain('note: this is a replay of r.jsonl: no model is asked, no tool executed\n')
    const asText = await run(['-i', 'it', '--replay', 'r.jsonl', '--pace'], {}, { cwd })
    expect([asText.code, asText.stdout]).toEqual([EXIT.ok, 'The answer to it is a.\n'])
  })

  test('the file is readable only by its owner, never overwritten, and without secrets (I35)', async () => {
    const canary = 'canary-0123456789'
    const cwd = await temporary({
      ...FILES,
      'tools.mjs': TOOLS.replace('({ text }) => ({ said: text })', '() => ({ said: process.env.SOME_API_KEY })'),
    })
    const env = { SOME_API_KEY: canary }
    const args = ['-i', `it, with ${canary}`, '--record', 'r.jsonl']
    const first = await run(args, {}, { cwd, env })
    expect([first.code, first.stdout]).toEqual([EXIT.ok, `The answer to it, with ${canary} is ${canary}.\n`])
    const text = await readFile(join(cwd, 'r.jsonl'), 'utf8')
    expect(text).not.toContain(canary)
    expect((await stat(join(cwd, 'r.jsonl'))).mode & 0o777).toBe(0o600)
    const second = await run(args, {}, { cwd, env })
    expect([second.code, second.stdout]).toEqual([EXIT.file, ''])
    expect(second.stderr).toContain('aof: r.jsonl exists already, and a recording is never overwritten\n')
    expect(await readFile(join(cwd, 'r.jsonl'), 'utf8')).toBe(text)
    expect((await run(['--replay', 'r.jsonl'], {}, { cwd })).code).toBe(EXIT.ok)
  })

  test('a changed tool fails with a diff', async () => {
    const { cwd } = await recorded()
    await writeFile(join(cwd, 'tools.mjs'), TOOLS.replace('Says it again.', 'Says it twice.'))
    const { code, stdout, stderr } = await run(['--replay', 'r.jsonl', '--json'], {}, { cwd })
    expect(code).toBe(EXIT.replay)
    expect(stderr).toContain(
      [
        'aof: the run diverges from its recording: other tools (echo has a different definition) (line 1)',
        '       {',
        '         "name": "echo",',
        '     -   "description": "Says it again.",',
        '     +   "description": "Says it twice.",',
        '         "inputSchema": {',
        '           "type": "object",',
      ].join('\n'),
    )
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: EXIT.replay, departure: { line: 1 } })
  })

  test('other arguments, another input and another answer fail with a diff', async () => {
    const { cwd, text } = await recorded()
    const replayOf = async (edited: string, args: readonly string[] = []) => {
      await writeFile(join(cwd, 'edited.jsonl'), edited)
      return run(['--replay', 'edited.jsonl', '--log-level', 'error', ...args], {}, { cwd })
    }
    const other = await replayOf(
      text.replace('"arguments":"{\\"text\\":\\"a\\"}"', '"arguments":"{\\"text\\":\\"b\\"}"'),
    )
    expect([other.code, other.stdout]).toEqual([EXIT.replay, ''])
    expect(other.stderr).toMatch(
      /other arguments \(line \d+, turn 1, call 1\)\n {7}echo \{\n {5}- {3}"text": "b"\n {5}\+ {3}"text": "a"\n {7}\}\n/,
    )
    const input = await replayOf(text, ['-i', 'that'])
    expect([input.code, input.stdout]).toEqual([EXIT.replay, ''])
    expect(input.stderr).toContain('other input (line 2)\n     - it\n     + that\n')
    const answer = await replayOf(
      text.replace('"status":"done","text":"The answer', '"status":"done","text":"An answer'),
      ['--json'],
    )
    expect(answer.code).toBe(EXIT.replay)
    expect(JSON.parse(answer.stdout)).toMatchObject({ exitCode: EXIT.replay, departure: { what: 'another answer' } })
  })

  test('a damaged or truncated file is an error with its line', async () => {
    const { cwd, text } = await recorded()
    const replayOf = async (edited: string) => {
      await writeFile(join(cwd, 'edited.jsonl'), edited)
      return run(['--replay', 'edited.jsonl'], {}, { cwd })
    }
    const damaged = await replayOf(text.replace('"type":"asked"', '"type:"asked"'))
    expect([damaged.code, damaged.stdout]).toEqual([EXIT.file, ''])
    expect(damaged.stderr).toContain('edited.jsonl:3:1 error expected JSON\n')
    const cut = await replayOf(text.slice(0, text.length - 20))
    expect(cut.code).toBe(EXIT.file)
    const lines = text.split('\n').length
    expect(cut.stderr).toContain(
      `the recording is incomplete, it ends in line ${lines - 2} of edited.jsonl: this line was only half written`,
    )
    expect((await run(['--replay', 'none.jsonl'], {}, { cwd })).stderr).toBe(
      'aof: cannot read the recording none.jsonl: there is no such file\n',
    )
  })

  test('a failed run is recorded, and its replay ends in the same way', async () => {
    const { cwd, called } = await recorded({ 'model.mjs': script([{ calls: [{ name: 'ticks' }] }]) })
    expect(called.code).toBe(EXIT.failed)
    const replayed = await run(['--replay', 'r.jsonl', '--json'], {}, { cwd })
    expect(replayed.code).toBe(EXIT.failed)
    expect(lasting(replayed.stdout)).toEqual(lasting(called.stdout))
  })

  test('a killed run leaves a partial recording, whose complete turns can be played', async () => {
    const model = script([{ calls: [{ name: 'echo', arguments: { text: 'a' } }] }, { calls: [{ name: 'hang' }] }])
    const cwd = await temporary({ ...FILES, 'model.mjs': model })
    const { child, ended, says } = start(cwd, ['-i', 'it', '--record', 'r.jsonl'])
    await says('HANGING')
    child.kill('SIGKILL')
    await ended
    const torn = await run(['--replay', 'r.jsonl'], {}, { cwd })
    expect(torn.code).toBe(EXIT.file)
    expect(torn.stderr).toContain(
      'the line "end" is missing\n     record the run again; its complete turns can be played with --model recorded:r.jsonl\n',
    )
    const { code, stderr } = await run(['-i', 'x', '--model', 'recorded:r.jsonl', '--max-iterations', '1'], {}, { cwd })
    expect(code).toBe(EXIT.maxIterations)
    expect(stderr).toContain('✓  echo  a  ')
  })

  test('a full disk is reported at the end, and does not harm the run', async () => {
    const cwd = await temporary({ ...FILES, 'model.mjs': script([{ text: 'x'.repeat(5_000) }]) })
    // No file may become larger than 4 or 8 blocks of 512 or 1 024 bytes, and the run has a part for each 20 characters.
    const command = `ulimit -f 8; exec ${AOF_IN_SHELL} run agent.yaml -i x --record r.jsonl`
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd, encoding: 'utf8' })
    expect([status, stdout]).toEqual([EXIT.file, `${'x'.repeat(5_000)}\n`])
    expect(stderr).toMatch(/ERROR the recording is incomplete: /)
  })
})

describe('--model recorded:FILE', () => {
  test('plays only the model: the tools run, and a note says so', async () => {
    const { cwd } = await recorded()
    await writeFile(join(cwd, 'tools.mjs'), TOOLS.replace('({ said: text })', "({ said: text + ', really' })"))
    const { code, stdout, stderr } = await run(['-i', 'else', '--model', 'recorded:r.jsonl', '--json'], {}, { cwd })
    expect(code).toBe(EXIT.ok)
    expect(JSON.parse(stdout)).toMatchObject({
      text: 'The answer to it is a.',
      turns: [{ calls: [{ data: { said: 'a, really' } }, { status: 'failed' }] }, {}],
    })
    expect(stderr).toContain(
      'note: the model is a recording: it plays the turns of scripted ./model.mjs in r.jsonl; the tools really run\n',
    )
  })

  test('reports that there are no more turns', async () => {
    const { cwd } = await recorded({ 'model.mjs': script([{ calls: [{ name: 'ticks' }] }]) }, ['--max-iterations', '1'])
    const { code, stderr } = await run(['-i', 'x', '--model', 'recorded:r.jsonl'], {}, { cwd })
    expect(code).toBe(EXIT.failed)
    expect(stderr).toMatch(/The recording .*r\.jsonl has 1 turns, and the model was asked for turn 2/)
  })
})
