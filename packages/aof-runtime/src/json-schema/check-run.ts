import { pointerOf } from '../core/contract/json-pointer.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Issue } from '../core/contract/schema.ts'
import { OverBudget, type Work } from './work.ts'

/** The largest number of issues that one check reports. */
const MAX_ISSUES = 50

/** The deepest nesting of schema checks, counted along the value and its references. */
const MAX_DEPTH = 1_500

/** Objects with at most this many keys are listed anew at each visit; larger ones are listed once. */
const FEW_KEYS = 32

/** An issue, and the schema that the value does not fit: a URI fragment with a JSON Pointer. */
export interface LocatedIssue extends Issue {
  schema?: string
}

/** The state of one check of one value. */
export class CheckRun {
  readonly work: Work
  /** The issues found so far; undefined if the caller only needs a yes or no. */
  issues: LocatedIssue[] | undefined
  /** The keys from the root to the current value. */
  readonly path: (string | number)[] = []
  /** The base addresses of the schemas entered so far, outermost first. Dynamic references search it. */
  readonly scope: string[] = []
  /** Number of skipped checks, which cannot be made. After one, a pass is uncertain; a failure still counts. */
  doubts = 0
  #depth = 0
  #keys: Map<JsonObject, readonly string[]> | undefined
  readonly #maxIssues: number

  constructor(work: Work, issues?: LocatedIssue[], maxIssues: number = MAX_ISSUES) {
    this.work = work
    this.issues = issues
    this.#maxIssues = maxIssues
  }

  /** Enters a schema with `checks` checks. @throws OverBudget */
  enter(checks: number): void {
    this.work.spend(2 + (checks >> 1))
    if (++this.#depth > MAX_DEPTH) throw new OverBudget()
  }

  /** The keys of an object. The keys of a large object are cached. @throws OverBudget */
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

  /** Records an issue at the current value. */
  fail(message: () => string): false {
    const { issues } = this
    if (issues !== undefined && issues.length < this.#maxIssues) {
      this.work.spend(10 * (1 + this.path.length))
      const pointer = pointerOf(this.path)
      issues.push({ pointer, message: message() })
    }
    return false
  }

  /** Assigns the issues from number `first` on that no inner schema has claimed to the schema at `pointer`. */
  locate(first: number, pointer: string): void {
    for (const issue of this.issues?.slice(first) ?? []) issue.schema ??= pointer
  }

  /** Passes a value whose check cannot be made. */
  doubt(): true {
    this.doubts++
    return true
  }

  /** Runs `ask` without recording issues: a failed alternative is not a fault of the value. */
  quietly(ask: () => boolean): boolean {
    const { issues } = this
    this.issues = undefined
    const answer = ask()
    this.issues = issues
    return answer
  }
}

/** The properties and items of a value that some schema has evaluated, for the `unevaluated…` keywords. */
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
 * Checks one value.
 *
 * @param evaluated collects the evaluated properties and items; undefined if no `unevaluated…` keyword needs them
 */
export type Check = (value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined) => boolean

/** Checks the same value by another schema. */
export function applied(node: SchemaNode): Check {
  return (value, run, evaluated) => node.fits(value, run, evaluated)
}

/** A compiled schema. */
export class SchemaNode {
  /** Location in the document, for messages to the author of the schema. */
  readonly pointer: string
  readonly base: string
  readonly checks: Check[] = []
  /** Compiled schemas that apply to the same value. */
  readonly inPlace: SchemaNode[] = []
  /** Whether an `unevaluated…` keyword needs to know which properties and items were evaluated. */
  asksEvaluated = false
  /** Whether null passes regardless of all other keywords: `nullable` of OpenAPI 3.0. */
  takesNull = false

  constructor(pointer: string, base: string) {
    this.pointer = pointer
    this.base = base
  }

  /** Whether the value fits. If it does, `evaluated` has the properties and items that were evaluated. */
  fits(value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined): boolean {
    if (value === null && this.takesNull) return true
    run.enter(this.checks.length)
    run.scope.push(this.base)
    const own = this.asksEvaluated ? new Evaluated() : evaluated
    const first = run.issues?.length ?? 0
    let isFit = true
    for (const check of this.checks) {
      if (check(value, run, own)) continue
      isFit = false
      if (run.issues === undefined) break
      run.locate(first, this.pointer)
    }
    run.scope.pop()
    run.leave()
    if (isFit && own !== undefined && own !== evaluated) evaluated?.add(own, run.work)
    return isFit
  }

  /** As {@link fits}, for one of several alternatives: its evaluated properties and items count only if it fits. */
  fitsApart(value: JsonValue, run: CheckRun, evaluated: Evaluated | undefined): boolean {
    if (evaluated === undefined) return this.fits(value, run, undefined)
    const own = new Evaluated()
    const isFit = this.fits(value, run, own)
    if (isFit) evaluated.add(own, run.work)
    return isFit
  }

  /** Whether the value at `key` of the current value fits. */
  fitsAt(key: string | number, value: JsonValue, run: CheckRun): boolean {
    run.path.push(key)
    const isFit = this.fits(value, run, undefined)
    run.path.pop()
    return isFit
  }
}
