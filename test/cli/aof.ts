import { spawn } from 'node:child_process'
import { AOF } from './source-command.ts'

/** The outcome of a call of `aof`. */
export interface Called {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How `aof` is called. */
export interface CallOptions {
  /** Its standard input. */
  readonly input?: string
  readonly cwd?: string
  readonly env?: Record<string, string | undefined>
  /** Whether the reader of its standard output has gone. */
  readonly stdoutGone?: boolean
}

/** Calls the real command in a process of its own. No colours, unless `env` says otherwise. */
export async function aof(args: readonly string[], options: CallOptions = {}): Promise<Called> {
  const child = spawn(process.execPath, [...AOF, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...options.env },
  })
  if (options.stdoutGone === true) child.stdout.destroy()
  child.stdin.end(options.input ?? '')
  const [stdout, stderr, code] = await Promise.all([
    options.stdoutGone === true ? '' : textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { code, stdout, stderr }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) text += String(chunk)
  return text
}
