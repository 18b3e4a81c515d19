import type { Buffer } from 'node:buffer'
import { stat } from 'node:fs/promises'
import { type Clock, systemClock, ToolFailure } from 'aof-runtime'
import { printable } from 'aof-runtime/internal'
import { bothOutputs } from './both-outputs.ts'
import { CappedOutput } from './capped-output.ts'
import { ProcessGroup } from './process-group.ts'

/** A program to run for a tool. */
export interface CommandRequest {
  /** The program (a name in the `PATH` of `env`, or a path) and its arguments, without a shell. */
  readonly argv: readonly [program: string, ...args: string[]]
  /** The path to execute, if it differs from the program's name. */
  readonly file?: string
  /** The working directory. */
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Ends the program: SIGTERM first, SIGKILL after `graceMs`. */
  readonly signal?: AbortSignal
  /** The exit codes that mean success. @default [0] */
  readonly okExitCodes?: readonly number[]
  /**
   * The most bytes kept of each output: the beginning and the end of a longer one.
   * @default 65 536, so that both outputs fit into a tool's result, however they are escaped
   */
  readonly maxOutputBytes?: number
  /** The most bytes that the program may write in all before it is ended. @default 67 108 864 (64 MiB) */
  readonly maxWrittenBytes?: number
  /** Time to end after SIGTERM, in milliseconds; less than the executor's `graceMs`. @default 20 */
  readonly graceMs?: number
  readonly clock?: Clock
}

/** The outcome of a program. */
export interface CommandOutput {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** The longest time that pipes may stay open after the program has ended, if an unknown descendant still holds them. */
const DRAIN_MS = 250

/**
 * Runs a program to its end, and ends everything that it started (I16): its process group, and on Linux also processes
 * that left the group. The program has no standard input, no terminal and only the given environment (I41, I45).
 *
 * @throws ToolFailure with a message for a model: the program cannot be started, its exit code is not among
 * `okExitCodes`, a signal ended it, it wrote too much, it was aborted after it had written something (each with the
 * ends of both outputs).
 * @throws the reason of `signal` otherwise
 *
 * @example
 * ```ts
 * import { runCommand } from './src/tools/command.ts'
 *
 * const { stdout } = await runCommand({ argv: ['echo', '$(id); `id`'], cwd: '.', env: { PATH: '/usr/bin:/bin' } })
 * console.log(stdout) // $(id); `id`
 * ```
 */
export async function runCommand(request: CommandRequest): Promise<CommandOutput> {
  const { argv, cwd, signal } = request
  checkArguments(argv)
  signal?.throwIfAborted()
  try {
    return await new CommandRun(request).result
  } catch (error) {
    if (error instanceof ToolFailure || error === signal?.reason) throw error
    throw await startFailure(argv[0], cwd, error)
  }
}

/**
 * One run of a program.
 *
 * 1. `result` is decided once: when its pipes close, when it cannot be started, or after a cut (abort, too much
 *    output), and not before the group has been ended.
 */
class CommandRun {
  readonly result: Promise<CommandOutput>
  readonly #request: CommandRequest
  readonly #clock: Clock
  readonly #group: ProcessGroup
  readonly #stdout: CappedOutput
  readonly #stderr: CappedOutput
  /** The reason why it was ended early. */
  #cut: unknown

  constructor(request: CommandRequest) {
    const { argv, file = argv[0], cwd, env, maxOutputBytes = 65_536, clock = systemClock } = request
    this.#request = request
    this.#clock = clock
    this.#stdout = new CappedOutput(maxOutputBytes)
    this.#stderr = new CappedOutput(maxOutputBytes)
    this.#group = new ProcessGroup({ file, argv, cwd, env })
    this.result = this.#run()
  }

