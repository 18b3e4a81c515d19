import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { drawId, systemRandom } from '../core/random.ts'
import { endStragglers, MARK } from './stragglers.ts'

/** What a process group is started with. */
export interface GroupStart {
  /** What is executed: a name for the `PATH` of `env`, or a path. */
  readonly file: string
  /** The program as it is to see its own name, and its arguments. */
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Groups that may have members; they end with this process. */
const live = new Set<ProcessGroup>()

/**
 * A program and whatever it starts.
 *
 * Duty: none of it outlives the command, an abort, or this process (I16).
 * Boundary: reads nothing of what the program writes, and waits for nothing.
 * 1. The program leads a group of its own and has neither terminal nor standard input.
 * 2. It is in the list of live groups from its start until {@link ProcessGroup.end}.
 * 3. While that list has members, and no longer, the exit of this process is listened for. A SIGKILL of this process
 *    is the one end that leaves them behind.
 *
 * On Windows there are no such groups: there the program itself is ended, and not what it started.
 */
export class ProcessGroup {
  /** Without pipes where the system had no room for them; its `error` event says so. */
  readonly leader: ChildProcess
  readonly #mark = drawId(systemRandom)

  /** @throws the error of the system, for those that are known at once */
  constructor({ file, argv, cwd, env }: GroupStart) {
    const [argv0 = file, ...args] = argv
    this.leader = spawn(file, args, {
      argv0,
      cwd,
      env: { ...env, [MARK]: this.#mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    if (this.leader.pid === undefined) return
    if (live.size === 0) process.on('exit', endAll)
    live.add(this)
  }

  /** Asks every member to end. */
  terminate(): void {
    this.#signal('SIGTERM')
  }

  /** Ends every member for good, also those that left the group, as far as they can be found. */
  end(): void {
    if (!live.delete(this)) return
    if (live.size === 0) process.off('exit', endAll)
    this.#signal('SIGKILL')
    if (this.leader.pid !== undefined) endStragglers(`${MARK}=${this.#mark}`, this.leader.pid)
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.leader
    if (pid === undefined) return
    if (process.platform === 'win32') {
      this.leader.kill(signal)
      return
    }
    try {
      process.kill(-pid, signal)
    } catch {
      // Nobody is left in the group.
    }
  }
}

function endAll(): void {
  for (const group of live) group.end()
}
