import { spawnSync } from 'node:child_process'
import { processIds, statusFields } from 'aof-runtime/internal/processes'

/**
 * Kills every process that this one has started, and their descendants (I16), with SIGKILL: for a process that ends
 * before its tools do. It does nothing on Windows.
 */
export function endDescendants(): void {
  if (process.platform === 'win32') return
  // Repeated until there are none, because a process may start another one meanwhile.
  for (let look = 0; look < 10; look++) {
    const found = descendants(process.pid, parents())
    if (found.length === 0) return
    for (const pid of found) end(pid)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** @param parentOf the parent of each process */
function descendants(root: number, parentOf: ReadonlyMap<number, number>): number[] {
  const found = new Set([root])
  let before: number
  do {
    before = found.size
    for (const [pid, parent] of parentOf) if (found.has(parent)) found.add(pid)
  } while (found.size > before)
  found.delete(root)
  return [...found]
}

/** Every running process with its parent, without zombies. */
function parents(): Map<number, number> {
  return process.platform === 'linux' ? parentsInProc() : parentsFromPs()
}

function parentsInProc(): Map<number, number> {
  const found = new Map<number, number>()
  for (const pid of processIds()) {
    try {
      const [state, parent] = statusFields(pid)
      if (state !== 'Z') found.set(pid, Number(parent))
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}

function parentsFromPs(): Map<number, number> {
  const { stdout, pid: own } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' })
  const rows = (stdout ?? '').split('\n').map((row) => row.trim().split(/\s+/))
  const running = rows.filter(([pid, , state]) => Number(pid) !== own && state?.startsWith('Z') !== true)
  return new Map(running.map(([pid, parent]) => [Number(pid), Number(parent)]))
}
