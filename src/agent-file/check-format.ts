import { keysOf } from '../core/json-pointer.ts'
import { suggest } from '../core/suggest.ts'
import { compileLocating } from '../json-schema/compile-json-schema.ts'
import { adviceFor } from './advice.ts'
import { DURATION_PATTERN } from './duration.ts'
import { AGENT_SCHEMA, NAMED_TOOL_FIELDS, TOOL_SIGNS } from './format.ts'
import type { FormatSchema } from './format-parts.ts'
import { type Finding, type Findings, MAX_PROBLEMS } from './problem.ts'
import { quoted } from './source.ts'
import { fieldPath, itemsOf, jsonOf, type MapNode, type Node, type ScalarNode, type Value, valueAt } from './tree.ts'
import { unknownFix } from './unknown-field.ts'

let validate: ReturnType<typeof compileLocating> | undefined

/**
 * Reports everything in an agent file that does not fit its schema.
 *
 * @param tools the pointer of its list of tools
 * @param findings includes the findings of the readers, whose rules the schema repeats under `allOf`
 */
export function checkFormat(document: MapNode, tools: string, findings: Findings): void {
  validate ??= compileLocating(AGENT_SCHEMA, MAX_PROBLEMS)
  const misspelt = reportMisspeltTools(document, tools, findings)
  // No bound holds for NaN: a number that may not be the one that was meant never fits.
  const issues = validate(jsonOf(document, ({ value, doubt }) => (doubt === undefined ? value : NaN)))
  for (const isRepeated of [false, true]) {
    // A reader that found something has said it better.
    if (isRepeated && findings.failed) return
    for (const { pointer, schema = '#', message } of issues) {
      if (schema.includes('/allOf/') !== isRepeated) continue
      if (misspelt.some((tool) => `${pointer}/`.startsWith(`${tool}/`))) continue
      report(valueAt(document, pointer), schema, keysOf(pointer).at(-1) ?? '', message, findings)
    }
  }
}

/**
 * Reports tools in which the field that says of what kind they are is misspelt: nothing else can be said of them.
 *
 * @returns their pointers
 */
function reportMisspeltTools(document: MapNode, tools: string, findings: Findings): string[] {
  return itemsOf(valueAt(document, tools).node).flatMap((tool, index) => {
    if (tool.kind !== 'map' || TOOL_SIGNS.some((sign) => tool.entries.has(sign))) return []
    for (const [name, { key }] of tool.entries) {
      const meant = NAMED_TOOL_FIELDS.includes(name) ? undefined : suggest(name, TOOL_SIGNS)
      if (meant === undefined) continue
      findings.error(key, fieldPath(valueAt(document, `${tools}/${index}`).path, name), {
        code: 'unknown_field',
        message: `unknown field ${quoted(name)}`,
        fix: `did you mean ${meant}?`,
      })
      return [`${tools}/${index}`]
    }
    return []
  })
}

/** Reports that a value, whose key is `name`, does not fit the schema at `pointer`, with the words of the schema or `message`. */
function report(value: Value, pointer: string, name: string, message: string, findings: Findings): void {
  const { node, path, key } = value
  const schema = schemaAt(pointer)
  if (schema === false) return reportKey(value, name, schemaAt(pointer.slice(0, pointer.lastIndexOf('/'))), findings)
  const missing = node.kind === 'map' ? (schema.required ?? []).filter((field) => !node.entries.has(field)) : []
  for (const field of missing) {
    findings.error(key, path, {
      code: 'missing_field',
      message: `${schema.title} lacks the field ${field}`,
      fix: `add ${field}: ${fieldOf(schema, field).description}`,
    })
  }
  if (missing.length > 0) return
  const isNothing = node.kind === 'scalar' && node.value === null
  findings.error(isNothing ? key : node.span, path, findingFor(node, schema, message))
}

