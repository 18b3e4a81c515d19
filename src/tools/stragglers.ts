import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'

/** The variable by which everything that a command started is known, wherever it went. */
export const MARK = 'AOF_COMMAND'

/**
 * Ends with SIGKILL what a program started and what left its process group (`setsid`, a daemon). It is known by an entry
 * of its environment, which processes inherit; one that cleared its environment is not found.
 *
 * Works on Linux, where the environments of processes can be read; elsewhere it does nothing.
 *
 * @param entry the entry that only this program has, e.g. `AOF_COMMAND=…`
 * @param leader the process id of the program; what it started came later
 */
export function endStragglers(entry: string, leader: number): void {
  if (process.platform !== 'linux') return
  // Each look may race with a process that is just starting another one; who is found to have started none is the last.
  for (let look = 0; look < 10 && endFound(entry, leader) > 0; look++);
}

function endFound(entry: string, leader: number): number {
  let ended = 0
  for (const pid of laterProcesses(leader)) {
    try {
      if (!settledEnvironment(pid).includes(entry)) continue
      process.kill(pid, 'SIGKILL')
      ended++
    } catch {
      // It has ended by now, or it is somebody else's.
    }
  }
  return ended
}

/** How often a process in the middle of an `exec` is asked again, a millisecond apart. */
const EXEC_LOOKS = 50

const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * The entries of a process's environment. While it replaces its program (`exec`) it seems to have none for a moment: then
 * it is asked again, since it may be the very one that is looked for.
 */
function settledEnvironment(pid: number): string[] {
  for (let look = 0; ; look++) {
    const text = readFileSync(`/proc/${pid}/environ`, 'latin1')
    if (text !== '' || look === EXEC_LOOKS || hasNone(pid)) return text.split('\0')
    // Nothing else may happen in between: this also runs while this process exits.
    Atomics.wait(pause, 0, 0, 1)
  }
}

/** Whether a process has an environment without entries, as `env -i` gives, or has no memory (any more). */
function hasNone(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // What comes after the program's name, which may hold spaces, is numbered from 3 in proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [memory, start, end] = [fields[23 - 3], fields[50 - 3], fields[51 - 3]]
  return memory === '0' || (start === end && end !== '0')
}

/** Numbers are given in rising order, until they begin anew; then any could be meant. */
function laterProcesses(leader: number): number[] {
  try {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
    const newest = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1))
    return newest < leader ? pids.filter((pid) => pid !== leader) : pids.filter((pid) => pid > leader)
  } catch {
    return []
  }
}
