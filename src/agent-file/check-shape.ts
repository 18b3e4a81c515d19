import { suggest } from '../core/suggest.ts'
import { checkBoolean, checkChoice, checkDuration, checkNumber, checkText, reportDoubt } from './check-scalar.ts'
import { mismatch, type Value } from './mismatch.ts'
import type { Findings } from './problem.ts'
import type { ListShape, MapShape, RecordShape, Shape, VariantsShape } from './shape.ts'
import { quoted } from './source.ts'
import { fieldPath, type MapNode, type Node } from './tree.ts'
import { unknownFix } from './unknown-field.ts'

/** Says of everything in `value` that does not have the shape that the format gives it. */
export function checkShape(value: Value, shape: Shape, findings: Findings): void {
  const { node, path } = value
  if (findings.full) return
  switch (shape.kind) {
    case 'text':
      return checkText(value, shape, findings)
    case 'word':
      if (node.kind !== 'scalar' || node.value === null) mismatch(value, 'text', findings)
      return
    case 'number':
      return checkNumber(value, shape, findings)
    case 'boolean':
      return checkBoolean(value, findings)
    case 'choice':
      return checkChoice(value, shape, findings)
    case 'duration':
      return checkDuration(value, findings)
    case 'list':
      return checkList(value, shape, findings)
    case 'map':
      return checkMap(value, shape, findings)
    case 'json_object':
      if (node.kind !== 'map') return mismatch(value, 'a map', findings)
      return checkNumbersIn(node, path, findings)
    case 'record':
      if (node.kind !== 'map') return mismatch(value, `${shape.title} as a map of fields`, findings)
      return checkRecord({ ...value, node }, shape, findings)
    case 'variants':
      return checkVariants(value, shape, findings)
  }
}

/** Says which fields of a record are missing, unknown or not of their shape. */
function checkRecord(value: Value & { readonly node: MapNode }, shape: RecordShape, findings: Findings): void {
  const { node, path, key } = value
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.required !== true || node.entries.has(name)) continue
    findings.error(key, path, {
      code: 'missing_field',
      message: `${shape.title} lacks the field ${name}`,
      fix: `add ${name}: ${field.doc}`,
    })
  }
  for (const [name, entry] of node.entries) {
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined
    const at = fieldPath(path, name)
    if (field !== undefined) checkShape({ node: entry.value, path: at, key: entry.key }, field.shape, findings)
    else {
      findings.error(entry.key, at, {
        code: 'unknown_field',
        message: `unknown field ${quoted(name)} in ${shape.title}`,
        fix: unknownFix(name, shape),
      })
    }
  }
}

function checkList(value: Value, shape: ListShape, findings: Findings): void {
  const { node, path } = value
  if (node.kind !== 'list') {
    const fix = node.kind === 'scalar' && typeof node.value === 'string' ? listFix(node.value) : undefined
    return mismatch(value, 'a list', findings, fix)
  }
  if (node.items.length < (shape.min ?? 0)) {
    findings.error(node.span, path, {
      code: 'wrong_value',
      message: 'expected a list with something in it, found none',
    })
  }
  node.items.forEach((item, index) => {
    checkShape({ node: item, path: `${path}[${index}]`, key: item.span }, shape.items, findings)
  })
}

function listFix(text: string): string | undefined {
  if (text.length > 200 || /["'\n]/.test(text)) return undefined
  const items = text.split(/[\s,]+/).filter(Boolean)
  return items.length === 0 ? undefined : `write [${items.map(flowWord).join(', ')}]`
}

function flowWord(word: string): string {
  return /^(?:[\w./]|-[\w-])[\w./:=@+-]*$/.test(word) ? word : JSON.stringify(word)
}

function checkMap(value: Value, shape: MapShape, findings: Findings): void {
  const { node, path } = value
  if (node.kind !== 'map') return mismatch(value, 'a map', findings)
  const keys = new RegExp(shape.keys.regex)
  for (const [name, entry] of node.entries) {
    if (!keys.test(name)) {
      findings.error(entry.key, fieldPath(path, name), {
        code: 'wrong_value',
        message: `expected ${shape.keys.words}, found ${quoted(name)}`,
      })
    }
    checkShape({ node: entry.value, path: fieldPath(path, name), key: entry.key }, shape.values, findings)
  }
}

function checkVariants(value: Value, shape: VariantsShape, findings: Findings): void {
  const { node } = value
  const variant = shape.variants.find(({ when }) =>
    typeof when === 'string' ? node.kind === when : node.kind === 'map' && node.entries.has(when.field),
  )
  const nothing = node.kind === 'scalar' && node.value === null
  if (variant === undefined || nothing) return mismatch(value, shape.words, findings)
  if (variant.when === 'map' && node.kind === 'map' && reportMisspelt(node, value.path, shape, variant.shape, findings))
    return
  checkShape(value, variant.shape, findings)
}

/**
 * The field that decides which variant is meant may be misspelt: then nothing else can be said of it.
 *
 * @param fallback what it would be taken for
 * @returns whether it is
 */
function reportMisspelt(
  node: MapNode,
  path: string,
  { variants }: VariantsShape,
  fallback: Shape,
  findings: Findings,
): boolean {
  const deciding = variants.flatMap(({ when }) => (typeof when === 'string' ? [] : [when.field]))
  for (const [name, entry] of node.entries) {
    if (fallback.kind === 'record' && Object.hasOwn(fallback.fields, name)) continue
    const meant = suggest(name, deciding)
    if (meant === undefined) continue
    findings.error(entry.key, fieldPath(path, name), {
      code: 'unknown_field',
      message: `unknown field ${quoted(name)}`,
      fix: `did you mean ${meant}?`,
    })
    return true
  }
  return false
}

function checkNumbersIn(node: Node, path: string, findings: Findings): void {
  if (node.kind === 'scalar') reportDoubt(node, path, findings)
  else if (node.kind === 'list')
    node.items.forEach((item, index) => checkNumbersIn(item, `${path}[${index}]`, findings))
  else for (const [key, { value }] of node.entries) checkNumbersIn(value, fieldPath(path, key), findings)
}
