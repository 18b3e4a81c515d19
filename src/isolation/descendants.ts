import process from 'node:process'
import { endStragglers } from '../tools/stragglers.ts'

/** The variable by which everything that a worker process started is known, wherever it went. */
export const WORKER_MARK = 'AOF_WORKER'

/** Ends a worker process from outside, its process group, and on Linux also what has left the group. */
export function endWorkerProcess(pid: number, mark: string): void {
  sendKill(pid)
  endStragglers(`${WORKER_MARK}=${mark}`, pid)
}

/** Ends this worker process from within, and what it has started. */
export function endThisProcess(): void {
  endStragglers(`${WORKER_MARK}=${process.env[WORKER_MARK] ?? ''}`, process.pid)
  sendKill(process.pid)
}

/** On Windows there are no groups: there the process alone is ended. */
function sendKill(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}
