import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { untilGone, untilLines } from '../tools/processes.ts'
import { FILES, type Going, script, start } from './run-support.ts'
import { temporary } from './temporary.ts'

/** A command that writes the ids of its processes, one that does not care for SIGTERM, and a tool that starts a process by itself. */
const AGENT = `apiVersion: aof.dev/v1
kind: Agent
metadata: { name: hanging }
spec:
  model: scripted:./model.mjs
  tool_timeout: 1h
  tools:
    - module: ./tools.mjs
    - { name: hang, description: x, writes: [], command: [sh, -c, 'sleep 1000 & echo $! >> pids; echo $$ >> pids; wait'] }
    - { name: deaf, description: x, writes: [], command: [sh, -c, 'trap "" TERM; sleep 1000 & echo $! >> pids; echo $$ >> pids; while :; do wait; done'] }
`

const TOOLS = `
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
const none = { type: 'object', properties: {} }
export const wild = { name: 'wild', inputSchema: none, execute: () => new Promise(() => {
  const child = spawn('sh', ['-c', 'sleep 1000 & echo $! >> pids; echo $$ >> pids; wait'], { detached: true, stdio: 'ignore' })
}) }
export const echo = { name: 'echo', inputSchema: none, execute: () => 'echoed' }
`

const MODEL = script([
  { text: 'All of it.', calls: [{ name: 'echo' }, { name: 'hang' }, { name: 'deaf' }, { name: 'wild' }] },
  { text: 'Never said.' },
])

async function hanging(
  args: readonly string[] = [],
): Promise<Going & { readonly cwd: string; readonly pids: number[] }> {
  const cwd = await temporary({ ...FILES, 'agent.yaml': AGENT, 'tools.mjs': TOOLS, 'model.mjs': MODEL })
  const going = start(cwd, ['-i', 'go', ...args])
  const pids = (await untilLines(join(cwd, 'pids'), 6)).map(Number)
  return { ...going, cwd, pids }
}

interface Document {
  readonly status: string
  readonly exitCode: number
  readonly turns: readonly { readonly calls: readonly { readonly status: string; readonly execution: string }[] }[]
  readonly messages: readonly { readonly role: string; readonly content: readonly object[] }[]
}

describe('Ctrl-C and SIGTERM (I13, I14, I16)', () => {
  test.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const)('%s: the run is aborted, its results are printed, no process is left', async (signal, code) => {
    const { child, ended, pids } = await hanging(['--json'])
    child.kill(signal)
    const { code: exitCode, stdout, stderr } = await ended
    expect(exitCode).toBe(code)
    const { status, turns, messages, ...document } = JSON.parse(stdout) as Document
    expect([status, document.exitCode]).toEqual(['aborted', code])
    expect(turns[0]?.calls.map((call) => [call.status, call.execution])).toEqual([
      ['succeeded', 'ended'],
      ['aborted', 'ended'],
      ['aborted', 'ended'],
      ['aborted', 'unknown'],
    ])
    expect(messages.map(({ role, content }) => [role, content.length])).toEqual([
      ['user', 1],
      ['assistant', 5],
      ['tool', 4],
    ])
    expect(stderr).toContain('aborting; once more ends at once\n')
    expect(stderr).toContain('aof: aborted\n')
    for (const pid of pids) await untilGone(pid)
  })

  test('a second signal ends the command and every process that it started at once', async () => {
    const { child, ended, pids } = await hanging(['--json'])
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect((await ended).code).toBe(EXIT.interrupted)
    for (const pid of pids) await untilGone(pid)
  })

  test('SIGHUP of a closed terminal ends the command and every process that it started at once', async () => {
    const { child, ended, pids } = await hanging()
    child.kill('SIGHUP')
    expect((await ended).code).toBe(EXIT.terminated)
    for (const pid of pids) await untilGone(pid)
  })

  test('standard output is empty if there is no answer', async () => {
    const { child, ended } = await hanging()
    child.kill('SIGINT')
    expect((await ended).stdout).toBe('')
  })

  test('an aborted run has a complete recording, whose replay ends at the abort', async () => {
    const { child, ended, cwd } = await hanging(['--record', 'r.jsonl'])
    child.kill('SIGINT')
    expect((await ended).code).toBe(EXIT.interrupted)
    expect((await readFile(join(cwd, 'r.jsonl'), 'utf8')).trimEnd().split('\n').at(-1)).toBe('{"type":"end"}')
    const replayed = await start(cwd, ['--replay', 'r.jsonl', '--json']).ended
    expect(replayed.code).toBe(EXIT.interrupted)
    expect((JSON.parse(replayed.stdout) as Document).turns[0]?.calls.map(({ status }) => status)).toEqual([
      'succeeded',
      'aborted',
      'aborted',
      'aborted',
    ])
  })
})
