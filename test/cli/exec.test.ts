import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { untilGone, untilLines } from '../tools/processes.ts'
import { aof, type Called } from './aof.ts'
import { messagesAnswer } from './exec-support.ts'
import { FIXTURES } from './recorded-answers/fixtures.ts'
import { temporary } from './temporary.ts'
import { AOF } from './source-command.ts'

const TOOLS = `
  export const lookUp = { name: 'look_up', execute: ({ topic }) => ({ about: topic }) }
  export const ping = { name: 'ping', execute: () => { throw new Error('no answer') } }`

const TWO_CALLS = messagesAnswer(['toolu_a', 'look_up', { topic: 'tides' }], ['toolu_b', 'ping', {}])

/** The next message for {@link TWO_CALLS}. */
const TWO_RESULTS = [
  {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'toolu_a', content: '{"about":"tides"}' },
      {
        type: 'tool_result',
        tool_use_id: 'toolu_b',
        content: '{"error":{"code":"tool_error","message":"no answer"}}',
        is_error: true,
      },
    ],
  },
]

/** Calls `aof exec` in a directory with these files. */
async function exec(files: Readonly<Record<string, string | Uint8Array>>, args: readonly string[]): Promise<Called> {
  return aof(['exec', ...args], { cwd: await temporary(files) })
}

/** Does something with each, two at a time: every one starts a process. */
async function inTurn<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  const left = all.entries()
  const lane = async (): Promise<void> => {
    for (const [place, one] of left) done[place] = await each(one)
  }
  await Promise.all([lane(), lane()])
  return done
}

interface Document {
  readonly dialect: string
  readonly calls: readonly { readonly index: number; readonly id: string; readonly name: string; arguments?: unknown }[]
  readonly results: readonly { readonly status: string; readonly data?: unknown; readonly error?: { code: string } }[]
  readonly message: unknown
  readonly timing: { readonly wallMs: number; readonly runMs: number }
}

function document({ stdout }: Called): Document {
  return JSON.parse(stdout) as Document
}

