import type { JsonObject } from '../core/contract/json.ts'
import type { Check, CheckRun, SchemaNode } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import { isObject, type SchemaPlace } from './references.ts'
import { UnusableSchema } from './unusable-schema.ts'

/** Checks of `$ref`, `$dynamicRef` and `$recursiveRef`. */
export function referenceChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const { $ref, $dynamicRef, $recursiveRef } = schema
  const checks: Check[] = []
  if (typeof $ref === 'string') {
    const node = compiling.target(resolved($ref, '$ref', compiling), $ref)
    checks.push((value, run, evaluated) => node.fits(value, run, evaluated))
  }
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

/** The outermost entered schema with the anchor of that name; the target of the reference if there is none. */
function dynamicCheck(ref: string, compiling: Compiling): Check {
  const place = resolved(ref, '$dynamicRef', compiling)
  const fallback = compiling.target(place, ref)
  const name = isObject(place.schema) ? place.schema['$dynamicAnchor'] : undefined
  if (typeof name !== 'string' || !ref.endsWith(`#${name}`))
    return (value, run, evaluated) => fallback.fits(value, run, evaluated)
  const known = nodesByAddress((base) => compiling.references.dynamic(base, name), compiling, ref)
  return (value, run, evaluated) => (outermost(run, known) ?? fallback).fits(value, run, evaluated)
}

function recursiveCheck(ref: string, compiling: Compiling): Check {
  const place = resolved(ref, '$recursiveRef', compiling)
  const fallback = compiling.target(place, ref)
  if (!isAnchored(place)) return (value, run, evaluated) => fallback.fits(value, run, evaluated)
  const known = nodesByAddress(
    (base) => {
      const document = compiling.references.document(base)
      return document !== undefined && isAnchored(document) ? document : undefined
    },
    compiling,
    ref,
  )
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
