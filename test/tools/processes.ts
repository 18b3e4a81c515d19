import { readFileSync, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'

/** Whether a process lives; one that has ended but has not been reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** Resolves once a process that has been sent a SIGKILL is gone: the system takes a moment for that. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await settleMicrotasks()
}

/** The whole lines of a file that a program writes, as soon as there are `count` of them. */
export async function untilLines(path: string, count: number): Promise<string[]> {
  const changes = watch(dirname(path))
  try {
    for (;;) {
      const changed = new Promise((resolve) => changes.once('change', resolve))
      const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').slice(0, -1)
      if (lines.length >= count) return lines
      await changed
    }
  } finally {
    changes.close()
  }
}
