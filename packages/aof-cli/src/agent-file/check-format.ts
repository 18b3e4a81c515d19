import { keysOf, suggest } from 'aof-runtime/internal'
import { compileLocating } from 'aof-runtime/internal/json-schema'
import { adviceFor } from './advice.ts'
import { DURATION_PATTERN } from './duration.ts'
import { AGENT_SCHEMA, NAMED_TOOL_FIELDS, TOOL_SIGNS } from './format.ts'
import { type FormatSchema, schemaAt } from './format-parts.ts'
import { type Finding, type Findings, MAX_PROBLEMS } from './problem.ts'
import { quoted } from './source.ts'
import { itemsOf, jsonOf, type MapNode, type Node, nodeAt, type ScalarNode } from './tree.ts'
import { unknownFix } from './unknown-field.ts'

let validate: ReturnType<typeof compileLocating> | undefined

/**
 * Reports everything in an agent file that does not fit its schema.
 *
 * @param tools the JSON Pointer of its list of tools
 * @param findings includes the findings of the readers (command.ts, model.ts, …), whose rules the schema repeats
 *   under `allOf`
 */
export function checkFormat(document: MapNode, tools: string, findings: Findings): void {
  validate ??= compileLocating(AGENT_SCHEMA, MAX_PROBLEMS)
  const misspelt = reportMisspeltTools(document, tools, findings)
  // NaN is within no bounds, so a number that is possibly not the intended one never fits.
  const issues = validate(jsonOf(document, ({ value, doubt }) => (doubt === undefined ? value : NaN)))
  for (const isRepeated of [false, true]) {
    // If a reader found an error, its words are better.
    if (isRepeated && findings.failed) return
    for (const { pointer, schema = '#', message } of issues) {
      if (schema.includes('/allOf/') !== isRepeated) continue
      if (misspelt.some((tool) => `${pointer}/`.startsWith(`${tool}/`))) continue
      report(nodeAt(document, pointer), schema, keysOf(pointer).at(-1) ?? '', message, findings)
    }
  }
}

/**
 * Reports tools whose kind is unknown because the deciding field is misspelt. Further issues of these tools mean nothing.
 *
 * @returns their pointers
 */
function reportMisspeltTools(document: MapNode, tools: string, findings: Findings): string[] {
  return itemsOf(nodeAt(document, tools)).flatMap((tool, index) => {
    if (tool.kind !== 'map' || TOOL_SIGNS.some((sign) => tool.entries.has(sign))) return []
    for (const [name, { key }] of tool.entries) {
      const meant = NAMED_TOOL_FIELDS.includes(name) ? undefined : suggest(name, TOOL_SIGNS)
      if (meant === undefined) continue
      findings.error(key, {
        code: 'unknown_field',
        message: `unknown field ${quoted(name)}`,
        fix: `did you mean ${meant}?`,
      })
      return [`${tools}/${index}`]
    }
    return []
  })
}

/** Reports that a node with the key `name` does not fit the schema at `pointer`. Without words in the schema, `message` is reported. */
function report(node: Node, pointer: string, name: string, message: string, findings: Findings): void {
  const schema = schemaAt(AGENT_SCHEMA, pointer)
  if (schema === false)
    return reportKey(node, name, schemaAt(AGENT_SCHEMA, pointer.slice(0, pointer.lastIndexOf('/'))), findings)
  const missing = node.kind === 'map' ? (schema.required ?? []).filter((field) => !node.entries.has(field)) : []
  for (const field of missing) {
    findings.error(node.key, {
      code: 'missing_field',
      message: `${schema.title} lacks the field ${field}`,
      fix: `add ${field}: ${fieldOf(schema, field).description}`,
    })
  }
  if (missing.length > 0) return
  const isNothing = node.kind === 'scalar' && node.value === null
  findings.error(isNothing ? node.key : node.span, findingFor(node, schema, message))
}

function fieldOf({ properties }: FormatSchema, name: string): FormatSchema {
  const schema = properties?.[name] ?? {}
  return (schema.$ref === undefined ? schema : schemaAt(AGENT_SCHEMA, schema.$ref)) || schema
}

/** Reports a key that is not allowed in its map. */
function reportKey({ key }: Node, name: string, schema: FormatSchema | false, findings: Findings): void {
  if (schema === false) return
  findings.error(
    key,
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
  return {
    code: isOfType && schema.pattern !== DURATION_PATTERN ? 'wrong_value' : 'wrong_type',
    message: `${expectation(schema) ?? message}, found ${found}`,
    fix: adviceFor(node, schema),
  }
}

function isBlank(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && !/\S/.test(node.value)
}

function isNumeric(type: string): boolean {
  return type === 'number' || type === 'integer'
}

/** The type of a value, as JSON Schema names it. */
function typeOf(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'object' : 'array'
  return node.value === null ? 'null' : typeof node.value
}

function described(node: Node): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? quoted(node.value) : `the ${typeof node.value} ${node.written}`
}

/** The expectation of a schema in words; undefined if the schema has neither words nor a type. */
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

/** The reason why a number is possibly not the intended one. */
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
