import { isObject } from '../core/contract/fields.ts'
import { keysOf } from '../core/contract/json-pointer.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import { SUBSCHEMAS } from '../core/contract/schema.ts'
import type { Work } from './work.ts'

/** A schema in the document, and the base address of the references in it. */
export interface SchemaPlace {
  readonly schema: JsonValue
  readonly base: string
}

/** The base address of a schema without `$id`. */
const ROOT = 'https://schema.invalid/'

/**
 * The possible targets of references: the schemas within one document, by address, anchor and location. References
 * outside of the document are never fetched (bad input 45).
 */
export class References {
  readonly root: SchemaPlace
  readonly #idKeyword: '$id' | 'id'
  /** Whether `$ref` disables all keywords beside it. */
  readonly #refIsAlone: boolean
  readonly #documents = new Map<string, SchemaPlace>()
  readonly #anchors = new Map<string, SchemaPlace>()
  readonly #dynamic = new Map<string, SchemaPlace>()
  readonly #bases = new Map<JsonObject, string>()

  readonly #work: Work

  /**
   * @param work the bound of work for indexing
   * @throws Error if two schemas have one address, and OverBudget
   */
  constructor(schema: JsonValue, idKeyword: '$id' | 'id', refIsAlone: boolean, work: Work) {
    this.#work = work
    this.#idKeyword = idKeyword
    this.#refIsAlone = refIsAlone
    this.#documents.set(ROOT, { schema, base: ROOT })
    this.#index(schema, ROOT)
    this.root = { schema, base: this.baseOf(schema, ROOT) }
  }

  /** The base address of references in `schema`, which stands within a schema of the address `outer`. */
  baseOf(schema: JsonValue, outer: string): string {
    return (isObject(schema) ? this.#bases.get(schema) : undefined) ?? outer
  }

  /** The addresses of all schemas that have one. */
  get addresses(): Iterable<string> {
    return this.#documents.keys()
  }

  document(base: string): SchemaPlace | undefined {
    return this.#documents.get(base)
  }

  /** The schema with a `$dynamicAnchor` below an address. */
  dynamic(base: string, name: string): SchemaPlace | undefined {
    return this.#dynamic.get(`${base}#${name}`)
  }

  /** The target of `ref` within the schema of an address; undefined if it does not exist or lies outside. */
  resolve(ref: string, base: string): SchemaPlace | undefined {
    const address = addressOf(ref, base)
    if (address === undefined) return undefined
    const [document = '', encoded = ''] = address.split('#', 2)
    const place = this.#documents.get(document)
    if (place === undefined || encoded === '') return place
    const fragment = decoded(encoded)
    if (fragment === undefined) return undefined
    return fragment.startsWith('/') ? this.#follow(place, fragment) : this.#anchors.get(`${document}#${fragment}`)
  }

  #follow({ schema, base }: SchemaPlace, pointer: string): SchemaPlace | undefined {
    let place: SchemaPlace = { schema, base }
    for (const key of keysOf(pointer)) {
      const { schema: outer } = place
      if (typeof outer !== 'object' || outer === null || !Object.hasOwn(outer, key)) return undefined
      const inner = (outer as JsonObject)[key] as JsonValue
      place = { schema: inner, base: this.baseOf(inner, place.base) }
    }
    return place
  }

  #index(schema: JsonValue, outer: string): void {
    if (!isObject(schema)) return
    const base = this.#identify(schema, outer)
    for (const keyword of SUBSCHEMAS.one) {
      const inner = schema[keyword]
      if (inner !== undefined && !Array.isArray(inner)) this.#index(inner, base)
    }
    for (const keyword of SUBSCHEMAS.many) {
      const inner = schema[keyword]
      if (Array.isArray(inner)) for (const one of inner) this.#index(one, base)
    }
    for (const keyword of SUBSCHEMAS.named) {
      const inner = schema[keyword]
      if (isObject(inner)) for (const key of Object.keys(inner)) this.#index(inner[key] as JsonValue, base)
    }
  }

  #identify(schema: JsonObject, outer: string): string {
    const id = schema[this.#idKeyword]
    let base = outer
    if (typeof id === 'string' && !(this.#refIsAlone && typeof schema['$ref'] === 'string')) {
      if (id.startsWith('#')) this.#anchors.set(`${outer}${id}`, { schema, base })
      else base = this.#register(schema, id, outer)
    }
    this.#bases.set(schema, base)
    const { $anchor, $dynamicAnchor } = schema
    for (const name of [$anchor, $dynamicAnchor]) {
      if (typeof name !== 'string') continue
      this.#work.spend((base.length + name.length) >> 2)
      this.#anchors.set(`${base}#${name}`, { schema, base })
    }
    if (typeof $dynamicAnchor === 'string') this.#dynamic.set(`${base}#${$dynamicAnchor}`, { schema, base })
    return base
  }

  #register(schema: JsonObject, id: string, outer: string): string {
    this.#work.spend((id.length + outer.length) >> 2)
    const [address] = addressOf(id, outer)?.split('#', 1) ?? []
    if (address === undefined) return outer
    if (this.#documents.has(address)) throw new Error(`two schemas have the $id ${id}`)
    this.#documents.set(address, { schema, base: address })
    return address
  }
}

function addressOf(ref: string, base: string): string | undefined {
  if (ref.startsWith('#')) return base + ref
  return URL.canParse(ref, base) ? new URL(ref, base).href : undefined
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
