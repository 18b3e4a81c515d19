import { spawnSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { aof } from './aof.ts'
import { AGENT, FILES, MODEL, run, script } from './run-support.ts'
import { temporary } from './temporary.ts'
import { AOF_IN_SHELL } from './source-command.ts'

const NOTES = [
  'note: the model is scripted: it plays the turns of ./model.mjs; the tools are real',
  'note: for a real model set OPENAI_API_KEY, and give --model openai:gpt-5.2 (or anthropic:…, google:…, ollama:…)',
]

/** Lines without how long something took. */
function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .replaceAll(/\d+(?:\.\d)? m?s\b/g, '# ms')
    .replaceAll(/ · \d+\.\d×/g, '')
    .split('\n')
}

describe('the output of aof run', () => {
  test('has only the answer on standard output, and plain lines on standard error', async () => {
    const { code, stdout, stderr } = await run(['-i', 'the question'])
    expect([code, stdout]).toEqual([EXIT.ok, 'The answer to the question is a.\n'])
    expect(linesOf(stderr)).toEqual([
      ...NOTES,
      '✓  echo  a  # ms',
      '✗  fail  It failed. (tools.mjs:9:102)  # ms',
      'I call both.',
      'turn 1: 2 calls in # ms · # ms of tool time · 1 failed',
      '2 turns · 2 calls in # ms · # ms of tool time · 1 failed · 30 tokens in, 10 out · # ms in all',
    ])
    expect(stderr).not.toMatch(/\u001B/)
  })

  test('has the unchanged answer without a terminal, whatever its characters', async () => {
    const text = 'a\u001B[31m\u200C\r\n\tb\u202E\n'
    const { stdout } = await run(['-i', 'x'], { 'model.mjs': script([{ text }]) })
    expect(stdout).toBe(text)
  })

  test('--json: one document', async () => {
    const { code, stdout } = await run(['-i', 'it', '--json'])
    expect([code, stdout.trim().includes('\n')]).toEqual([EXIT.ok, false])
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'done',
      exitCode: 0,
      agent: 'tester',
      model: 'scripted:./model.mjs',
      text: 'The answer to it is a.',
      finishReason: 'stop',
      iterations: 2,
      calls: { calls: 2, succeeded: 1, failed: 1, aborted: 0 },
      usage: { inputTokens: 30, outputTokens: 10 },
      turns: [
        {
          turn: 0,
          text: 'I call both.',
          calls: [
            {
              index: 0,
              id: 'call-0-0',
              name: 'echo',
              arguments: { text: 'a' },
              status: 'succeeded',
              data: { said: 'a' },
            },
            {
              index: 1,
              name: 'fail',
              arguments: {},
              status: 'failed',
              error: { code: 'tool_error', message: 'It failed.' },
            },
          ],
        },
        { turn: 1, calls: [] },
      ],
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool' }, { role: 'assistant' }],
    })
  })

  test('--json-lines: every event as it comes, the result last', async () => {
    const { stdout } = await run(['-i', 'it', '--json-lines'])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const of = (type: string) => events.filter((event) => event['type'] === type)
    expect(of('turn_started').map(({ turn }) => turn)).toEqual([0, 1])
    expect(of('call_arguments')).toEqual([
      { type: 'call_arguments', turn: 0, index: 0, arguments: '{"text":"a"}' },
      { type: 'call_arguments', turn: 0, index: 1, arguments: '{}' },
    ])
    for (const type of ['accepted', 'started', 'settled']) expect(of(type)).toHaveLength(2)
    const order = (type: string) => events.findIndex((event) => event['type'] === type && (event['index'] ?? 0) === 0)
    expect(order('accepted')).toBeLessThan(order('call_arguments'))
    expect(order('call_arguments')).toBeLessThan(order('started'))
    expect(events.at(-1)).toMatchObject({ type: 'done', status: 'done', text: 'The answer to it is a.', exitCode: 0 })
    expect(of('done')).toHaveLength(1)
  })

  test('whatever tools report and throw, each line is valid JSON', async () => {
    const tools = `export default { name: 'odd', inputSchema: { type: 'object', properties: {} }, execute: (_, { progress }) => {
      const cycle = {}; cycle.self = cycle
      for (const value of [cycle, 1n, () => 1, undefined, new Uint8Array([1]), 'fine']) progress(value)
      throw Object.assign(new Error('odd'), { cycle })
    } }`
    const files = { 'tools.mjs': tools, 'model.mjs': script([{ calls: [{ name: 'odd' }] }, { text: 'ok' }]) }
    const { code, stdout } = await run(['-i', 'x', '--json-lines'], files)
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(code).toBe(EXIT.ok)
    expect(events.filter(({ type }) => type === 'progress').map(({ value }) => value)).toEqual([
      undefined,
      '1',
      undefined,
      undefined,
      { $bytes: 'AQ==' },
      'fine',
    ])
    expect(events.find(({ type }) => type === 'settled')).not.toHaveProperty('thrown')
  })

  test('the console output of tools goes to standard error, and cannot act on a terminal (I46)', async () => {
    const tools = `
      console.log('while loading')
      export default { name: 'loud', inputSchema: { type: 'object', properties: {} }, execute: (_, { progress }) => {
        console.log('one\\u001b[2J'); console.error('two\\nthree'); progress('\\u001b[31m'); return 1
      } }`
    const files = {
      'tools.mjs': tools,
      'model.mjs': script([{ text: '\u202Ehm', calls: [{ name: 'loud' }, { name: 'x\u001B[2J' }] }, { text: 'ok' }]),
    }
    const { stdout, stderr } = await run(['-i', 'x'], files)
    expect(stdout).toBe('ok\n')
    for (const line of ['while loading', 'one\uFFFD[2J', 'two', 'three']) expect(stderr.split('\n')).toContain(line)
    expect(stderr).not.toMatch(/[\u001B\u202E]/)
  })

  test('--log-level prints log lines on request, and silent prints nothing', async () => {
    const { stderr } = await run(['-i', 'x', '--log-level', 'debug'])
    expect(stderr).toContain('INFO  Executing 2 tools in parallel (max concurrency: 10)\n')
    expect(stderr).toMatch(/INFO {2}Parallel tool execution completed: 2 tools in \d+ms \(1 success, 1 failures\)\n/)
    expect(stderr).toContain('DEBUG Executing tool [0]: echo\n')
    expect((await run(['-i', 'x', '--log-level', 'silent'])).stderr).toBe('')
    expect(linesOf((await run(['-i', 'x', '--log-level', 'warn'])).stderr)).toEqual(NOTES)
  })

  test('an unhandled error of a tool is reported with its name, and ends the run in order', async () => {
    const tools = `export default { name: 'stray', inputSchema: { type: 'object', properties: {} }, execute: async () => {
      void Promise.reject(new Error('nobody waits'))
      setImmediate(() => { throw new Error('nobody catches') })
      for (let n = 0; n < 5; n++) await new Promise(setImmediate)
    } }`
    const files = { 'tools.mjs': tools, 'model.mjs': script([{ calls: [{ name: 'stray' }] }, { text: 'ok' }]) }
    const { code, stdout, stderr } = await run(['-i', 'x'], files)
    expect([code, stdout]).toEqual([EXIT.tools, ''])
    expect(stderr).toContain("ERROR tool 'stray': unhandled rejection of a promise: nobody waits\n")
    expect(stderr).toContain("ERROR tool 'stray': uncaught error: nobody catches\n")
  })

  test('a tool that blocks all others is named (I28)', async () => {
    const tools = `export default { name: 'crunch', inputSchema: { type: 'object', properties: {} }, execute: async () => {
      const until = Date.now() + 900
      while (Date.now() < until);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    } }`
    const files = { 'tools.mjs': tools, 'model.mjs': script([{ calls: [{ name: 'crunch' }] }, { text: 'ok' }]) }
    const { code, stderr } = await run(['-i', 'x'], files)
    expect(code).toBe(EXIT.ok)
    expect(stderr).toMatch(/WARN {2}The event loop was blocked for \d+ms while this ran: crunch\. CPU-bound tools/)
  })

  test('a budget ends the run with exit code 7, and the report says how to raise it', async () => {
    const files = { 'model.mjs': script([{ calls: [{ name: 'echo', arguments: { text: 'a' } }] }, { text: 'ok' }]) }
    expect((await run(['-i', 'x', '--max-tool-calls', '1'], files)).code).toBe(EXIT.ok)
    const twice = { calls: [1, 2].map(() => ({ name: 'echo', arguments: { text: 'a' } })) }
    const { code, stdout, stderr } = await run(['-i', 'x', '--max-tool-calls', '1'], {
      'model.mjs': script([twice, { text: 'ok' }]),
    })
    expect([code, stdout]).toEqual([EXIT.budget, ''])
    expect(stderr).toContain('aof: the budget was used up without an answer\n     raise --max-tool-calls\n')
  })

  test('a model that ends without text gives no answer, which is reported', async () => {
    const { code, stdout, stderr } = await run(['-i', 'x'], { 'model.mjs': script([{}]) })
    expect([code, stdout]).toEqual([EXIT.ok, ''])
    expect(stderr).toContain('the model ended without an answer\n')
  })
})

