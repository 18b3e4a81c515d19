import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { drawId, endStragglers, MARK, systemRandom } from 'aof-runtime/internal/processes'

/** The start of a process group. */
export interface GroupStart {
  /** The file to execute: a name in the `PATH` of `env`, or a path. */
  readonly file: string
  /** The program's own name, as it sees it, and its arguments. */
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Groups that may have members; they are ended when this process exits. */
const live = new Set<ProcessGroup>()

/**
 * A program and all its descendants.
 *
 * Duty: none of them outlives the command, an abort, or this process (I16). Boundary: reads no output of the program,
 * and waits for nothing.
 * 1. The program leads a group of its own and has neither terminal nor standard input.
 * 2. It is in the list of live groups from its start until {@link ProcessGroup.end}.
 * 3. This process listens for its own exit only while that list has members. After a SIGKILL of this process, and only
 *    then, they stay behind.
 *
 * Windows has no process groups: there the program itself is ended, but not its descendants.
 */
export class ProcessGroup {
  /** Has no pipes if the system had no resources for them; its `error` event says so. */
  readonly leader: ChildProcess
  readonly #mark = drawId(systemRandom)

  /** @throws the error of the system, if it is reported at once */
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

  /** Kills every member, and those that left the group as far as they can be found. */
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
      // The group has no members left.
    }
  }
}

function endAll(): void {
  for (const group of live) group.end()
}
