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
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(entry)) continue
      process.kill(pid, 'SIGKILL')
      ended++
    } catch {
      // It has ended by now, or it is somebody else's.
    }
  }
  return ended
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
