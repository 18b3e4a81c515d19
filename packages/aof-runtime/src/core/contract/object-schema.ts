import { append } from '../collections/multimap.ts'
import { withItems } from './array-items.ts'
import { type Fields, isObject } from './fields.ts'
import { keyOfToken } from './json-pointer.ts'
import type { JsonSchema } from './schema.ts'

/** The JSON Schema of an object, in the form that every provider takes for a tool's input. */
export type ObjectSchema = { type: 'object'; properties: Readonly<Record<string, unknown>>; [keyword: string]: unknown }

/** Keywords that OpenAI and Anthropic refuse at the root of a tool's schema. */
const REFUSED_AT_ROOT = ['$ref', 'allOf', 'anyOf', 'oneOf', 'enum', 'const', 'not'] as const

/** The greatest depth of nested references and unions. */
const MAX_DEPTH = 32

/** The most visits of schemas: a few schemas that refer to each other can ask for any number of them. */
const MAX_VISITS = 2_000

const SINCE = 'since models call tools with an object'

/** No object fits a schema, or the schema is too deep to know. */
export class NoObjectSchema extends Error {
  /** The keyword at fault; undefined if it is the schema as a whole. */
  readonly keyword: string | undefined
  readonly expected: string
  readonly got: unknown

  constructor(keyword: string | undefined, expected: string, got: unknown) {
    super(`expected ${expected}`)
    this.keyword = keyword
    this.expected = expected
    this.got = got
  }
}

/**
 * A schema in the form that a model can be shown: `type: 'object'` at the root, with `properties` that include all required
 * ones, without unions, references or constants, since providers refuse those at the root; arrays have `items`. A schema
 * of that form is returned unchanged; the same schema gives the same bytes.
 *
 * The result may allow more than the schema (a union becomes an object with the properties of all branches), never less;
 * arguments are checked against the tool's own schema.
 *
 * @throws NoObjectSchema if no object fits the schema
 */
export function objectSchema(given: JsonSchema): JsonSchema & ObjectSchema {
  const schema = withItems(given)
  if (isSendable(schema)) return schema
  const { type: _, properties, ...others } = new Flattening(schema).flat(schema, MAX_DEPTH)
  const named = withRequired(isObject(properties) ? properties : {}, others['required'])
  return { type: 'object', properties: named, ...others }
}

function isSendable(schema: JsonSchema): schema is JsonSchema & ObjectSchema {
  const { type, properties, required } = schema
  return (
    type === 'object' &&
    isObject(properties) &&
    REFUSED_AT_ROOT.every((keyword) => !Object.hasOwn(schema, keyword)) &&
    namesIn(required).every((name) => Object.hasOwn(properties, name))
  )
}

/** Removes the keywords that providers refuse at the root of a schema, in bounded time. */
class Flattening {
  readonly #root: Fields
  #visits = 0

  constructor(root: Fields) {
    this.#root = root
  }

