/** The names that lead to a resource, from the widest to the narrowest; none for everything. */
export type ResourcePath = readonly string[]

const MAX_LENGTH = 4_096
const MAX_NAMES = 64

/** What a resource is of, as the scheme of a URL: `file:a` and `file:/a` are the same. */
const SCHEME = /^\/*([a-z][a-z0-9+.-]*:)(?!\/)/i

/**
 * The path of a resource. As in a URL, `.` and `..` are resolved, and nothing leads out of the scheme, if there is one.
 *
 * @throws TypeError for what is no resource, saying why
 */
export function parseResource(given: unknown): ResourcePath {
  if (typeof given !== 'string' || given === '') throw new TypeError('a resource is a text that is not empty')
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

/** How a resource is shown to people. */
export function showResource(path: ResourcePath): string {
  const [first = '', ...others] = path
  if (path.length === 0) return '/'
  return first.endsWith(':') ? `${first}/${others.join('/')}` : path.join('/')
}
