import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { delimiter, join } from 'node:path'
import { root } from './manifest.ts'

/** The outcome of a command. */
export interface Outcome {
  readonly ok: boolean
  /** Standard output and standard error, in the order of arrival. */
  readonly output: string
  readonly ms: number
}

export interface RunOptions {
  /** Variables added to the environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Whether to print the command's output as it arrives. @default false */
  readonly shown?: boolean
}

/** Runs a shell command at the project's root, with the project's own tools and Node first on the path. */
export function runCommand(command: string, { environment, shown = false }: RunOptions = {}): Promise<Outcome> {
  const began = performance.now()
  const { PATH = '', ...inherited } = process.env
  const child = spawn(command, {
    cwd: root,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...environment, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${PATH}` },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (shown) process.stdout.write(text)
    })
  return new Promise((resolve) => {
    const end = (ok: boolean): void => resolve({ ok, output, ms: performance.now() - began })
    child.on('error', (error) => {
      output += String(error)
      end(false)
    })
    child.on('close', (code) => end(code === 0))
  })
}
