import { isObject } from '../core/contract/fields.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import { printable } from '../core/contract/text.ts'
import { UnusableSchema } from './unusable-schema.ts'

/** The expected value of a keyword in words, and the test for it. */
type Shape = readonly [expected: string, fits: (value: JsonValue, schema: JsonObject) => boolean]

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string'
const isNumber = (value: JsonValue | undefined): value is number => typeof value === 'number'
const isFlag = (value: JsonValue): boolean => typeof value === 'boolean'
const isCount = (value: JsonValue): boolean => isNumber(value) && Number.isInteger(value) && value >= 0
const isSchema = (value: JsonValue): boolean => isObject(value) || isFlag(value)
const isNames = (value: JsonValue): boolean => Array.isArray(value) && value.every(isText)
const isFilled = (value: JsonValue): boolean => Array.isArray(value) && value.length > 0
const isTypes = (value: JsonValue): boolean => isText(value) || (isFilled(value) && isNames(value))
const isDependency = (value: JsonValue): boolean => isNames(value) || isSchema(value)
const areValues = (value: JsonValue, fits: (one: JsonValue) => boolean): boolean =>
  isObject(value) && Object.values(value).every(fits)

const TEXT: Shape = ['a string', isText]
const FLAG: Shape = ['true or false', isFlag]
const COUNT: Shape = ['a whole number of at least 0', isCount]
const NUMBER: Shape = ['a number', isNumber]
const SCHEMA: Shape = ['a schema', isSchema]
const SCHEMAS: Shape = ['an array of at least one schema', isFilled]
const NAMED: Shape = ['an object of schemas', isObject]

/** An exclusive bound: a number, or a flag beside the bound in draft 4 and OpenAPI 3.0. */
const exclusive = (bound: 'minimum' | 'maximum'): Shape => [
  `a number or, beside ${bound}, true or false`,
  (value, schema) => isNumber(value) || (isFlag(value) && (value === false || isNumber(schema[bound]))),
]

const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...of(TEXT, '$ref $dynamicRef $recursiveRef $id $anchor $dynamicAnchor $schema pattern format'),
  ...of(FLAG, '$recursiveAnchor nullable uniqueItems'),
  ...of(NUMBER, 'minimum maximum'),
  ...of(COUNT, 'minLength maxLength minProperties maxProperties minItems maxItems minContains maxContains'),
  ...of(SCHEMA, 'additionalItems then else'),
  ...of(SCHEMAS, 'allOf anyOf oneOf'),
  ...of(NAMED, '$defs definitions properties patternProperties dependentSchemas'),
  ['type', ['the name of a type, or an array of names', isTypes]],
  ['enum', ['an array of values', Array.isArray]],
  ['exclusiveMinimum', exclusive('minimum')],
  ['exclusiveMaximum', exclusive('maximum')],
  ['multipleOf', ['a number greater than 0', (value) => isNumber(value) && value > 0]],
  ['required', ['an array of property names', isNames]],
  ['dependentRequired', ['an object of arrays of property names', (value) => areValues(value, isNames)]],
  ['dependencies', ['an object of schemas and arrays of property names', (value) => areValues(value, isDependency)]],
  ['prefixItems', ['an array of schemas', Array.isArray]],
  ['items', ['a schema', (value) => isSchema(value) || Array.isArray(value)]],
])

function of(shape: Shape, keywords: string): (readonly [string, Shape])[] {
  return keywords.split(' ').map((keyword) => [keyword, shape] as const)
}

/**
 * Refuses a keyword whose value has no meaning. It would check nothing, and its author would not notice.
 *
 * @throws UnusableSchema with the location
 */
export function checkKeywords(schema: JsonObject, pointer: string): void {
  for (const keyword of Object.keys(schema)) {
    const shape = SHAPES.get(keyword)
    const value = schema[keyword] as JsonValue
    if (shape === undefined || shape[1](value, schema)) continue
    const place = `${pointer}/${keyword}`
    throw new UnusableSchema(place, `at ${place} expected ${shape[0]}, got ${printable(JSON.stringify(value), 60)}`)
  }
}
