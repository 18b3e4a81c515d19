import { readFileSync } from 'node:fs'
import process from 'node:process'
import { processIds, statusFields } from './proc.ts'

/** The environment variable that marks all descendants of a command. */
export const MARK = 'AOF_COMMAND'

/**
 * Kills the descendants of a program that left its process group (`setsid`, a daemon). They are found by an entry of
 * their environment, which processes inherit; one that cleared its environment is not found.
 *
 * Works on Linux, where the environments of processes can be read; elsewhere it does nothing.
 *
 * @param entry an entry that only descendants of this program have, e.g. `AOF_COMMAND=…`
 * @param leader the process id of the program; its descendants started later
 */
export function endStragglers(entry: string, leader: number): void {
  if (process.platform !== 'linux') return
  // A process may start another one during the search, so the search is repeated until it finds none.
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
      // It has ended meanwhile, or belongs to another user.
    }
  }
  return ended
}

/** Number of further reads while a process is in the middle of an `exec`, a millisecond apart. */
const EXEC_LOOKS = 50

const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * The entries of a process's environment. During an `exec` the environment seems empty for a moment: then it is read
 * again, because the process may be a descendant.
 */
function settledEnvironment(pid: number): string[] {
  for (let look = 0; ; look++) {
    const text = readFileSync(`/proc/${pid}/environ`, 'latin1')
    if (text !== '' || look === EXEC_LOOKS || hasNone(pid)) return text.split('\0')
    // Blocks, because no other code may run in between: this function also runs while this process exits.
    Atomics.wait(pause, 0, 0, 1)
  }
}

/** Whether a process has an empty environment, as `env -i` gives, or no memory (any more). */
function hasNone(pid: number): boolean {
  const fields = statusFields(pid)
  const [memory, start, end] = [fields[23 - 3], fields[50 - 3], fields[51 - 3]]
  return memory === '0' || (start === end && end !== '0')
}

/** Process ids rise until they wrap around; after that, any process may be a descendant. */
function laterProcesses(leader: number): number[] {
  try {
    const pids = processIds()
    const newest = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1))
    return newest < leader ? pids.filter((pid) => pid !== leader) : pids.filter((pid) => pid > leader)
  } catch {
    return []
  }
}