  async #run(): Promise<CommandOutput> {
    const { leader } = this.#group
    const { signal } = this.#request
    leader.stdout?.on('data', (chunk: Buffer) => this.#wrote(this.#stdout, chunk))
    leader.stderr?.on('data', (chunk: Buffer) => this.#wrote(this.#stderr, chunk))
    const onAbort = (): void => this.#end(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    try {
      const [code, ended] = await this.#closed()
      if (this.#cut !== undefined) throw this.#cutShort(this.#cut)
      return this.#judge(code, ended)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Resolves when the program has ended and its pipes are closed. */
  #closed(): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
    const { leader } = this.#group
    return new Promise((resolve, reject) => {
      leader.once('error', reject)
      leader.once('exit', () => {
        this.#group.end()
        const timer = this.#clock.setTimer(
          () => {
            leader.stdout?.destroy()
            leader.stderr?.destroy()
          },
          this.#cut === undefined ? DRAIN_MS : 0,
        )
        leader.once('close', () => timer.clear())
      })
      leader.once('close', (code, signal) => resolve([code, signal]))
    })
  }

  #wrote(output: CappedOutput, chunk: Buffer): void {
    output.add(chunk)
    const { argv, maxWrittenBytes = 67_108_864 } = this.#request
    if (this.#stdout.size + this.#stderr.size <= maxWrittenBytes || this.#cut !== undefined) return
    this.#end(new ToolFailure(`${shown(argv[0])} was ended because it had written more than ${maxWrittenBytes} bytes.`))
  }

  #end(cut: unknown): void {
    if (this.#cut !== undefined) return
    this.#cut = cut
    const { leader } = this.#group
    if (leader.exitCode !== null || leader.signalCode !== null) return
    this.#group.terminate()
    const timer = this.#clock.setTimer(() => this.#group.end(), this.#request.graceMs ?? 20)
    leader.once('exit', () => timer.clear())
  }

  /** The error of a cut: its reason alone if the program had written nothing. */
  #cutShort(reason: unknown): unknown {
    if (reason instanceof ToolFailure) return reason
    const said = bothOutputs(this.#stdout.text(), this.#stderr.text())
    if (said === '') return reason
    const why = reason instanceof Error ? ` (${reason.message.replace(/\.$/, '')})` : ''
    return new ToolFailure(`${shown(this.#request.argv[0])} was ended before it was done${why}${said}`, {
      cause: reason,
    })
  }

  #judge(code: number | null, signal: NodeJS.Signals | null): CommandOutput {
    const { argv, okExitCodes = [0] } = this.#request
    const stdout = this.#stdout.text()
    const stderr = this.#stderr.text()
    if (code !== null && okExitCodes.includes(code)) return { exitCode: code, stdout, stderr }
    const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`
    throw new ToolFailure(`${shown(argv[0])} ${how}${bothOutputs(stdout, stderr) || ' and wrote nothing.'}`)
  }
}

function checkArguments(argv: readonly string[]): void {
  argv.forEach((argument, index) => {
    if (argument.includes('\0')) {
      throw new ToolFailure(
        `Argument ${index} of ${shown(argv[0])} has the character U+0000, which cannot be passed to a program.`,
      )
    }
  })
}

/** The reason why a program could not start. The system reports a missing program and directory alike. */
async function startFailure(program: string, cwd: string, error: unknown): Promise<ToolFailure> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if ((code === 'ENOENT' || code === 'ENOTDIR') && !(await isDirectory(cwd))) {
    return new ToolFailure(`The directory that ${shown(program)} should run in does not exist.`, { cause: error })
  }
  const words = START_FAILURES.get(code)?.(shown(program))
  const message =
    words ?? `${shown(program)} cannot be started: ${error instanceof Error ? error.message : String(error)}.`
  return new ToolFailure(message, { cause: error, retryable: code === 'EAGAIN' || code === 'EMFILE' })
}

const START_FAILURES: ReadonlyMap<string, (program: string) => string> = new Map([
  [
    'ENOENT',
    (program) => `The program ${program} was not found: it is not installed on this machine, or not on its PATH.`,
  ],
  ['EACCES', (program) => `The program ${program} may not be executed: it is not a program, or permission is denied.`],
  ['E2BIG', (program) => `The arguments of ${program} are too long for this machine; pass less at once.`],
  ['EAGAIN', (program) => `${program} cannot be started: too many processes are running.`],
  ['EMFILE', (program) => `${program} cannot be started: too many files are open.`],
])

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function shown(program: string | undefined): string {
  return printable(program ?? '', 200)
}
