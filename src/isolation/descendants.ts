import process from 'node:process'
import { endStragglers } from '../tools/stragglers.ts'

/** The variable by which everything that a worker process started is known, wherever it went. */
export const WORKER_MARK = 'AOF_WORKER'

/** Ends a worker process and its process group; on Windows, where there are none, the process alone. */
export function killWorkerProcess(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}

/** Ends what a worker process had started and is still there, on Linux also what had left its group. */
export function endDescendants(pid: number, mark: string): void {
  killWorkerProcess(pid)
  endStragglers(`${WORKER_MARK}=${mark}`, pid)
}

/** Ends this worker process from within, and what it has started. */
export function endThisProcess(): void {
  endStragglers(`${WORKER_MARK}=${process.env[WORKER_MARK] ?? ''}`, process.pid)
  killWorkerProcess(process.pid)
}
