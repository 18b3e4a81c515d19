import type { JsonObject, JsonValue } from 'aof-runtime'
import { suggest } from 'aof-runtime/internal'
import { SCALAR_TYPES } from './input-schema-format.ts'
import type { Findings } from './problem.ts'
import { quoted } from './source.ts'
import { child, fieldPath, itemsOf, jsonOf, type MapNode, type Node, textOf } from './tree.ts'

/** The properties of one argument that matter to a command. */
export interface ArgumentKind {
  /** True if its value is a list. */
  readonly list: boolean
  /** True if every call has a value for it, given or by default. */
  readonly always: boolean
  /** True if the schema lists all its values, so the author has chosen each of them. */
  readonly chosen: boolean
  /** True if its value is never code: all values are listed, or are numbers or booleans. */
  readonly isHarmless: boolean
  readonly fallback?: JsonValue
}

/** The arguments of a command by name, and their schema as the model sees it. */
export interface InputSchema {
  readonly json: JsonObject
  readonly kinds: ReadonlyMap<string, ArgumentKind>
}

/** The schema of a command without its own: one string for each of `names`. */
export function textSchema(names: readonly string[]): InputSchema {
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
      required: [...names],
      additionalProperties: false,
    },
    kinds: new Map(names.map((name) => [name, { list: false, always: true, chosen: false, isHarmless: false }])),
  }
}

/** Reads `input_schema`: an object whose properties are strings, numbers, booleans, or lists of these. */
export function readInputSchema(node: MapNode, findings: Findings): InputSchema {
  if (textOf(child(node, 'type')) !== 'object') {
    findings.error(
      { ...(child(node, 'type') ?? node).span, path: fieldPath(node.span.path, 'type') },
      {
        code: 'wrong_value',
        message: 'expected the schema of an object, since arguments have names',
        fix: 'write type: object',
      },
    )
  }
  const properties = child(node, 'properties')
  const known = properties?.kind === 'map' ? properties.entries : new Map<string, never>()
  if (properties !== undefined && properties.kind !== 'map') {
    findings.error(properties.span, {
      code: 'wrong_type',
      message: 'expected a map of the arguments and their schemas',
    })
  }
  const required = readRequired(node, [...known.keys()], findings)
  const kinds = new Map<string, ArgumentKind>()
  for (const [name, property] of known) {
    const kind = kindOf(property, required.has(name))
    if (kind !== undefined) kinds.set(name, kind)
    else {
      findings.error(property.key, {
        code: 'wrong_value',
        message: `the argument ${quoted(name)} needs a type that a command can take`,
        fix: 'write type: string, number, integer or boolean, or type: array with items of one of these',
      })
    }
  }
  return { json: jsonOf(node) as JsonObject, kinds }
}

function readRequired(node: MapNode, known: readonly string[], findings: Findings): Set<string> {
  const required = new Set<string>()
  for (const item of itemsOf(child(node, 'required'))) {
    const name = textOf(item)
    if (name !== undefined && known.includes(name)) {
      required.add(name)
      continue
    }
    const meant = name === undefined ? undefined : suggest(name, known)
    findings.error(item.span, {
      code: 'wrong_value',
      message: `expected the name of one of the properties, found ${quoted(name ?? 'another value')}`,
      fix: meant === undefined ? 'add it to properties, or remove it here' : `did you mean ${meant}?`,
    })
  }
  return required
}

function kindOf(schema: Node, required: boolean): ArgumentKind | undefined {
  if (schema.kind !== 'map') return undefined
  const fallback = child(schema, 'default')
  const common = {
    always: (required && !isNullable(schema)) || fallback !== undefined,
    ...(fallback !== undefined && { fallback: jsonOf(fallback) }),
  }
  if (textOf(child(schema, 'type')) === 'array') {
    const items = child(schema, 'items')
    return items !== undefined && isScalarSchema(items) ? { ...common, list: true, ...valuesOf(items) } : undefined
  }
  return isScalarSchema(schema) ? { ...common, list: false, ...valuesOf(schema) } : undefined
}

function valuesOf(schema: Node): Pick<ArgumentKind, 'chosen' | 'isHarmless'> {
  const chosen = isChosen(schema)
  return { chosen, isHarmless: chosen || (typesOf(schema).length > 0 && !typesOf(schema).includes('string')) }
}

function isScalarSchema(schema: Node): boolean {
  if (child(schema, 'type') === undefined) return isChosen(schema)
  const types = typesOf(schema)
  return types.length > 0 && types.every((name) => name !== undefined && SCALAR_TYPES.includes(name))
}

function typesOf(schema: Node): (string | undefined)[] {
  const type = child(schema, 'type')
  if (type === undefined) return []
  return type.kind === 'list' ? type.items.map(textOf) : [textOf(type)]
}

function isNullable(schema: Node): boolean {
  const type = child(schema, 'type')
  const nullable = child(schema, 'nullable')
  if (nullable?.kind === 'scalar' && nullable.value === true) return true
  return textOf(type) === 'null' || itemsOf(type).some((name) => textOf(name) === 'null')
}

function isChosen(schema: Node): boolean {
  const listed = [...itemsOf(child(schema, 'enum')), child(schema, 'const')].filter((node) => node !== undefined)
  return listed.length > 0 && listed.every((node) => node.kind === 'scalar')
}