  flat(schema: Fields, depth: number): Fields {
    if (depth === 0 || ++this.#visits > MAX_VISITS)
      throw new NoObjectSchema(undefined, 'a schema whose references and unions come to an end', schema)
    const { $ref, allOf, anyOf, oneOf, enum: values, const: value, not: _, ...base } = schema
    checkBase(base)
    checkConstants(values, value)
    let flat: Fields = base
    if (typeof $ref === 'string') flat = both(this.flat(this.#target($ref), depth - 1), flat)
    for (const branch of branchesOf(allOf)) flat = both(flat, this.flat(branch, depth - 1))
    for (const [keyword, union] of Object.entries({ anyOf, oneOf }))
      if (Array.isArray(union)) flat = both(flat, this.#anyOf(keyword, union, depth - 1))
    return flat
  }

  #anyOf(keyword: string, union: unknown, depth: number): Fields {
    const objects = branchesOf(union).flatMap((branch) => this.#ifObject(branch, depth))
    if (objects.length === 0) throw new NoObjectSchema(keyword, `a branch that an object fits, ${SINCE}`, union)
    return anyOfThem(objects)
  }

  /** A branch that no object fits is left out, since the arguments of a call are an object. */
  #ifObject(branch: Fields, depth: number): Fields[] {
    try {
      return [this.flat(branch, depth)]
    } catch (error) {
      if (error instanceof NoObjectSchema) return []
      throw error
    }
  }

  #target(reference: string): Fields {
    let found: unknown = reference === '#' || reference.startsWith('#/') ? this.#root : undefined
    for (const token of reference.split('/').slice(1)) {
      const key = decoded(token)
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
    }
    if (!isObject(found)) throw new NoObjectSchema('$ref', 'a reference to a schema in the same document', reference)
    return found
  }
}

function decoded(token: string): string {
  try {
    return keyOfToken(decodeURIComponent(token))
  } catch {
    return token
  }
}

/** The schema of objects that fit both: all properties, and all that either requires. */
function both(a: Fields, b: Fields): Fields {
  const properties = new Map(Object.entries(propertiesOf(a)))
  for (const [name, schema] of Object.entries(propertiesOf(b))) {
    const other = properties.get(name)
    properties.set(name, other === undefined || textOf(other) === textOf(schema) ? schema : { allOf: [other, schema] })
  }
  const required = [...new Set([...namesIn(a['required']), ...namesIn(b['required'])])]
  return {
    ...b,
    ...a,
    ...definitionsOf(a, b),
    ...(properties.size > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
  }
}

/** A schema of objects that fit any of the branches: the properties of all, and those that each branch requires. */
function anyOfThem(branches: readonly Fields[]): Fields {
  const [first = {}, ...others] = branches
  if (others.length === 0) return first
  const properties = new Map<string, unknown[]>()
  for (const branch of branches)
    for (const [name, schema] of Object.entries(propertiesOf(branch))) append(properties, name, schema)
  const required = namesIn(first['required']).filter((name) =>
    others.every((other) => namesIn(other['required']).includes(name)),
  )
  const sets = new Set(branches.map((branch) => namesIn(branch['required']).join(', ')))
  return {
    ...(properties.size > 0 && {
      properties: Object.fromEntries(Array.from(properties, ([name, all]) => [name, anyOf(all)])),
    }),
    ...(required.length > 0 && { required }),
    ...(branches.every((branch) => branch['additionalProperties'] === false) && { additionalProperties: false }),
    ...(sets.size > 1 && !sets.has('') && { description: `Give ${[...sets].join('; or ')}.` }),
  }
}

/** The schema of a property that differs between branches, e.g. of the constant that distinguishes them. */
function anyOf(schemas: readonly unknown[]): unknown {
  const different = [...new Map(schemas.map((schema) => [textOf(schema), schema])).values()]
  if (different.length === 1) return different[0]
  const constants = different.map(constantsOf)
  const [type, ...types] = new Set(different.map((schema) => (isObject(schema) ? schema['type'] : undefined)))
  if (types.length === 0 && constants.every((values) => values !== undefined))
    return { ...(type !== undefined && { type }), enum: [...new Set(constants.flat())] }
  return { anyOf: different }
}

/** The constants of a schema that has no other keywords; undefined for any other schema. */
function constantsOf(schema: unknown): readonly unknown[] | undefined {
  if (!isObject(schema)) return undefined
  const { type: _, const: value, enum: values, ...others } = schema
  if (Object.keys(others).length > 0) return undefined
  return Array.isArray(values) ? values : value === undefined ? undefined : [value]
}

/** The definitions of both, so that references to them stay valid. */
function definitionsOf(a: Fields, b: Fields): Fields {
  const found: Record<string, unknown> = {}
  for (const keyword of ['$defs', 'definitions'])
    if (isObject(a[keyword]) && isObject(b[keyword])) found[keyword] = { ...b[keyword], ...a[keyword] }
  return found
}

function checkBase({ type, properties }: Fields): void {
  if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object')))
    throw new NoObjectSchema('type', `'object', ${SINCE}`, type)
  if (properties !== undefined && !isObject(properties))
    throw new NoObjectSchema('properties', 'an object of schemas', properties)
}

function checkConstants(values: unknown, value: unknown): void {
  if (Array.isArray(values) && !values.some(isObject)) throw new NoObjectSchema('enum', `objects, ${SINCE}`, values)
  if (value !== undefined && !isObject(value)) throw new NoObjectSchema('const', `an object, ${SINCE}`, value)
}

/** Gemini refuses a required property that is not among the properties. */
function withRequired(properties: Fields, required: unknown): Fields {
  const missing = namesIn(required).filter((name) => !Object.hasOwn(properties, name))
  return missing.length === 0 ? properties : { ...properties, ...Object.fromEntries(missing.map((name) => [name, {}])) }
}

function propertiesOf({ properties }: Fields): Fields {
  return isObject(properties) ? properties : {}
}

function namesIn(required: unknown): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

/** The branches of a union or an intersection: `true` fits everything, `false` nothing. */
function branchesOf(branches: unknown): Fields[] {
  if (!Array.isArray(branches)) return []
  return branches.flatMap((branch: unknown) => (branch === true ? [{}] : isObject(branch) ? [branch] : []))
}

function textOf(schema: unknown): string {
  return JSON.stringify(schema)
}
