import {
  dereference,
  type OutputUnit,
  type Schema as CfSchema,
  type SchemaDraft,
  validate,
} from '@cfworker/json-schema'
import type { Issue, JsonSchema, JsonSchemaCompiler, Validation } from '../core/schema.ts'

/**
 * Fills the core's port for JSON Schema with an interpreting validator: it generates no code, so it also runs where
 * `eval` is forbidden. Drafts 4, 7, 2019-09 and 2020-12 by `$schema`; 2020-12 where there is none.
 *
 * @throws Error where the schema refers to what it does not contain: nothing is ever fetched
 */
export const compileJsonSchema: JsonSchemaCompiler = (schema) => {
  // The validator marks the schema's objects, so it gets a copy; which also keeps later changes out.
  const own = structuredClone(schema) as CfSchema
  const draft = draftOf(schema)
  const lookup = dereference(own)
  refuseForeignReferences(own, lookup)
  return (value): Validation => {
    if (validate(value, own, draft, lookup).valid) return { ok: true, value }
    return { ok: false, issues: issuesOf(validate(value, own, draft, lookup, false).errors) }
  }
}

type Lookup = ReturnType<typeof dereference>

function draftOf({ $schema }: JsonSchema): SchemaDraft {
  if (typeof $schema !== 'string') return '2020-12'
  if ($schema.includes('draft-04')) return '4'
  if ($schema.includes('draft-06') || $schema.includes('draft-07')) return '7'
  return $schema.includes('2019-09') ? '2019-09' : '2020-12'
}

function refuseForeignReferences(schema: CfSchema, lookup: Lookup): void {
  const seen = new Set<object>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return
    seen.add(node)
    const { __absolute_ref__: target, $ref } = node as { __absolute_ref__?: string; $ref?: unknown }
    if (target !== undefined && lookup[target] === undefined)
      throw new Error(`$ref ${String($ref)} leads out of the schema or to nothing in it`)
    for (const child of Object.values(node)) visit(child)
  }
  visit(schema)
}

/** Keywords that only repeat that something below them is wrong. */
const CONTAINERS = new Set([
  'properties',
  'items',
  'prefixItems',
  'additionalProperties',
  'allOf',
  '$ref',
  'patternProperties',
  'if',
  'then',
  'else',
])

function issuesOf(errors: readonly OutputUnit[]): Issue[] {
  const telling = errors.filter(({ keyword }) => !CONTAINERS.has(keyword))
  return (telling.length > 0 ? telling : errors).map(({ instanceLocation, keyword, error }) => ({
    pointer: decodeURIComponent(instanceLocation.replace(/^#/, '')),
    message: keyword === 'false' ? 'Nothing is allowed here; leave it out.' : error,
  }))
}
