import { suggest } from 'aof-runtime/internal'
import { durationFix, DURATION_PATTERN } from './duration.ts'
import type { FormatSchema } from './format-parts.ts'
import type { Node } from './tree.ts'

/** Advice for a value that does not fit its schema; undefined if the intended value cannot be guessed. */
export function adviceFor(node: Node, schema: FormatSchema): string | undefined {
  if (node.kind !== 'scalar') return undefined
  const { value, written } = node
  if (value === null) return 'write a value, or remove the line'
  const types = [schema.type ?? []].flat()
  if (typeof value !== 'string')
    return schema.pattern !== undefined && types.includes('string') && new RegExp(schema.pattern).test(written)
      ? `put it in quotes: "${written}"`
      : undefined
  if (schema.pattern === DURATION_PATTERN) return durationFix(value)
  if (schema.enum !== undefined) return write(schema.default ?? suggest(value, schema.enum.map(String)))
  if (types.includes('boolean')) return write(BOOLEAN_WORDS.get(value.toLowerCase()))
  if (types.includes('array')) return write(listOf(value))
  return types.includes('integer') || types.includes('number') ? write(numberIn(value)) : undefined
}

function write(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `write ${text}`
}

const BOOLEAN_WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['yes', 'true'],
  ['on', 'true'],
  ['false', 'false'],
  ['no', 'false'],
  ['off', 'false'],
])

function numberIn(text: string): string | undefined {
  const plain = text
    .trim()
    .replaceAll(/(?<=\d)[_ '](?=\d)/g, '')
    .replace(',', '.')
  return /^[-+]?\d+(\.\d+)?$/.test(plain) ? `${plain}, without quotes` : undefined
}

function listOf(text: string): string | undefined {
  if (text.length > 200 || /["'\n]/.test(text)) return undefined
  const items = text.split(/[\s,]+/).filter(Boolean)
  return items.length === 0 ? undefined : `[${items.map(flowWord).join(', ')}]`
}

function flowWord(word: string): string {
  return /^(?:[\w./]|-[\w-])[\w./:=@+-]*$/.test(word) ? word : JSON.stringify(word)
}
