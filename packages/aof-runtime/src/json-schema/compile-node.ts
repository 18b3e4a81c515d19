import { isObject } from '../core/contract/fields.ts'
import { pointerOf } from '../core/contract/json-pointer.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { OnUncheckable } from '../core/contract/schema.ts'
import { arrayChecks } from './array-keywords.ts'
import { SchemaNode } from './check-run.ts'
import { combiningChecks } from './combining-keywords.ts'
import { objectChecks } from './object-keywords.ts'
import { checkKeywords } from './keyword-shapes.ts'
import { Pattern } from './pattern/pattern.ts'
import { StepCache } from './pattern/step-cache.ts'
import { referenceChecks } from './reference-keywords.ts'
import type { References, SchemaPlace } from './references.ts'
import { scalarChecks } from './scalar-keywords.ts'
import { UnusableSchema } from './unusable-schema.ts'
import { OverBudget, type Work } from './work.ts'
import type { Compiling, Draft, KeywordCompiler } from './compiling.ts'

/** In order: the last ones need to know which properties and items the others evaluated. */
const KEYWORDS: readonly KeywordCompiler[] = [referenceChecks, scalarChecks, objectChecks, arrayChecks, combiningChecks]

/** Work for compiling one schema, without its patterns. */
const NODE_WORK = 100
const FALSE_WORK = 10

interface Waiting {
  readonly node: SchemaNode
  readonly schema: JsonValue
}

/** Compiles the schemas of a document one after the other, so that nested schemas do not use up the stack. */
export class SchemaCompiler {
  readonly #draft: Draft
  readonly #references: References
  readonly #work: Work
  readonly #nodes = new Map<JsonObject, SchemaNode>()
  #anything: SchemaNode | undefined
  readonly #waiting: Waiting[] = []
  readonly #patterns = new Map<string, Pattern>()
  readonly #steps = new StepCache()
  readonly #onUncheckable: OnUncheckable | undefined

  /** @param onUncheckable receives patterns that cannot be checked; without it they are refused */
  constructor(references: References, draft: Draft, work: Work, onUncheckable?: OnUncheckable) {
    this.#references = references
    this.#draft = draft
    this.#work = work
    this.#onUncheckable = onUncheckable
  }

  /** @throws Error that names the part of the schema that cannot be used */
  compile(): SchemaNode {
    const node = this.#node(this.#references.root, '#')
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) this.#fill(next)
    refuseLoops(this.#nodes.values())
    return node
  }

  /** The node of a schema, created at the first request. */
  #node({ schema, base }: SchemaPlace, pointer: string): SchemaNode {
    const known = isObject(schema) ? this.#nodes.get(schema) : schema === true ? this.#anything : undefined
    if (known !== undefined) return known
    if (!isObject(schema) && typeof schema !== 'boolean')
      throw new UnusableSchema(
        pointer,
        `at ${pointer} there is no schema, but ${Array.isArray(schema) ? 'an array' : String(schema)}`,
      )
    // Each false has a node of its own, so that an issue says which one it was.
    this.#work.spend(schema === false ? FALSE_WORK : NODE_WORK)
    const node = new SchemaNode(pointer, base)
    if (isObject(schema)) this.#nodes.set(schema, node)
    else if (schema) this.#anything = node
    this.#waiting.push({ node, schema })
    return node
  }

  #fill({ node, schema }: Waiting): void {
    if (!isObject(schema)) {
      if (schema === false) node.checks.push((_value, run) => run.fail(() => 'Nothing is allowed here; leave it out.'))
      return
    }
    const compiling = this.#compiling(node)
    this.#work.spend(Object.keys(schema).length)
    const isAlone = this.#draft.refIsAlone && typeof schema['$ref'] === 'string'
    if (!isAlone) checkKeywords(schema, node.pointer)
    node.takesNull = schema['nullable'] === true
    node.asksEvaluated =
      !isAlone && (schema['unevaluatedProperties'] !== undefined || schema['unevaluatedItems'] !== undefined)
    for (const keywords of isAlone ? [referenceChecks] : KEYWORDS) node.checks.push(...keywords(schema, compiling))
  }

  #pattern(source: string, pointer: string, keyword: string): Pattern | undefined {
    let pattern = this.#patterns.get(source)
    if (pattern !== undefined) return pattern
    try {
      pattern = new Pattern(source, this.#work, this.#steps)
    } catch (error) {
      if (error instanceof OverBudget || !(error instanceof Error)) throw error
      const message = `at ${pointer} the pattern ${source.slice(0, 60)} cannot be used: ${error.message}`
      const place = `${pointer}/${keyword}`
      if (this.#onUncheckable === undefined) throw new UnusableSchema(place, message, { cause: error })
      this.#onUncheckable({ pointer: place, message })
      return undefined
    }
    this.#patterns.set(source, pattern)
    return pattern
  }

  /** The services for the keywords of one schema. */
  #compiling(node: SchemaNode): Compiling {
    const { base, pointer } = node
    const references = this.#references
    const inPlace = (made: SchemaNode): SchemaNode => {
      node.inPlace.push(made)
      return made
    }
    const inner: Compiling['inner'] = (schema, ...keywords) => {
      const found = schema as JsonValue
      return this.#node({ schema: found, base: references.baseOf(found, base) }, pointer + pointerOf(keywords))
    }
    return {
      draft: this.#draft,
      references,
      work: this.#work,
      base,
      pointer,
      inner,
      inPlace: (schema, ...keywords) => inPlace(inner(schema, ...keywords)),
      target: (place, at) => inPlace(this.#node(place, at)),
      pattern: (source, keyword) => this.#pattern(source, pointer, keyword),
    }
  }
}

/** The longest chain of schemas that apply one another to the same value. */
const MAX_CHAIN = 200

/** Refuses a schema that applies itself to the same value, which would never end, and chains that are too long. */
function refuseLoops(nodes: Iterable<SchemaNode>): void {
  const heights = new Map<SchemaNode, number>()
  const open = new Set<SchemaNode>()
  for (const first of nodes) {
    const stack = [first]
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (heights.has(node)) {
        stack.pop()
      } else if (open.has(node)) {
        const height = 1 + node.inPlace.reduce((most, applied) => Math.max(most, heights.get(applied) ?? 0), 0)
        if (height > MAX_CHAIN)
          throw new UnusableSchema(node.pointer, `at ${node.pointer} more than ${MAX_CHAIN} schemas apply one another`)
        heights.set(node, height)
        open.delete(node)
        stack.pop()
      } else {
        open.add(node)
        for (const applied of node.inPlace) {
          if (open.has(applied))
            throw new UnusableSchema(
              applied.pointer,
              `at ${applied.pointer} it applies itself to the same value, without end`,
            )
          if (!heights.has(applied)) stack.push(applied)
        }
      }
    }
  }
}