describe('the input', () => {
  test('comes from standard input, also for -', async () => {
    const input = 'two\nlines'
    const { stdout } = await run([], {}, { input })
    expect(stdout).toBe('The answer to two\nlines is a.\n')
    expect((await run(['-i', '-'], {}, { input })).stdout).toBe(stdout)
  })

  test('on the command line leaves standard input unread', async () => {
    expect((await run(['-i', 'this'], {}, { input: 'that' })).stdout).toBe('The answer to this is a.\n')
  })

  test('must be on the command line if standard input is the agent file', async () => {
    const cwd = await temporary(FILES)
    const { code, stdout } = await aof(['run', '-', '-i', 'it'], { cwd, input: AGENT })
    expect([code, stdout]).toEqual([EXIT.ok, 'The answer to it is a.\n'])
  })

  test('is required: without it the command line is wrong, before anything runs', async () => {
    const files = { 'tools.mjs': "console.log('loaded')" }
    const { code, stdout, stderr } = await run([], {}, { input: ' \n' })
    expect([code, stdout]).toEqual([EXIT.usage, ''])
    expect(stderr).toContain(
      'aof: standard input is empty\n     say what the agent is to do: -i "…", or … | aof run …\n',
    )
    expect((await run(['-i', ' '], files)).stderr).toBe(
      'aof: --input is empty\n     say what the agent is to do: -i "…"\n',
    )
    const cwd = await temporary(FILES)
    const both = await aof(['run', '-'], { cwd, input: AGENT })
    expect([both.code, both.stderr]).toEqual([
      EXIT.usage,
      expect.stringContaining('standard input is the agent file already'),
    ])
  })
})

