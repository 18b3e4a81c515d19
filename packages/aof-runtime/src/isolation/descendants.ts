import process from 'node:process'
import { endStragglers } from './stragglers.ts'

/** The environment variable that marks all descendants of a worker process. */
export const WORKER_MARK = 'AOF_WORKER'

/** Kills a worker process and its process group; on Windows, which has no process groups, the process alone. */
export function killWorkerProcess(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // The group has no members left.
  }
}

/** Kills the remaining descendants of a worker process; on Linux also those that left its process group. */
export function endDescendants(pid: number, mark: string): void {
  killWorkerProcess(pid)
  endStragglers(`${WORKER_MARK}=${mark}`, pid)
}

/** Kills this worker process and its descendants. */
export function endThisProcess(): void {
  endStragglers(`${WORKER_MARK}=${process.env[WORKER_MARK] ?? ''}`, process.pid)
  killWorkerProcess(process.pid)
}
