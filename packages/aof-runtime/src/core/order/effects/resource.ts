/** The names of a resource's path, from the widest to the narrowest; empty for everything. */
export type ResourcePath = readonly string[]

const MAX_LENGTH = 4_096
const MAX_NAMES = 64

/** The scheme of a resource, as in a URL: `file:a` and `file:/a` are the same. */
const SCHEME = /^\/*([a-z][a-z0-9+.-]*:)(?!\/)/i

/**
 * Parses the path of a resource. As in a URL, `.` and `..` are resolved, and no `..` leads out of a scheme.
 *
 * @throws TypeError where it is not a resource; the message says why
 */
export function parseResource(given: unknown): ResourcePath {
  if (typeof given !== 'string' || given === '') throw new TypeError('a resource is a string that is not empty')
  if (given.length > MAX_LENGTH) throw new TypeError(`a resource has at most ${MAX_LENGTH} characters`)
  const path: string[] = []
  for (const name of given.replace(SCHEME, '$1/').split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') path.push(name)
    else if (path.length > 1 || path[0]?.endsWith(':') !== true) path.pop()
  }
  if (path.length > MAX_NAMES) throw new TypeError(`a resource has at most ${MAX_NAMES} names`)
  return path
}