describe('exit codes', () => {
  const call = { calls: [{ name: 'ticks' }] }

  test('the run fails because the model fails', async () => {
    const { code, stdout, stderr } = await run(['-i', 'x'], { 'model.mjs': script([]) })
    expect([code, stdout]).toEqual([EXIT.failed, ''])
    expect(stderr).toContain('aof: The model failed: The scripted model was called for turn 1, and its script has 0.')
  })

  test('a tool that ends the process is named, and the exit code is not that of success', async () => {
    const tools = `export default { name: 'leaver', inputSchema: { type: 'object', properties: {} }, execute: async () => process.exit(0) }`
    const files = { 'tools.mjs': tools, 'model.mjs': script([{ calls: [{ name: 'leaver' }] }, { text: 'ok' }]) }
    const ended = await run(['-i', 'x'], files)
    expect([ended.code, ended.stdout]).toEqual([EXIT.tools, ''])
    expect(ended.stderr).toContain(
      "aof: The tool 'leaver' ended the process (process.exit) while the command was working; the calls that ran are lost.",
    )
    const told = await run(['-i', 'x', '--json'], files)
    expect(JSON.parse(told.stdout)).toMatchObject({ ok: false, exitCode: EXIT.tools })
  })

  test('a tool whose schema cannot be used is a problem of its file, with the place', async () => {
    for (const inputSchema of ['undefined', "{ type: 'strng' }", "{ properties: { a: { pattern: '(' } } }"]) {
      const tools = `export default { name: 'odd', inputSchema: ${inputSchema}, execute: () => 1 }`
      const ended = await run(['-i', 'x'], { 'tools.mjs': tools, 'model.mjs': script([{ text: 'ok' }]) })
      expect(ended.code).toBe(EXIT.file)
      expect(ended.stderr).toMatch(
        /agent\.yaml:\d+:\d+ error default of \.\/tools\.mjs cannot be used: tool 'odd'\.inputSchema/,
      )
    }
  })

  test('max_iterations of the file, or of the command line, which takes precedence', async () => {
    const files = { 'agent.yaml': `${AGENT}  max_iterations: 1\n`, 'model.mjs': script([call, call, { text: 'ok' }]) }
    const ended = await run(['-i', 'x'], files)
    expect([ended.code, ended.stdout]).toEqual([EXIT.maxIterations, ''])
    expect(ended.stderr).toContain(
      'aof: the model was asked once, and gave no answer\n     raise max_iterations in agent.yaml, or give --max-iterations\n',
    )
    expect((await run(['-i', 'x', '--max-iterations', '3'], files)).stdout).toBe('ok\n')
  })

  test('the timeout, with its source', async () => {
    const hang = { 'model.mjs': script([{ calls: [{ name: 'hang' }] }]) }
    const { code, stdout, stderr } = await run(['-i', 'x', '--timeout', '20ms'], hang)
    expect([code, stdout]).toEqual([EXIT.budget, ''])
    expect(stderr).toContain('aof: the run was ended after 20 ms, without an answer\n     the limit is --timeout\n')
    const files = { ...hang, 'agent.yaml': `${AGENT}  timeout: 30ms\n` }
    const told = await run(['-i', 'x', '--json'], files)
    expect(told.stderr).toContain('the limit is timeout in agent.yaml; raise it there, or give --timeout\n')
    expect(JSON.parse(told.stdout)).toMatchObject({
      status: 'aborted',
      exitCode: EXIT.budget,
      timeLimit: { ms: 30 },
      turns: [{ calls: [{ status: 'aborted', execution: 'unknown' }] }],
    })
  })

  test('the agent file is invalid, or needs missing files', async () => {
    const invalid = await run(['-i', 'x'], { 'agent.yaml': AGENT.replace('instructions', 'instrctions') })
    expect([invalid.code, invalid.stdout]).toEqual([EXIT.file, ''])
    expect(invalid.stderr).toMatch(/^agent\.yaml:6:3 error .*instrctions/m)
    const refused = await run(['-i', 'x', '--json'], { 'agent.yaml': `${AGENT}    - kubectl\n` })
    expect(refused.code).toBe(EXIT.file)
    expect(JSON.parse(refused.stdout)).toMatchObject({
      ok: false,
      error: { problems: [{ severity: 'error', code: 'unsupported' }] },
    })
    const lines = await run(['-i', 'x', '--json-lines'], { 'agent.yaml': `${AGENT}    - kubectl\n` })
    expect(JSON.parse(lines.stdout)).toMatchObject({ type: 'error', exitCode: EXIT.file })
    const ignored = await run(['-i', 'x'], { 'agent.yaml': `${AGENT}  memory: sqlite\n` })
    expect(ignored.code).toBe(EXIT.ok)
    expect(ignored.stderr).toMatch(/^agent\.yaml:9:3 warning memory is not supported/m)
  })

  test('a tool module, or a script, is unusable', async () => {
    expect((await run(['-i', 'x'], { 'tools.mjs': 'export const a = 1' })).code).toBe(EXIT.file)
    const broken = await run(['-i', 'x'], { 'model.mjs': 'export default [' })
    expect(broken.code).toBe(EXIT.file)
    expect(broken.stderr).toContain('model.mjs')
    const empty = await run(['-i', 'x'], { 'model.mjs': 'export const turns = []' })
    expect([empty.code, empty.stderr]).toEqual([
      EXIT.file,
      expect.stringContaining("the model's script ./model.mjs has no turns"),
    ])
    const outside = await run(['-i', 'x'], { 'agent.yaml': AGENT.replace('./model.mjs', '../model.mjs') })
    expect([outside.code, outside.stderr]).toEqual([EXIT.file, expect.stringContaining('agent.yaml:5:10 error')])
    const cwd = await temporary({ ...FILES, 'agent.yaml': AGENT.replace('./model.mjs', './link.mjs') })
    await symlink('/etc/hosts', join(cwd, 'link.mjs'))
    const linked = await run(['-i', 'x'], {}, { cwd })
    expect([linked.code, linked.stderr]).toEqual([EXIT.file, expect.stringContaining('leads out of the directory')])
  })

  test('the model is not available', async () => {
    const env = { OPENAI_API_KEY: undefined }
    const { code, stdout, stderr } = await run(['-i', 'x', '--model', 'openai:gpt-5.2'], {}, { env })
    expect([code, stdout]).toEqual([EXIT.model, ''])
    expect(stderr).toContain('OPENAI_API_KEY')
    expect((await run(['-i', 'x', '-m', 'opnai:gpt'])).stderr).toContain('did you mean openai:gpt?')
  })

  test.each([
    [['--model', '/gpt'], '--model takes provider:name, found "/gpt"'],
    [['--model', 'gpt'], '--model takes provider:name, found "gpt"'],
    [['--replay', 'r', '--record', 'q'], '--replay plays a recording, so it takes no --record'],
    [['--replay', 'r', '--max-iterations', '2'], 'so it takes no --max-iterations'],
    [['--pace'], '--pace needs --replay'],
    [['--json', '--json-lines'], 'cannot be used with option'],
    [['--max-parallel', '0'], 'Expected a whole number of at least 1.'],
    [['--timeout', 'soon'], 'Expected a duration'],
  ])('a wrong command line: %s', async (args, words) => {
    const { code, stdout, stderr } = await run(['-i', 'x', ...args])
    expect(code).toBe(EXIT.usage)
    if (!args.includes('--json')) expect(stdout).toBe('')
    expect(stderr).toContain(words)
  })
})

