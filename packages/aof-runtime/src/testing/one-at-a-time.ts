import { MisuseError } from '../core/contract/misuse.ts'

/**
 * A guard for asynchronous work that must not overlap. Work that is given while other work is under way is rejected
 * with a misuse error.
 *
 * @param subject the thing that the work moves, for the error message
 */
export function oneAtATime(subject: string): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = false
  return async (work) => {
    if (busy)
      throw new MisuseError(subject, 'to be moved by one at a time (await the call under way first)', 'a second call')
    busy = true
    try {
      return await work()
    } finally {
      busy = false
    }
  }
}
