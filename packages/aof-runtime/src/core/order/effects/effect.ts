import { MisuseError } from '../../contract/misuse.ts'
import { namesOf, unknownName } from '../../contract/option-names.ts'
import { ignoreLater } from '../../contract/safe-checks.ts'
import { parseResource, type ResourcePath } from './resource.ts'

/** A resource that a call reads or writes. */
export interface Effect {
  /**
   * The path of the resource: names separated by slashes, e.g. `file:/src/a.ts` or `db/users/42`. A path includes all paths
   * below it: `file:/src` is all files below it, `/` is everything. `.` and `..` are resolved, empty names are left out;
   * after a scheme, names count from its root, so `file:a.txt` is `file:/a.txt`. At most 4 096 characters and 64 names.
   */
  readonly resource: string
  /** Reads of one resource may run at the same time; a write runs alone. */
  readonly mode: 'read' | 'write'
  /**
   * `run`: the resource is private to each run, so calls of other runs never wait for it.
   * @default shared by all runs of the admission controller
   */
  readonly scope?: 'run'
}

const EFFECT_NAMES = namesOf<Effect>()('resource mode scope')

/** An effect, checked and with its path resolved. */
export interface ResourceEffect {
  readonly path: ResourcePath
  readonly isWrite: boolean
  /** Whether it conflicts only with calls of the same run. */
  readonly isRunOnly: boolean
}

/** The largest number of effects of a call: a plan has those of all its steps. */
const MAX_EFFECTS = 10_000

/**
 * Checks what a tool's `effects` returned.
 *
 * @param scopes the tool's `effectScope`, in which all effects must lie
 * @throws TypeError in words that complete "…: "
 */
export function readEffects(given: unknown, scopes: readonly ResourcePath[] | undefined): readonly ResourceEffect[] {
  if (!Array.isArray(given)) {
    ignoreLater(given)
    throw new TypeError('`effects` must return an array synchronously')
  }
  const { length } = given
  if (length > MAX_EFFECTS) throw new TypeError(`they are more than ${MAX_EFFECTS}`)
  // Not by the array's own `map`, which may be replaced; and a hole must be refused.
  return Array.from({ length }, (_, i) => readEffect(given[i], scopes))
}

function readEffect(given: unknown, scopes: readonly ResourcePath[] | undefined): ResourceEffect {
  if (typeof given !== 'object' || given === null) throw new TypeError('one of them is not an object')
  const { resource, mode, scope } = given as Partial<Record<keyof Effect, unknown>>
  if (mode !== 'read' && mode !== 'write') throw new TypeError("the mode of one of them is neither 'read' nor 'write'")
  if (scope !== undefined && scope !== 'run') throw new TypeError("the scope of one of them is not 'run'")
  const unknown = unknownName(given, EFFECT_NAMES)
  if (unknown !== undefined) throw new TypeError(`an effect has no '${unknown.name}'. ${unknown.advice}`)
  const path = parseResource(resource)
  if (scopes !== undefined && !scopes.some((above) => isWithin(path, above)))
    throw new TypeError(`'/${path.join('/')}' is not within the tool's effectScope`)
  return { path, isWrite: mode === 'write', isRunOnly: scope === 'run' }
}

function isWithin(path: ResourcePath, above: ResourcePath): boolean {
  return above.length <= path.length && above.every((name, i) => path[i] === name)
}

/**
 * Checks a tool's `effectScope`.
 *
 * @throws MisuseError
 */
export function readScopes(
  option: string,
  given: string | readonly string[] | undefined,
): readonly ResourcePath[] | undefined {
  if (given === undefined) return undefined
  const all: readonly string[] = typeof given === 'string' ? [given] : given
  if (!Array.isArray(all) || all.length === 0) throw new MisuseError(option, 'a resource, or an array of them', given)
  return all.map((each, i) => {
    try {
      return parseResource(each)
    } catch (error) {
      const why = error instanceof TypeError ? error.message : 'it cannot be read'
      throw new MisuseError(typeof given === 'string' ? option : `${option}[${i}]`, `a resource (${why})`, each)
    }
  })
}