describe('the output of aof exec', () => {
  test('only the results are on standard output, as the next messages', async () => {
    const called = await exec({ 'turn.json': TWO_CALLS, 'tools.mjs': TOOLS }, ['turn.json', '--tools', 'tools.mjs'])
    expect(called.code).toBe(EXIT.ok)
    expect(JSON.parse(called.stdout)).toEqual(TWO_RESULTS)
    expect(called.stdout.trim()).not.toContain('\n')
  })

  test('the turn can come from standard input', async () => {
    const cwd = await temporary({ 'tools.mjs': TOOLS })
    const { code, stdout } = await aof(['exec', '-', '-t', 'tools.mjs'], { cwd, input: TWO_CALLS })
    expect([code, JSON.parse(stdout)]).toEqual([EXIT.ok, TWO_RESULTS])
  })

  test('--json prints one document with calls, results, message and timing', async () => {
    const called = await exec({ t: TWO_CALLS, 'tools.mjs': TOOLS }, ['t', '-t', 'tools.mjs', '--json'])
    expect(called.code).toBe(EXIT.ok)
    expect(document(called)).toEqual({
      dialect: 'anthropic-messages',
      calls: [
        { index: 0, id: 'toolu_a', name: 'look_up', arguments: { topic: 'tides' } },
        { index: 1, id: 'toolu_b', name: 'ping', arguments: {} },
      ],
      results: [
        expect.objectContaining({ index: 0, id: 'toolu_a', status: 'succeeded', data: { about: 'tides' } }),
        expect.objectContaining({ index: 1, id: 'toolu_b', status: 'failed' }),
      ],
      message: TWO_RESULTS,
      timing: { wallMs: expect.any(Number), runMs: expect.any(Number) },
    })
  })

  test('a binary stream can come from a file', async () => {
    const [fixture] = FIXTURES.filter(({ dialect }) => dialect === 'bedrock-converse')
    const turn = fixture?.frame(fixture.events) ?? ''
    expect(turn).toBeInstanceOf(Uint8Array)
    const called = await exec({ turn, 'tools.mjs': TOOLS }, ['turn', '-t', 'tools.mjs', '--json'])
    expect(document(called).dialect).toBe('bedrock-converse')
    expect(document(called).results.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
  })

  test('--dialect names the format of the answer', async () => {
    const [fixture] = FIXTURES.filter(({ dialect }) => dialect === 'ollama-chat')
    const files = { turn: fixture?.frame(fixture.events) ?? '', 'tools.mjs': TOOLS }
    const called = await exec(files, ['turn', '-t', 'tools.mjs', '--dialect', 'ollama-chat'])
    expect(called.code).toBe(EXIT.ok)
    const wrong = await exec(files, ['turn', '-t', 'tools.mjs', '--dialect', 'cohere-v2'])
    expect(wrong.code).toBe(EXIT.file)
  })

  test('an answer without calls runs nothing, and this is reported', async () => {
    const files = { turn: messagesAnswer(), 'tools.mjs': TOOLS }
    const { code, stdout, stderr } = await exec(files, ['turn', '-t', 'tools.mjs', '--strict'])
    expect([code, stdout]).toEqual([EXIT.ok, '[]\n'])
    expect(stderr).toBe('note: the answer calls no tools, so there is nothing to run\n')
    expect(document(await exec(files, ['turn', '-t', 'tools.mjs', '--json']))).toMatchObject({ calls: [], message: [] })
  })

  test('--log-level debug shows the calls as they run, silent shows nothing', async () => {
    const files = { turn: TWO_CALLS, 'tools.mjs': TOOLS }
    const { stderr } = await exec(files, ['turn', '-t', 'tools.mjs', '--log-level', 'debug'])
    expect(stderr).toContain('INFO  Executing 2 tools in parallel (max concurrency: 10)\n')
    expect(stderr).toContain('DEBUG Executing tool [0]: look_up\n')
    expect(stderr).toMatch(/INFO {2}Parallel tool execution completed: 2 tools in \d+ms \(1 success, 1 failures\)\n/)
    expect((await exec(files, ['turn', '-t', 'tools.mjs', '--log-level', 'silent'])).stderr).toBe('')
  })
})

test('I37: a call that was cut off does not run; the broken answer is reported', async () => {
  const [fixture] = FIXTURES.filter(({ dialect }) => dialect === 'anthropic-messages')
  const turn = fixture?.frame(fixture.events.slice(0, 7)) ?? ''
  const called = await exec({ turn, 'tools.mjs': TOOLS }, ['turn', '-t', 'tools.mjs', '--json', '--strict'])
  expect(called.code).toBe(EXIT.tools)
  expect(document(called).results).toMatchObject([{ id: 'toolu_a', status: 'invalid', execution: 'none' }])
  expect(called.stderr).toContain('note: the answer breaks off: the stream ended before the model had finished\n')
})

test('I46: no text of an answer or a tool acts on the terminal', async () => {
  const evil = '\u001B[2J\u202E\u0007'
  const files = {
    turn: messagesAnswer(['a', `x${evil}`, {}], ['b', 'ping', { evil }]),
    'tools.mjs': `export default { name: 'ping', execute: () => { console.log(${JSON.stringify(evil)}); throw new Error(${JSON.stringify(evil)}) } }`,
  }
  const { code, stderr } = await exec(files, ['turn', '-t', 'tools.mjs', '--log-level', 'debug'])
  expect(code).toBe(EXIT.ok)
  expect(stderr).toContain('ping')
  expect(stderr).not.toMatch(/[\u001B\u202E\u0007]/)
})

test('the console output of a module and its tools goes to standard error; their unhandled errors end the turn in order', async () => {
  const files = {
    turn: messagesAnswer(['a', 'chatty', {}]),
    'tools.mjs': `
      console.log('loading')
      export default { name: 'chatty', execute: async () => {
        console.log('working')
        void Promise.reject(new Error('nobody waits'))
        await new Promise(setImmediate)
        return 1
      } }`,
  }
  const { code, stdout, stderr } = await exec(files, ['turn', '-t', 'tools.mjs'])
  expect([code, JSON.parse(stdout)]).toMatchObject([
    EXIT.tools,
    [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', is_error: true }] }],
  ])
  for (const words of ['loading', 'working', "tool 'chatty': unhandled rejection of a promise: nobody waits"])
    expect(stderr).toContain(words)
})

describe('the calls of aof exec', () => {
  const COUNTING = `
    let running = 0
    export default { name: 'count', execute: async () => {
      running++
      for (let i = 0; i < 5; i++) await new Promise(setImmediate)
      return running--
    } }`
  const turn = messagesAnswer(...[1, 2, 3, 4].map((n) => [`id_${n}`, 'count', {}] as const))

  test('run all at once, or as many as --max-parallel allows', async () => {
    const files = { turn, 'tools.mjs': COUNTING }
    const most = (called: Called): number => Math.max(...document(called).results.map(({ data }) => Number(data)))
    expect(most(await exec(files, ['turn', '-t', 'tools.mjs', '--json']))).toBe(4)
    expect(most(await exec(files, ['turn', '-t', 'tools.mjs', '--json', '--max-parallel', '1']))).toBe(1)
  })

  const AGENT = `apiVersion: aof.dev/v1
kind: Agent
metadata: { name: a }
spec:
  model: openai:gpt-5
  max_parallel_tools: 1
  environment: { GREETING: hello }
  tools:
    - module: ./tools.mjs
    - { name: greet, description: Greets., command: [sh, -c, 'echo "$GREETING $1"', sh, '{who}'] }
`

  test('with the tools of an agent file run as many at once as it allows', async () => {
    const calls = messagesAnswer(['a', 'count', {}], ['b', 'count', {}], ['c', 'greet', { who: '$(id)' }])
    const files = { turn: calls, 'tools.mjs': COUNTING, 'agent.yaml': AGENT }
    const { results, message } = document(await exec(files, ['turn', '-t', 'agent.yaml', '--json']))
    expect(results.map(({ data }) => data)).toEqual([1, 1, expect.objectContaining({ stdout: 'hello $(id)\n' })])
    expect(JSON.stringify(message)).toContain(String.raw`hello $(id)\n`)
    const wider = await exec(files, ['turn', '-t', 'agent.yaml', '--json', '--max-parallel', '4'])
    expect(
      document(wider)
        .results.slice(0, 2)
        .map(({ data }) => data),
    ).toEqual([2, 1])
  })

  test('--timeout ends a call that hangs, and the command ends although its tool does not (I11)', async () => {
    const files = {
      turn: messagesAnswer(['a', 'hang', {}]),
      'tools.mjs': `export default { name: 'hang', execute: () => new Promise(() => setInterval(() => {}, 1000)) }`,
    }
    const called = await exec(files, ['turn', '-t', 'tools.mjs', '--json', '--timeout', '20ms', '--strict'])
    expect(called.code).toBe(EXIT.tools)
    expect(document(called).results).toMatchObject([{ status: 'timed_out', execution: 'unknown' }])
  })

  test('--strict gives another exit code if a call did not succeed', async () => {
    const files = { turn: TWO_CALLS, 'tools.mjs': TOOLS }
    const called = await exec(files, ['turn', '-t', 'tools.mjs', '--strict'])
    expect(called.code).toBe(EXIT.tools)
    expect(JSON.parse(called.stdout)).toEqual(TWO_RESULTS)
    expect(called.stderr).toContain('aof: 1 of 2 calls did not succeed\n')
    const good = { turn: messagesAnswer(['a', 'look_up', { topic: 'x' }]), 'tools.mjs': TOOLS }
    expect((await exec(good, ['turn', '-t', 'tools.mjs', '--strict'])).code).toBe(EXIT.ok)
  })
})

test('a wrong command line', async () => {
  const wrong: readonly (readonly [args: readonly string[], words: string])[] = [
    [['turn'], "required option '-t, --tools <file>' not specified"],
    [['turn', '-t', 'tools.mjs', '--dialect', 'openai-chta'], 'did you mean openai-chat?'],
    [['turn', '-t', 'tools.mjs', '--max-parallel', '0'], 'Expected a whole number of at least 1.'],
    [['turn', '-t', 'tools.mjs', '--timeout', '30 days'], 'Expected a duration of 1ms to 24 days'],
  ]
  await inTurn(wrong, async ([args, words]) => {
    const { code, stdout, stderr } = await exec({ turn: TWO_CALLS, 'tools.mjs': TOOLS }, args)
    expect([code, stdout]).toEqual([EXIT.usage, ''])
    expect(stderr).toContain(words)
  })
})

test('an unusable file gives another exit code, and a document with --json', async () => {
  const files = { turn: TWO_CALLS, 'tools.mjs': 'export const a = ;' }
  const { code, stdout, stderr } = await exec(files, ['turn', '-t', 'tools.mjs', '--json'])
  expect(code).toBe(EXIT.file)
  expect(stderr).toMatch(/^tools\.mjs:1:18 error \.\/tools\.mjs is not valid: Unexpected token ';'$/m)
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: EXIT.file, error: { problems: [{ line: 1 }] } })
  const gone = await exec({ 'tools.mjs': TOOLS }, ['turn', '-t', 'tools.mjs'])
  expect([gone.code, gone.stdout]).toEqual([EXIT.file, ''])
  expect(gone.stderr).toBe('aof: turn cannot be read: there is no such file\n')
})

