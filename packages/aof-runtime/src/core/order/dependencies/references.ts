import type { JsonObject, JsonValue } from '../../contract/json.ts'
import { printable } from '../../contract/text.ts'
import { parsePointer, pointTo } from './json-pointer.ts'
import type { CallName } from '../../contract/call.ts'

/**
 * A value that stands in the arguments of a call for the data of another: the result of the call of this id, or place, or
 * what a JSON Pointer (RFC 6901) leads to in it. Nothing else may be in the object. What only looks like one is given as
 * `{ $literal: … }`, which stands for what it holds, as it is.
 */
export interface ResultReference {
  readonly $result: CallName
  readonly pointer?: string
}

/** Where references are found besides `$result`. */
export interface ReferenceSyntax {
  /** In texts: `{{id}}` and `{{id/pointer}}` stand for the text of a result. */
  readonly templates: boolean
}

/** The references in the arguments of a call. */
export type FoundReferences =
  | { readonly ok: true; readonly producers: readonly CallName[] }
  | { readonly ok: false; readonly message: string }

/** What cannot be taken from a result; the message is for a model. */
export class ReferenceFailure extends Error {}

/**
 * The references in `value`; undefined where it has none, and no `$literal`.
 *
 * @param value JSON, no deeper than arguments may be
 */
export function findReferences(value: unknown, syntax: ReferenceSyntax): FoundReferences | undefined {
  const search = new Search(syntax)
  try {
    search.visit(value as JsonValue)
  } catch (error) {
    if (error instanceof ReferenceFailure) return { ok: false, message: error.message }
    throw error
  }
  return search.isWorthFilling ? { ok: true, producers: [...search.producers] } : undefined
}

/**
 * `value` with the data in place of the references. What is put in is not copied, but for what goes into texts.
 *
 * @param maxLength how long the texts may become that have results in them, in all
 * @throws ReferenceFailure where a pointer leads nowhere, or a text becomes too long
 */
export function fillReferences(
  value: unknown,
  syntax: ReferenceSyntax,
  dataOf: (producer: CallName) => JsonValue,
  maxLength: number,
): JsonValue {
  return new Filling(syntax, dataOf, maxLength).fill(value as JsonValue)
}

class Search {
  readonly producers = new Set<CallName>()
  isWorthFilling = false
  readonly #syntax: ReferenceSyntax

  constructor(syntax: ReferenceSyntax) {
    this.#syntax = syntax
  }

  visit(value: JsonValue): void {
    if (typeof value === 'string') {
      if (this.#syntax.templates) for (const { producer } of templatesIn(value)) this.#found(producer)
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const each of value) this.visit(each)
      return
    }
    const reference = asReference(value)
    if (reference !== undefined) return this.#found(reference.producer)
    if (isLiteral(value)) {
      this.isWorthFilling = true
      return
    }
    for (const key in value) this.visit(value[key] as JsonValue)
  }

  #found(producer: CallName): void {
    this.producers.add(producer)
    this.isWorthFilling = true
  }
}

class Filling {
  readonly #syntax: ReferenceSyntax
  readonly #dataOf: (producer: CallName) => JsonValue
  readonly #maxLength: number
  #left: number
  /** What stands for a reference in texts: one may stand in many places. */
  readonly #texts = new Map<string, string>()

  constructor(syntax: ReferenceSyntax, dataOf: (producer: CallName) => JsonValue, maxLength: number) {
    this.#syntax = syntax
    this.#dataOf = dataOf
    this.#maxLength = this.#left = maxLength
  }

  fill(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.#syntax.templates ? this.#text(value) : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((each) => this.fill(each))
    const reference = asReference(value)
    if (reference !== undefined) return this.#read(reference)
    if (isLiteral(value)) return value['$literal'] as JsonValue
    const filled: JsonObject = {}
    for (const key of Object.keys(value)) filled[key] = this.fill(value[key] as JsonValue)
    return filled
  }

  #text(text: string): string {
    let filled = ''
    let end = 0
    for (const { start, length, ...reference } of templatesIn(text)) {
      const result = this.#textOf(text.slice(start, start + length), reference)
      this.#left -= result.length
      if (this.#left < 0) {
        const why = `become longer than ${this.#maxLength} characters with the results that they refer to`
        throw new ReferenceFailure(`The texts in the arguments ${why}.`)
      }
      filled += text.slice(end, start) + result
      end = start + length
    }
    return end === 0 ? text : filled + text.slice(end)
  }

  #textOf(template: string, reference: Reference): string {
    let text = this.#texts.get(template)
    if (text === undefined) {
      const value = this.#read(reference)
      this.#texts.set(template, (text = typeof value === 'string' ? value : JSON.stringify(value)))
    }
    return text
  }

  #read({ producer, pointer }: Reference): JsonValue {
    const pointed = pointTo(this.#dataOf(producer), pointer)
    if (pointed.found) return pointed.value
    throw new ReferenceFailure(`The arguments refer to the result of ${nameOf(producer)}, which ${pointed.why}.`)
  }
}

/** How a call is named in words. */
export function nameOf(name: CallName): string {
  return typeof name === 'number' ? `call ${name}` : `'${printable(name, 100)}'`
}

interface Reference {
  readonly producer: CallName
  readonly pointer: readonly string[]
}

interface Template extends Reference {
  readonly start: number
  readonly length: number
}

function* templatesIn(text: string): Generator<Template, void, undefined> {
  if (!text.includes('{{')) return
  for (const match of text.matchAll(/\{\{([^{}]{1,1000})\}\}/g)) {
    const [whole, inside = ''] = match
    const name = inside.trim()
    const slash = name.indexOf('/')
    const pointer = parsePointer(slash === -1 ? '' : name.slice(slash))
    if (pointer === undefined) throw notAPointer(name.slice(slash))
    yield {
      producer: slash === -1 ? name : name.slice(0, slash),
      pointer,
      start: match.index,
      length: whole.length,
    }
  }
}

/** What an object refers to; undefined where it is no reference. */
function asReference(value: JsonObject): Reference | undefined {
  if (!Object.hasOwn(value, '$result')) return undefined
  const { length } = Object.keys(value)
  const hasPointer = Object.hasOwn(value, 'pointer')
  if (length !== (hasPointer ? 2 : 1)) return undefined
  const { $result: producer, pointer = '' } = value
  if (typeof producer !== 'string' && !(typeof producer === 'number' && Number.isInteger(producer) && producer >= 0)) {
    throw new ReferenceFailure(
      'A $result in the arguments names no call: it takes the id of a call, or its place from 0. What is no reference is given as {"$literal": …}.',
    )
  }
  const tokens = typeof pointer === 'string' ? parsePointer(pointer) : undefined
  if (tokens === undefined) throw notAPointer(pointer)
  return { producer, pointer: tokens }
}

function notAPointer(pointer: JsonValue): ReferenceFailure {
  return new ReferenceFailure(
    `The pointer ${printable(JSON.stringify(pointer), 200)} is no JSON Pointer: it begins with a slash, e.g. "/items/0/id", or is empty for the whole result.`,
  )
}

function isLiteral(value: JsonObject): boolean {
  return Object.hasOwn(value, '$literal') && Object.keys(value).length === 1
}
