import type { JsonObject, JsonValue } from '../../contract/json.ts'
import { printable } from '../../contract/text.ts'
import { parsePointer, pointTo } from '../../contract/json-pointer.ts'
import type { CallName } from '../../contract/call.ts'

/**
 * A reference in the arguments of a call to the data of another call: the result of the call with this id or place, or the
 * part of it at a JSON Pointer (RFC 6901). The object may have no other keys. To pass an object that only looks like a
 * reference, wrap it in `{ $literal: … }`, which is replaced by its content, unchanged.
 */
export interface ResultReference {
  readonly $result: CallName
  readonly pointer?: string
}

/** The forms of references that count besides `$result`. */
export interface ReferenceSyntax {
  /** In strings, `{{id}}` and `{{id/pointer}}` are replaced by the text of a result. */
  readonly templates: boolean
}

/** The references in the arguments of a call. */
export type FoundReferences =
  | { readonly ok: true; readonly producers: readonly CallName[] }
  | { readonly ok: false; readonly message: string }

/** A reference that cannot be resolved; the message is for a model. */
export class ReferenceFailure extends Error {}

/**
 * Finds the references in `value`; undefined where it has neither a reference nor a `$literal`.
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
 * Replaces the references in `value` by the data of the results. The data is not copied, except into strings.
 *
 * @param maxLength the largest total length of results in strings, in characters
 * @throws ReferenceFailure where a pointer leads nowhere, or the strings become too long
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
  /** The text of each template that was resolved: one template may occur many times. */
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

/** The name of a call in messages. */
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

/** The reference that an object is; undefined where it is not a reference. */
function asReference(value: JsonObject): Reference | undefined {
  if (!Object.hasOwn(value, '$result')) return undefined
  const { length } = Object.keys(value)
  const hasPointer = Object.hasOwn(value, 'pointer')
  if (length !== (hasPointer ? 2 : 1)) return undefined
  const { $result: producer, pointer = '' } = value
  if (typeof producer !== 'string' && !(typeof producer === 'number' && Number.isInteger(producer) && producer >= 0)) {
    throw new ReferenceFailure(
      'A $result in the arguments does not name a call: give the id of a call, or its place, counted from 0. To pass such an object as it is, wrap it in {"$literal": …}.',
    )
  }
  const tokens = typeof pointer === 'string' ? parsePointer(pointer) : undefined
  if (tokens === undefined) throw notAPointer(pointer)
  return { producer, pointer: tokens }
}

function notAPointer(pointer: JsonValue): ReferenceFailure {
  return new ReferenceFailure(
    `The pointer ${printable(JSON.stringify(pointer), 200)} is not a JSON Pointer: it begins with a slash, e.g. "/items/0/id", or is empty for the whole result.`,
  )
}

function isLiteral(value: JsonObject): boolean {
  return Object.hasOwn(value, '$literal') && Object.keys(value).length === 1
}
