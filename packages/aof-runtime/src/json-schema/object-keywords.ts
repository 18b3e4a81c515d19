import { isObject } from '../core/contract/fields.ts'
import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Check, CheckRun, Evaluated, SchemaNode } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import { checkSize, quoted } from './messages.ts'
import type { Pattern } from './pattern/pattern.ts'

type ObjectCheck = (value: JsonObject, run: CheckRun, evaluated: Evaluated | undefined) => boolean

/** Checks of required, allowed and dependent properties. Only own properties count (I38). */
export function objectChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const checks: ObjectCheck[] = []
  const { required, minProperties, maxProperties, propertyNames } = schema
  if (Array.isArray(required)) checks.push(requiredCheck(required.filter((key) => typeof key === 'string')))
  if (typeof minProperties === 'number' || typeof maxProperties === 'number')
    checks.push(sizeCheck(Number(minProperties ?? 0), Number(maxProperties ?? Infinity)))
  const properties = propertiesCheck(schema, compiling)
  if (properties !== undefined) checks.push(properties)
  if (propertyNames !== undefined) checks.push(namesCheck(compiling.inner(propertyNames, 'propertyNames')))
  checks.push(...dependentChecks(schema, compiling))
  return checks.map((check) => (value, run, evaluated) => !isObject(value) || check(value, run, evaluated))
}

function requiredCheck(keys: readonly string[]): ObjectCheck {
  return (value, run) => {
    run.work.spend(keys.length)
    let isFit = true
    for (const key of keys)
      if (!Object.hasOwn(value, key)) isFit = run.fail(() => `The property ${quoted(key)} is missing.`)
    return isFit
  }
}

function sizeCheck(min: number, max: number): ObjectCheck {
  return (value, run) => {
    const size = run.keysOf(value).length
    run.work.spend(1 + Math.min(size, 32))
    return checkSize(size, min, max, 'property', run)
  }
}

/** Checks of `properties`, `patternProperties` and, for all other keys, `additionalProperties`. */
function propertiesCheck(schema: JsonObject, compiling: Compiling): ObjectCheck | undefined {
  const { properties, patternProperties, additionalProperties } = schema
  const named = new Map<string, SchemaNode>()
  const patterns: (readonly [Pattern, SchemaNode])[] = []
  // If a pattern cannot be checked, any key may match it, so a key without another schema is not "additional" for
  // certain.
  let anyKeyMayMatch = false
  if (isObject(properties))
    for (const key of Object.keys(properties)) named.set(key, compiling.inner(properties[key], 'properties', key))
  if (isObject(patternProperties))
    for (const source of Object.keys(patternProperties)) {
      const pattern = compiling.pattern(source, 'patternProperties')
      const node = compiling.inner(patternProperties[source], 'patternProperties', source)
      if (pattern === undefined) anyKeyMayMatch = true
      else patterns.push([pattern, node])
    }
  const rest =
    additionalProperties === undefined ? undefined : compiling.inner(additionalProperties, 'additionalProperties')
  if (named.size === 0 && patterns.length === 0 && rest === undefined && !anyKeyMayMatch) return undefined
  return (value, run, evaluated) => {
    let isFit = true
    const keys = run.keysOf(value)
    run.work.spend((evaluated === undefined ? 6 : 12) * keys.length)
    for (const key of keys) {
      const nodes = schemasOf(key, named, patterns, anyKeyMayMatch ? undefined : rest, run)
      if (anyKeyMayMatch) run.doubt()
      if (anyKeyMayMatch || nodes.length > 0) evaluated?.properties.add(key)
      for (const node of nodes) if (!node.fitsAt(key, value[key] as JsonValue, run)) isFit = false
      if (!isFit && run.issues === undefined) return false
    }
    return isFit
  }
}

function schemasOf(
  key: string,
  named: ReadonlyMap<string, SchemaNode>,
  patterns: readonly (readonly [Pattern, SchemaNode])[],
  rest: SchemaNode | undefined,
  run: CheckRun,
): readonly SchemaNode[] {
  const nodes: SchemaNode[] = []
  const own = named.get(key)
  if (own !== undefined) nodes.push(own)
  for (const [pattern, node] of patterns) {
    run.work.spend(1)
    if (pattern.test(key, run.work)) nodes.push(node)
  }
  if (nodes.length === 0 && rest !== undefined) nodes.push(rest)
  return nodes
}

function namesCheck(node: SchemaNode): ObjectCheck {
  return (value, run) => {
    let isFit = true
    const keys = run.keysOf(value)
    run.work.spend(4 * keys.length)
    for (const key of keys) {
      if (run.quietly(() => node.fits(key, run, undefined))) continue
      isFit = run.fail(() => `The property name ${quoted(key)} is not allowed.`)
    }
    return isFit
  }
}

/** Checks of `dependentRequired`, `dependentSchemas`, and `dependencies`, which combined both in earlier drafts. */
function dependentChecks(schema: JsonObject, compiling: Compiling): ObjectCheck[] {
  const checks: ObjectCheck[] = []
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'] as const) {
    const dependent = schema[keyword]
    if (!isObject(dependent)) continue
    for (const key of Object.keys(dependent)) {
      const needs = dependent[key]
      if (Array.isArray(needs))
        checks.push(
          needsCheck(
            key,
            needs.filter((one) => typeof one === 'string'),
          ),
        )
      else checks.push(whereThere(key, compiling.inPlace(needs, keyword, key)))
    }
  }
  return checks
}

function needsCheck(key: string, needs: readonly string[]): ObjectCheck {
  return (value, run) => {
    run.work.spend(1)
    if (!Object.hasOwn(value, key)) return true
    run.work.spend(needs.length)
    let isFit = true
    for (const needed of needs)
      if (!Object.hasOwn(value, needed))
        isFit = run.fail(() => `The property ${quoted(needed)} is missing, which ${quoted(key)} needs.`)
    return isFit
  }
}

function whereThere(key: string, node: SchemaNode): ObjectCheck {
  return (value, run, evaluated) => {
    run.work.spend(1)
    return !Object.hasOwn(value, key) || node.fits(value, run, evaluated)
  }
}