test('a stream that begins with an error is refused', async () => {
  const turn = [
    {
      type: 'message_start',
      message: { id: 'm', model: 'm', role: 'assistant', content: [], usage: { input_tokens: 1 } },
    },
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`)
  const { code, stdout, stderr } = await exec({ turn: turn.join(''), 'tools.mjs': TOOLS }, ['turn', '-t', 'tools.mjs'])
  expect([code, stdout]).toEqual([EXIT.file, ''])
  expect(stderr).toContain('aof: turn: the answer breaks off before its first call: Overloaded')
})

/** `aof exec` under way, with what it will have printed. */
interface Going {
  readonly child: ChildProcess
  readonly ended: Promise<Called>
}

function start(cwd: string, args: readonly string[]): Going {
  const child = spawn(process.execPath, [...AOF, 'exec', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })) }
}

/** Commands that write the ids of their processes into a file, and go on for ever; the second does not care for SIGTERM. */
const HANGING_AGENT = `apiVersion: aof.dev/v1
kind: Agent
metadata: { name: hanging }
spec:
  model: openai:gpt-5
  tool_timeout: 1h
  tools:
    - { name: hang, description: x, writes: [], command: [sh, -c, 'sleep 1000 & echo $! >> pids; echo $$ >> pids; wait'] }
    - { name: deaf, description: x, writes: [], command: [sh, -c, 'trap "" TERM; sleep 1000 & echo $! >> pids; echo $$ >> pids; while :; do wait; done'] }
`

describe('Ctrl-C and SIGTERM (I13, I16)', () => {
  const files = { turn: messagesAnswer(['a', 'hang', {}], ['b', 'deaf', {}]), 'agent.yaml': HANGING_AGENT }

  async function hanging(): Promise<Going & { readonly pids: number[] }> {
    const cwd = await temporary(files)
    const going = start(cwd, ['turn', '-t', 'agent.yaml', '--json'])
    const pids = (await untilLines(join(cwd, 'pids'), 4)).map(Number)
    return { ...going, pids }
  }

  test.each([
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const)('%s: the calls are aborted, their results are printed, no process is left', async (signal, code) => {
    const { child, ended, pids } = await hanging()
    child.kill(signal)
    const called = await ended
    expect(called.code).toBe(code)
    expect(document(called).results.map(({ status }) => status)).toEqual(['aborted', 'aborted'])
    for (const pid of pids) await untilGone(pid)
  })

  test('a second signal ends the command and every process that it started at once', async () => {
    const { child, ended, pids } = await hanging()
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect((await ended).code).toBe(EXIT.interrupted)
    for (const pid of pids) await untilGone(pid)
  })
})
