import { type Fields, isObject } from './fields.ts'
import { type JsonSchema, SUBSCHEMAS } from './schema.ts'

/** The depth to which schemas are changed; deeper parts stay as they are. */
const MAX_DEPTH = 100

/**
 * The schema with `items` added to each array that has none, since OpenAI refuses those ("array schema missing items").
 * `items: {}` means the same as no `items`. Returns the same object if nothing is missing.
 */
export function withItems(schema: JsonSchema): JsonSchema {
  return walk(schema, new Map(), MAX_DEPTH) as JsonSchema
}

/** @param done the result for each schema visited so far: no schema is visited twice, nor inside itself */
function walk(schema: unknown, done: Map<object, unknown>, depth: number): unknown {
  if (!isObject(schema) || depth === 0) return schema
  if (done.has(schema)) return done.get(schema)
  done.set(schema, schema)
  const changes: Record<string, unknown> = {}
  const change = (keyword: string, value: unknown): void => {
    if (value !== schema[keyword]) changes[keyword] = value
  }
  for (const keyword of SUBSCHEMAS.one)
    if (isObject(schema[keyword])) change(keyword, walk(schema[keyword], done, depth - 1))
  for (const keyword of SUBSCHEMAS.many)
    if (Array.isArray(schema[keyword])) change(keyword, each(schema[keyword], done, depth))
  for (const keyword of SUBSCHEMAS.named)
    if (isObject(schema[keyword])) change(keyword, eachIn(schema[keyword], done, depth))
  if (isArray(schema['type']) && schema['items'] === undefined) changes['items'] = {}
  const walked = Object.keys(changes).length === 0 ? schema : { ...schema, ...changes }
  done.set(schema, walked)
  return walked
}

function each(list: readonly unknown[], done: Map<object, unknown>, depth: number): readonly unknown[] {
  const walked = list.map((schema) => walk(schema, done, depth - 1))
  return walked.every((schema, i) => schema === list[i]) ? list : walked
}

function eachIn(map: Fields, done: Map<object, unknown>, depth: number): Fields {
  const walked = Object.entries(map).map(([name, schema]) => [name, walk(schema, done, depth - 1)] as const)
  return walked.every(([name, schema]) => schema === map[name]) ? map : Object.fromEntries(walked)
}

function isArray(type: unknown): boolean {
  return type === 'array' || (Array.isArray(type) && type.includes('array'))
}