test('the model of the command line may be a file in any directory, also a script', async () => {
  const cwd = await temporary({ ...FILES, 'other/script.mjs': script([{ text: 'From elsewhere.' }]) })
  const { stdout, stderr } = await run(['-i', 'x', '--model', 'scripted:other/script.mjs'], {}, { cwd })
  expect(stdout).toBe('From elsewhere.\n')
  expect(stderr).toContain('it plays the turns of other/script.mjs')
})

test('--max-parallel and max_parallel_tools bound the tools that run at once', async () => {
  const tools = `let running = 0
  export default { name: 'count', inputSchema: { type: 'object', properties: {} }, execute: async () => {
    running++
    for (let n = 0; n < 5; n++) await new Promise(setImmediate)
    return running--
  } }`
  const model = script([{ calls: Array.from({ length: 6 }, () => ({ name: 'count' })) }, { text: 'ok' }])
  const most = async (args: readonly string[], agent = AGENT): Promise<number> => {
    const { stdout } = await run(['-i', 'x', '--json', ...args], {
      'tools.mjs': tools,
      'model.mjs': model,
      'agent.yaml': agent,
    })
    const { turns } = JSON.parse(stdout) as { turns: { calls: { data: number }[] }[] }
    return Math.max(...(turns[0]?.calls ?? []).map(({ data }) => data))
  }
  expect(await most([])).toBe(6)
  expect(await most([], `${AGENT}  max_parallel_tools: 3\n`)).toBe(3)
  expect(await most(['--max-parallel', '2'], `${AGENT}  max_parallel_tools: 3\n`)).toBe(2)
})

