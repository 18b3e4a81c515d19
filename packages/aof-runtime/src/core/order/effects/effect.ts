import { MisuseError } from '../../contract/misuse.ts'
import { optionNames, unknownName } from '../../contract/option-names.ts'
import { ignoreLater } from '../../contract/safe-checks.ts'
import { parseResource, type ResourcePath } from './resource.ts'

/** Something that a call reads or writes. */
export interface Effect {
  /**
   * What it is: names separated by slashes, e.g. `file:/src/a.ts` or `db/users/42`. One that holds another concerns that
   * as well: `file:/src` is all files below it, `/` is everything. `.` and `..` are resolved, empty names left out;
   * after a scheme names count from its root, so `file:a.txt` is `file:/a.txt`. At most 4 096 characters and 64 names.
   */
  readonly resource: string
  /** Reads of one resource run side by side; a write is alone. */
  readonly mode: 'read' | 'write'
  /** `run`: it is private to each run, and no other run is held up by it. @default all that shares the admission controller */
  readonly scope?: 'run'
}

const EFFECT_NAMES = optionNames<Effect>({ resource: true, mode: true, scope: true })

/** As the order of effects has it. */
export interface ResourceEffect {
  readonly path: ResourcePath
  readonly isWrite: boolean
  /** Whether it concerns only calls of the same run. */
  readonly isRunOnly: boolean
}

/** How many effects a call may have: a plan has those of all its steps. */
const MAX_EFFECTS = 10_000

/**
 * What a tool's `effects` returned.
 *
 * @param scopes where it has to lie, if that was said
 * @throws TypeError in words that complete "…: "
 */
export function readEffects(given: unknown, scopes: readonly ResourcePath[] | undefined): readonly ResourceEffect[] {
  if (!Array.isArray(given)) {
    ignoreLater(given)
    throw new TypeError('they are no array (effects must answer at once)')
  }
  const { length } = given
  if (length > MAX_EFFECTS) throw new TypeError(`they are more than ${MAX_EFFECTS}`)
  // Not by its own `map`, and holes are no effects.
  return Array.from({ length }, (_, i) => readEffect(given[i], scopes))
}

function readEffect(given: unknown, scopes: readonly ResourcePath[] | undefined): ResourceEffect {
  if (typeof given !== 'object' || given === null) throw new TypeError('one of them is no object')
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
 * What a tool says that all its effects lie within.
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
