import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Ends every process that this one has started, and what those have started (I16), with SIGKILL: for when it ends
 * before its tools do. Does nothing on Windows.
 */
export function endDescendants(): void {
  if (process.platform === 'win32') return
  // Again, until there are none: one of them may just have started another.
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
    // It has ended by now.
  }
}

/** @param parentOf for each process its parent */
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

/** Every running process with its parent; those that have ended and only wait to be asked how are left out. */
function parents(): Map<number, number> {
  return process.platform === 'linux' ? parentsInProc() : parentsFromPs()
}

function parentsInProc(): Map<number, number> {
  const found = new Map<number, number>()
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      // `pid (name) state parent …`; a name may hold anything, also parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') found.set(pid, Number(parent))
    } catch {
      // It has ended by now.
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
