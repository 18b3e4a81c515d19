import { isObject } from '../core/contract/fields.ts'
import type { JsonObject } from '../core/contract/json.ts'
import { applied, type Check, type CheckRun, type SchemaNode } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import type { SchemaPlace } from './references.ts'
import { UnusableSchema } from './unusable-schema.ts'

export function referenceChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const { $ref, $dynamicRef, $recursiveRef } = schema
  const checks: Check[] = []
  if (typeof $ref === 'string') checks.push(applied(compiling.target(resolved($ref, '$ref', compiling), $ref)))
  if (typeof $dynamicRef === 'string') checks.push(dynamicCheck($dynamicRef, compiling))
  if (typeof $recursiveRef === 'string') checks.push(recursiveCheck($recursiveRef, compiling))
  return checks
}

function resolved(ref: string, keyword: string, { references, base, pointer, work }: Compiling): SchemaPlace {
  // Each reference is resolved from its whole text.
  work.spend((ref.length + base.length) >> 2)
  const place = references.resolve(ref, base)
  if (place !== undefined) return place
  throw new UnusableSchema(
    `${pointer}/${keyword}`,
    `${pointer === '#' ? '' : `at ${pointer} the `}${keyword} ${ref} leads outside of the schema or to a place that it does not have`,
  )
}

/** Checks by the outermost entered schema with the anchor of that name. */
function dynamicCheck(ref: string, compiling: Compiling): Check {
  const place = resolved(ref, '$dynamicRef', compiling)
  const name = isObject(place.schema) ? place.schema['$dynamicAnchor'] : undefined
  const isDynamic = typeof name === 'string' && ref.endsWith(`#${name}`)
  return outermostCheck(ref, place, compiling, isDynamic && ((base) => compiling.references.dynamic(base, name)))
}

/** Checks by the outermost entered document whose root is anchored. */
function recursiveCheck(ref: string, compiling: Compiling): Check {
  const place = resolved(ref, '$recursiveRef', compiling)
  const anchored = (base: string): SchemaPlace | undefined => {
    const document = compiling.references.document(base)
    return document !== undefined && isAnchored(document) ? document : undefined
  }
  return outermostCheck(ref, place, compiling, isAnchored(place) && anchored)
}

/**
 * Checks by the outermost entered schema that `find` has for its base address; by the target of the reference if there is none.
 *
 * @param find false if the reference is not dynamic
 */
function outermostCheck(
  ref: string,
  place: SchemaPlace,
  compiling: Compiling,
  find: false | ((base: string) => SchemaPlace | undefined),
): Check {
  const fallback = compiling.target(place, ref)
  if (find === false) return applied(fallback)
  const known = nodesByAddress(find, compiling, ref)
  return (value, run, evaluated) => (outermost(run, known) ?? fallback).fits(value, run, evaluated)
}

function isAnchored({ schema }: SchemaPlace): boolean {
  return isObject(schema) && schema['$recursiveAnchor'] === true
}

function nodesByAddress(
  find: (base: string) => SchemaPlace | undefined,
  compiling: Compiling,
  ref: string,
): ReadonlyMap<string, SchemaNode> {
  const nodes = new Map<string, SchemaNode>()
  for (const base of compiling.references.addresses) {
    compiling.work.spend(8 + (base.length >> 2))
    const place = find(base)
    if (place !== undefined) nodes.set(base, compiling.inner(place.schema, ref))
  }
  return nodes
}

function outermost(run: CheckRun, known: ReadonlyMap<string, SchemaNode>): SchemaNode | undefined {
  run.work.spend(run.scope.length >> 1)
  for (const base of run.scope) {
    const node = known.get(base)
    if (node !== undefined) return node
  }
  return undefined
}
