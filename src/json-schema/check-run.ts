import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Issue } from '../core/schema.ts'
import { OverBudget, type Work } from './work.ts'

/** How many things that are wrong are told at most. */
const MAX_ISSUES = 50

/** How deep the schemas of a check may be within each other, as the value and references lead from one to the next. */
const MAX_DEPTH = 1_500

/** Up to how many keys an object is asked for them each time. */
const FEW_KEYS = 32

/** One check of one value. */
export class CheckRun {
  readonly work: Work
  /** What is wrong; undefined where only a yes or no is asked for. */
  issues: Issue[] | undefined
  /** The keys that lead to the value being looked at. */
  readonly path: (string | number)[] = []
  /** The addresses of the schemas that led here, from the outermost: what dynamic references look at. */
  readonly scope: string[] = []
  /** How many checks were passed over that may have said no: a yes is not certain then, and a no still is. */
  doubts = 0
  #depth = 0
  #keys: Map<JsonObject, readonly string[]> | undefined

  constructor(work: Work, issues?: Issue[]) {
    this.work = work
    this.issues = issues
  }

  /** A schema with that many checks is looked at. @throws OverBudget */
  enter(checks: number): void {
    this.work.spend(2 + (checks >> 1))
    if (++this.#depth > MAX_DEPTH) throw new OverBudget()
  }

  /** The keys of an object; those of a large one are found once. @throws OverBudget */
  keysOf(object: JsonObject): readonly string[] {
    const known = this.#keys?.get(object)
    if (known !== undefined) return known
    const keys = Object.keys(object)
    if (keys.length > FEW_KEYS) {
      this.work.spend(4 * keys.length)
      this.#keys ??= new Map()
      this.#keys.set(object, keys)
    }
    return keys
  }

  leave(): void {
    this.#depth--
  }

  /** Something is wrong with the value being looked at. */
  fail(message: () => string): false {
    const { issues } = this
    if (issues !== undefined && issues.length < MAX_ISSUES) {
      this.work.spend(10 * (1 + this.path.length))
      const pointer = this.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      issues.push({ pointer, message: message() })
    }
    return false
  }

  /** A check is passed over that cannot be made. */
  doubt(): undefined {
    this.doubts++
  }

  /** Asks something whose answer is no fault of the value. */
  quietly(ask: () => boolean): boolean {
    const { issues } = this
    this.issues = undefined
    const answer = ask()
    this.issues = issues
    return answer
  }
}

/** Which properties and items of a value some schema has looked at. */
export class Evaluated {
  readonly properties: Set<string> = new Set()
  readonly items: Set<number> = new Set()
  allItems = false

  add(other: Evaluated, work: Work): void {
    work.spend(4 * (other.properties.size + other.items.size))
    for (const key of other.properties) this.properties.add(key)
    for (const index of other.items) this.items.add(index)
    this.allItems ||= other.allItems
  }
}

/**
 * Looks at one value.
 *
 * @param evaluated notes what was looked at; undefined where nobody asks
 */
export type Check = (value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined) => boolean

/** A schema that has been made ready. */
export class SchemaNode {
  /** Where it is, for whoever wrote it. */
  readonly pointer: string
  readonly base: string
  readonly checks: Check[] = []
  /** The schemas that it applies to the same value. */
  readonly inPlace: SchemaNode[] = []
  /** Whether it asks what was evaluated. */
  asksEvaluated = false
  /** Whether null fits whatever else it says: `nullable` of OpenAPI 3.0. */
  takesNull = false

  constructor(pointer: string, base: string) {
    this.pointer = pointer
    this.base = base
  }

  /** Whether the value fits; in `evaluated` is then what was looked at. */
  fits(value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined): boolean {
    if (value === null && this.takesNull) return true
    run.enter(this.checks.length)
    run.scope.push(this.base)
    const own = this.asksEvaluated ? new Evaluated() : evaluated
    let isFit = true
    for (const check of this.checks) {
      if (check(value, run, own)) continue
      isFit = false
      if (run.issues === undefined) break
    }
    run.scope.pop()
    run.leave()
    if (isFit && own !== undefined && own !== evaluated) evaluated?.add(own, run.work)
    return isFit
  }

  /** As {@link fits}, for one of several: what it has looked at counts only where it fits. */
  fitsApart(value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined): boolean {
    if (evaluated === undefined) return this.fits(value, run, undefined)
    const own = new Evaluated()
    const isFit = this.fits(value, run, own)
    if (isFit) evaluated.add(own, run.work)
    return isFit
  }

  /** Whether what is at `key` of the value being looked at fits. */
  fitsAt(key: string | number, value: JsonValue, run: CheckRun): boolean {
    run.path.push(key)
    const isFit = this.fits(value, run, undefined)
    run.path.pop()
    return isFit
  }
}
