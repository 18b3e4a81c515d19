import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import process from 'node:process'
import { systemClock } from '../core/host/clock.ts'
import { drawId, systemRandom } from '../core/host/random.ts'
import { childEnvironment, childFlags } from './child-flags.ts'
import { endDescendants, killWorkerProcess, WORKER_MARK } from './descendants.ts'
import { entryFile } from './entry-file.ts'
import { LineFeed } from './line-feed.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { endedItself, outOfMemory, startProblem, type WorkerEvents, type WorkerLink } from './worker-link.ts'

/** The longest time that pipes may stay open after the process has ended, if an unknown descendant still holds them. */
const DRAIN_MS = 100

/**
 * A process with a message channel, a process group of its own, and a lifeline: a pipe without data, whose end shows
 * the worker that this process is gone.
 */
export class ProcessLink implements WorkerLink {
  readonly #child: ChildProcess
  readonly #mark = drawId(systemRandom)
  readonly #maxMemoryMb: number | undefined
  readonly #events: WorkerEvents
  readonly #gone: Promise<void>
  /** The reason why it could not be started. */
  #failed: { readonly thrown: unknown } | undefined
  #isOutOfMemory = false

  constructor(maxMemoryMb: number | undefined, events: WorkerEvents) {
    this.#maxMemoryMb = maxMemoryMb
    this.#events = events
    this.#child = fork(entryFile('worker-main'), {
      serialization: 'advanced',
      detached: process.platform !== 'win32',
      execArgv: childFlags(process.execArgv, maxMemoryMb),
      env: { ...childEnvironment(process.env), [WORKER_MARK]: this.#mark },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    })
    this.#gone = this.#listen()
  }

  send(message: ToWorker): void {
    // If the channel has closed, the end of the process is reported soon.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  async kill(): Promise<void> {
    // The caller waits for the end, even if nothing else keeps this process alive.
    this.hold(true)
    this.#end()
    await this.#gone
  }

  hold(holds: boolean): void {
    const { channel } = this.#child
    const sockets = pipesOf(this.#child).filter((pipe) => pipe instanceof Socket)
    for (const handle of [this.#child, channel, ...sockets]) {
      if (holds) handle?.ref()
      else handle?.unref()
    }
  }

  #end(): void {
    const { pid } = this.#child
    if (pid !== undefined) killWorkerProcess(pid)
  }

  #listen(): Promise<void> {
    const child = this.#child
    child.on('message', (message) => this.#events.message(message as FromWorker))
    // Without a channel the process is useless, even if it still runs.
    child.on('disconnect', () => this.#end())
    for (const pipe of pipesOf(child)) pipe?.on('error', () => {})
    this.#readOutput(child)
    return new Promise((resolve) => {
      let isOver = false
      const over = (code: number | null, signal: NodeJS.Signals | null): void => {
        // A process that could not be started may emit `close` after `error`.
        if (isOver) return
        isOver = true
        this.#events.gone({ why: this.#why(code, signal), cause: this.#failed?.thrown })
        resolve()
      }
      child.on('error', (thrown) => {
        // If the process has started, the error is about a message or a signal that came too late.
        if (child.pid !== undefined) return
        this.#failed = { thrown }
        over(null, null)
      })
      child.on('exit', () => {
        if (child.pid !== undefined) endDescendants(child.pid, this.#mark)
        const timer = systemClock.setTimer(() => {
          for (const pipe of pipesOf(child)) pipe?.destroy()
        }, DRAIN_MS)
        child.on('close', () => timer.clear())
      })
      child.on('close', over)
    })
  }

  #readOutput({ stdout, stderr }: ChildProcess): void {
    const info = new LineFeed((line) => this.#events.output('info', line))
    const warn = new LineFeed((line) => {
      this.#isOutOfMemory ||= /heap out of memory|Allocation failed|invalid array length Allocation/i.test(line)
      this.#events.output('warn', line)
    })
    stdout?.on('data', (chunk: Uint8Array) => info.write(chunk))
    stderr?.on('data', (chunk: Uint8Array) => warn.write(chunk))
  }

  #why(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#failed !== undefined) return startProblem(this.#failed.thrown)
    if (this.#isOutOfMemory) return outOfMemory(this.#maxMemoryMb)
    if (signal === null) return endedItself(code)
    const memory = signal === 'SIGKILL' ? ' The system may have run out of memory.' : ''
    return `was ended by ${signal}.${memory}`
  }
}

/** Empty if the system had no resources for pipes: then the process has not started. */
function pipesOf({ stdio }: ChildProcess): readonly (ChildProcess['stdio'][number] | undefined)[] {
  return (stdio as ChildProcess['stdio'] | undefined) ?? []
}