test('the instructions and settings of the file reach the model', async () => {
  const model = `export default ({ prompt, temperature, maxOutputTokens, tools }) => ({
    text: JSON.stringify([prompt[0], temperature, maxOutputTokens, tools.map(({ name }) => name)]),
  })`
  const agent = `${AGENT}  temperature: 0.3\n  max_tokens: 99\n`
  const { stdout } = await run(['-i', 'x'], { 'model.mjs': model, 'agent.yaml': agent })
  expect(JSON.parse(stdout)).toEqual([
    { role: 'system', content: 'Be brief.' },
    0.3,
    99,
    ['echo', 'fail', 'hang', 'ticks'],
  ])
})

test('a closed reader ends the run with an exit code of its own, and no process is left', async () => {
  const { code } = await run(['-i', 'x', '--json-lines'], { 'model.mjs': MODEL }, { stdoutGone: true })
  expect(code).toBe(EXIT.output)
})

test.skipIf(process.platform !== 'linux')('an answer that cannot be written is a failure', async () => {
  const cwd = await temporary({ ...FILES, 'model.mjs': script([{ text: 'hi' }]) })
  for (const args of ['run agent.yaml x', 'run agent.yaml x --json', 'validate agent.yaml', '--help', '--version']) {
    const command = `${AOF_IN_SHELL} ${args} > /dev/full`
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' })
    expect([args, status]).toEqual([args, EXIT.output])
    expect(stderr).toContain('standard output cannot be written: ENOSPC')
  }
})

test.each([
  [['agent.yaml', 'q']],
  [['agent', 'agent.yaml', 'q']],
  [['agent', 'agent.yaml', '-i', 'q']],
  [['agent.yaml', '--prompt', 'q']],
  [['agent.yaml', 'q', '--name', 'tester']],
])('run %j reads the file and the input from its words', async (words) => {
  const cwd = await temporary(FILES)
  expect(await aof(['run', ...words], { cwd })).toMatchObject({ code: EXIT.ok, stdout: 'The answer to q is a.\n' })
})

