import { readdirSync, readFileSync } from 'node:fs'

/** The ids of all processes. Works on Linux. */
export function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

/**
 * The status fields of a process, without its id and its name, which may contain any character: the first one is number 3
 * in proc(5), the state.
 *
 * @throws the error of the system if the process has ended
 */
export function statusFields(pid: number): string[] {
  const status = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return status.slice(status.lastIndexOf(')') + 2).split(' ')
}
