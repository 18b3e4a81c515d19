import { pointerOf } from './json-pointer.ts'
import { isThenable } from './safe-checks.ts'
import { printable } from './text.ts'

/**
 * The part of the Standard Schema interface (standardschema.dev, version 1) that the executor uses: zod, valibot,
 * arktype and most other validators implement it.
 */
export interface StandardSchema<In = unknown, Out = In> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Out> | Promise<StandardResult<Out>>
    readonly types?: { readonly input: In; readonly output: Out } | undefined
    /** The Standard JSON Schema extension, if the vendor has it. */
    readonly jsonSchema?: {
      readonly input: (options: { target: 'draft-07' }) => Record<string, unknown>
      readonly output: (options: { target: 'draft-07' }) => Record<string, unknown>
    }
  }
}

/** The result of a Standard Schema's `validate`. */
export type StandardResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One thing that is wrong with a value. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A JSON Schema as a plain object, draft 4 to 2020-12. */
export type JsonSchema = { readonly '~standard'?: never; readonly [keyword: string]: unknown }

/** The keywords of a JSON Schema whose value is a schema (`one`), a list of schemas (`many`), or schemas by name (`named`). */
export const SUBSCHEMAS: Readonly<Record<'one' | 'many' | 'named', readonly string[]>> = {
  one: [
    ...'not if then else propertyNames additionalProperties unevaluatedProperties'.split(' '),
    ...'items additionalItems unevaluatedItems contains contentSchema'.split(' '),
  ],
  many: ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'],
  named: ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'],
}

/** A schema for `inputSchema` or `outputSchema`. */
export type Schema = StandardSchema | JsonSchema

/** The result of a validator: the value to use, or the issues of the value. */
export type Validation<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** One thing that is wrong with a value, in words for the model that has to correct it. */
export interface Issue {
  /** The place as a JSON Pointer (RFC 6901); empty for the whole value. */
  readonly pointer: string
  readonly message: string
}

/** Checks values against one schema, maybe asynchronously, as a Standard Schema may. */
export type Validator = (value: unknown) => Validation | Promise<Validation>

/** A part of a schema that cannot be checked. */
export interface Uncheckable {
  /** Its place in the schema, as a URI fragment with a JSON Pointer, e.g. `#/properties/city/pattern`. */
  readonly pointer: string
  readonly message: string
}

/** Gets a part of a schema that cannot be checked, e.g. a pattern in the syntax of another language. */
export type OnUncheckable = (part: Uncheckable) => void

/**
 * The port for JSON Schema: the core has no validator of its own. `aof-runtime` supplies one that generates no code.
 *
 * @param onUncheckable gets the parts that cannot be checked and are skipped; without it such a schema is refused
 * @throws if the schema is wrong: an error with the place as `pointer`, if it has one; the caller adds the name of the tool
 */
export type JsonSchemaCompiler = (schema: JsonSchema, onUncheckable?: OnUncheckable) => Validator

/** Whether `schema` is a Standard Schema. The schemas of some vendors are functions. */
export function isStandardSchema(schema: unknown): schema is StandardSchema {
  return (typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema
}

export function standardValidator(schema: StandardSchema): Validator {
  const standard = schema['~standard']
  return (value) => {
    const outcome = standard.validate(value)
    return isThenable(outcome) ? Promise.resolve(outcome).then(fromStandard) : fromStandard(outcome)
  }
}

function fromStandard(outcome: StandardResult<unknown>): Validation {
  if (outcome.issues === undefined) return { ok: true, value: outcome.value }
  return {
    ok: false,
    issues: outcome.issues.map((issue) => ({ pointer: pointerOf(keysIn(issue.path ?? [])), message: issue.message })),
  }
}

function keysIn(path: NonNullable<StandardIssue['path']>): string[] {
  return path.map((segment) => String(typeof segment === 'object' ? segment.key : segment))
}

/** Whether a validator answers asynchronously. */
export function isLater(validation: Validation | Promise<Validation>): validation is Promise<Validation> {
  return 'then' in validation
}

/** The issues in words for a model: at most ten, each with its place. */
export function describeIssues(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, 10)
    .map(({ pointer, message }) => printable(pointer === '' ? message : `${pointer}: ${message}`, 300))
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`)
  return shown.map((issue) => issue.replace(/\.$/, '')).join('; ')
}
