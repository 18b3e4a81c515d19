import { MisuseError } from '../core/misuse.ts'

/**
 * A guard for asynchronous work that must not overlap: it runs what it is given, and rejects with a misuse error what
 * comes while something is under way.
 *
 * @param subject what the work moves, as the error calls it
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