test('a command line with two inputs, or too many words, is wrong', async () => {
  const cwd = await temporary(FILES)
  for (const words of [
    ['agent.yaml', 'q', '-i', 'q'],
    ['agent.yaml', 'what', 'is', 'it'],
  ])
    expect(await aof(['run', ...words], { cwd })).toMatchObject({ code: EXIT.usage, stdout: '' })
})

test('of several agents in a file, --name chooses the one that runs', async () => {
  const other = AGENT.replace('tester', 'other')
  const cwd = await temporary({ ...FILES, 'agent.yaml': `${AGENT}---\n${other}` })
  expect(await aof(['run', 'agent.yaml', 'q', '--name', 'other'], { cwd })).toMatchObject({ code: EXIT.ok })
  const unclear = await aof(['run', 'agent.yaml', 'q'], { cwd })
  expect(unclear.code).toBe(EXIT.file)
  expect(unclear.stderr).toContain('there are 2 agents in the file: tester, other')
  const validated = await aof(['validate', 'agent.yaml'], { cwd })
  expect(validated.stdout.split('\n').filter(Boolean)).toHaveLength(2)
})

test.each([
  ['gemini:gemini-2.5-flash', 'google:gemini-2.5-flash needs GOOGLE_GENERATIVE_AI_API_KEY'],
  ['claude/claude-sonnet-4-5', 'anthropic:claude-sonnet-4-5 needs ANTHROPIC_API_KEY'],
])('--model %s is read as in an agent file', async (model, message) => {
  const env = { GOOGLE_GENERATIVE_AI_API_KEY: '', GEMINI_API_KEY: '', GOOGLE_API_KEY: '', ANTHROPIC_API_KEY: '' }
  const { code, stderr } = await run(['-i', 'x', '--model', model], {}, { env })
  expect(code).toBe(EXIT.model)
  expect(stderr).toContain(message)
})

describe('the command lines of aofctl', () => {
  test.each([
    ['-f', 'agent.yaml', '--prompt', 'it'],
    ['-f', 'agent.yaml', 'it', '-o', 'text'],
    ['agent', '--file', 'agent.yaml', '-i', 'it'],
  ])('run %s %s %s %s', async (...words) => {
    const cwd = await temporary(FILES)
    expect(await aof(['run', ...words], { cwd })).toMatchObject({ code: EXIT.ok, stdout: 'The answer to it is a.\n' })
  })

  test('-o json is --json, and -o yaml gives the same document as YAML', async () => {
    const json = await run(['-i', 'it', '-o', 'json'])
    const yaml = await run(['-i', 'it', '-o', 'yaml'])
    const common = { status: 'done', exitCode: 0, agent: 'tester', text: 'The answer to it is a.', iterations: 2 }
    expect(JSON.parse(json.stdout)).toMatchObject(common)
    expect(parse(yaml.stdout)).toMatchObject(common)
    expect(yaml.stdout).toMatch(/^status: done$/m)
    expect(Object.keys(parse(yaml.stdout) as object)).toEqual(Object.keys(JSON.parse(json.stdout) as object))
  })

  test('-o yaml prints no control characters (I46)', async () => {
    const text = 'a\u001B[31m\u202E\n\u{E0041}b'
    const { stdout } = await run(['-i', 'x', '-o', 'yaml'], { 'model.mjs': script([{ text }]) })
    expect(stdout).not.toMatch(/[\u001B\u202E]|\u{E0041}/u)
    expect(parse(stdout)).toMatchObject({ text })
  })

  test('errors before the run have the format of -o', async () => {
    const { code, stdout } = await aof(['run', '-f', 'nowhere.yaml', '-i', 'x', '-o', 'yaml'], {
      cwd: await temporary({}),
    })
    expect(code).toBe(EXIT.file)
    expect(stdout).toMatch(/^ok: false$/m)
    expect(parse(stdout)).toMatchObject({ ok: false, exitCode: EXIT.file })
  })

  test.each([
    [['-i', 'x']],
    [['-f', 'agent.yaml', '-i', 'x', '-o', 'yaml', '--json']],
    [['-f', 'agent.yaml', '-o', 'xml']],
  ])('run %j is refused', async (words) => {
    const cwd = await temporary(FILES)
    expect(await aof(['run', ...words], { cwd })).toMatchObject({ code: EXIT.usage })
  })
})