function fieldOf({ properties }: FormatSchema, name: string): FormatSchema {
  const schema = properties?.[name] ?? {}
  return (schema.$ref === undefined ? schema : schemaAt(schema.$ref)) || schema
}

function schemaAt(pointer: string): FormatSchema | false {
  return keysOf(pointer).reduce<unknown>((schema, key) => (schema as Record<string, unknown>)[key], AGENT_SCHEMA) as
    | FormatSchema
    | false
}

/** Reports a key that a map may not have. */
function reportKey({ path, key }: Value, name: string, schema: FormatSchema | false, findings: Findings): void {
  if (schema === false) return
  findings.error(
    key,
    path,
    schema.properties === undefined
      ? { code: 'wrong_value', message: `${schema.patternErrorMessage}, found ${quoted(name)}` }
      : {
          code: 'unknown_field',
          message: `unknown field ${quoted(name)} in ${schema.title}`,
          fix: unknownFix(name, schema),
        },
  )
}

function findingFor(node: Node, schema: FormatSchema, message: string): Finding {
  const types = [schema.type ?? []].flat()
  const doubt = node.kind === 'scalar' && (types.length === 0 || types.some(isNumeric)) ? doubtOf(node) : undefined
  if (doubt !== undefined) return doubt
  if (node.kind === 'list' && types.includes('array'))
    return { code: 'wrong_value', message: 'expected a list with something in it, found none' }
  if (isBlank(node) && schema.pattern !== undefined && schema.pattern !== DURATION_PATTERN)
    return { code: 'wrong_value', message: 'expected text, found none', fix: 'write the text, or remove the field' }
  const isOfType = types.some((type) => (isNumeric(type) ? 'number' : type) === typeOf(node))
  const found = isOfType && typeOf(node) === 'number' ? (node as ScalarNode).written : described(node)
  const fix = adviceFor(node, schema)
  return {
    code: isOfType && schema.pattern !== DURATION_PATTERN ? 'wrong_value' : 'wrong_type',
    message: `${expectation(schema) ?? message}, found ${found}`,
    ...(fix !== undefined && { fix }),
  }
}

function isBlank(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && !/\S/.test(node.value)
}

function isNumeric(type: string): boolean {
  return type === 'number' || type === 'integer'
}

/** The type of a value in the words of JSON Schema. */
function typeOf(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'object' : 'array'
  return node.value === null ? 'null' : typeof node.value
}

function described(node: Node): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? quoted(node.value) : `the ${typeof node.value} ${node.written}`
}

/** What a schema asks for; undefined where it is a rule that is no type. */
function expectation(schema: FormatSchema): string | undefined {
  const { errorMessage, patternErrorMessage, title, properties, minimum, maximum } = schema
  const [type] = [schema.type ?? []].flat()
  if (type === 'object') return properties === undefined ? 'expected a map' : `expected ${title} as a map of fields`
  const words = errorMessage ?? patternErrorMessage
  if (words !== undefined || type === undefined) return words
  if (isNumeric(type)) return `expected a ${type === 'integer' ? 'whole number' : type} from ${minimum} to ${maximum}`
  return `expected ${TYPE_WORDS.get(type)}`
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
])

/** Why a number may not be the one that was meant. */
function doubtOf(node: ScalarNode): Finding | undefined {
  switch (node.doubt) {
    case 'leading_zero':
      return {
        code: 'ambiguous_number',
        message: `${node.written} is ${node.value} in YAML 1.2, but another number (octal) in YAML 1.1`,
        fix: `write ${node.value}, or "${node.written}" for text`,
      }
    case 'inexact':
      return {
        code: 'inexact_number',
        message: `${node.written.slice(0, 40)} is too large to be kept exactly`,
        fix: 'put it in quotes, if it is an identifier',
      }
    case 'not_finite':
      return { code: 'wrong_value', message: `expected a finite number, found ${node.written}` }
    default:
      return undefined
  }
}
