import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { aof, type Called, type CallOptions } from './aof.ts'
import { temporary } from './temporary.ts'
import { AOF } from './source-command.ts'

/** Node keeps what it compiled, so that each call begins in half the time. */
const COMPILED = { NODE_COMPILE_CACHE: fileURLToPath(new URL('../../.cache/compiled', import.meta.url)) }

/** An agent with a script for a model, and tools of a module. */
export const AGENT = `apiVersion: aof.dev/v1
kind: Agent
metadata: { name: tester }
spec:
  model: scripted:./model.mjs
  instructions: Be brief.
  tools:
    - module: ./tools.mjs
`

export const TOOLS = `
const none = { type: 'object', properties: {} }
export const echo = {
  name: 'echo',
  description: 'Says it again.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  execute: ({ text }) => ({ said: text }),
}
export const fail = { name: 'fail', description: 'Fails.', inputSchema: none, execute: () => { throw new Error('It failed.') } }
export const ticks = {
  name: 'ticks',
  description: 'Takes a few turns of the event loop.',
  inputSchema: none,
  execute: async () => { for (let n = 0; n < 20; n++) await new Promise(setImmediate) },
}
export const hang = {
  name: 'hang',
  description: 'Never ends.',
  inputSchema: none,
  execute: () => new Promise(() => { process.stderr.write('HANGING\\n'); setInterval(() => {}, 1000) }),
}
`

/** A script: two calls in one turn, then an answer that says what came back. */
export const MODEL = `
export default [
  { text: 'I call both.', calls: [{ name: 'echo', arguments: { text: 'a' } }, { name: 'fail' }], usage: { inputTokens: 10, outputTokens: 5 } },
  ({ prompt }) => ({ text: 'The answer to ' + prompt[1].content[0].text + ' is ' + prompt.at(-1).content[0].output.value.said + '.', usage: { inputTokens: 20, outputTokens: 5 } }),
]
`

export const FILES: Readonly<Record<string, string>> = { 'agent.yaml': AGENT, 'tools.mjs': TOOLS, 'model.mjs': MODEL }

/** A script of these turns. */
export function script(turns: unknown): string {
  return `export default ${JSON.stringify(turns)}`
}

/** Calls `aof run agent.yaml …` in a directory with the files of the test. */
export async function run(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  options: CallOptions = {},
): Promise<Called> {
  const cwd = options.cwd ?? (await temporary({ ...FILES, ...files }))
  return aof(['run', 'agent.yaml', ...args], { ...options, env: { ...COMPILED, ...options.env }, cwd })
}

/** A command under way. */
export interface Going {
  readonly child: ChildProcess
  readonly ended: Promise<Called>
  /** Resolves once standard error has these words. */
  readonly says: (words: string) => Promise<void>
}

/** Starts `aof run agent.yaml …`. */
export function start(cwd: string, args: readonly string[]): Going {
  const child = spawn(process.execPath, [...AOF, 'run', 'agent.yaml', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...COMPILED, NO_COLOR: undefined, FORCE_COLOR: undefined },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
    says: async (words) => {
      while (!stderr.includes(words)) await once(child.stderr, 'data')
    },
  }
}
