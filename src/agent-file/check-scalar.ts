import { suggest } from '../core/suggest.ts'
import { DURATION_PATTERN, durationMs, MAX_DURATION_MS, MIN_DURATION_MS } from './duration.ts'
import { mismatch, type Value } from './mismatch.ts'
import type { Findings } from './problem.ts'
import { type ChoiceShape, type NumberShape, spellings, type TextShape } from './shape.ts'
import { quoted } from './source.ts'
import type { Node, ScalarNode } from './tree.ts'

export function checkText(value: Value, shape: TextShape, findings: Findings): void {
  const { node, path } = value
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    const fix = node.kind === 'scalar' && node.value !== null ? `put it in quotes: "${node.written}"` : undefined
    return mismatch(value, shape.pattern?.words ?? 'text', findings, fix)
  }
  if (!/\S/.test(node.value)) {
    findings.error(node.span, path, {
      code: 'wrong_value',
      message: 'expected text, found none',
      fix: 'write the text, or remove the field',
    })
  } else if (shape.pattern !== undefined && !new RegExp(shape.pattern.regex).test(node.value)) {
    findings.error(node.span, path, {
      code: 'wrong_value',
      message: `expected ${shape.pattern.words}, found ${quoted(node.value)}`,
    })
  }
}

export function checkNumber(value: Value, shape: NumberShape, findings: Findings): void {
  const { node, path } = value
  const expected = shape.whole ? 'a whole number' : 'a number'
  const range = `${expected} from ${shape.min} to ${shape.max}`
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    return mismatch(value, range, findings, numberFix(node))
  }
  if (reportDoubt(node, path, findings)) return
  const fits = node.value >= shape.min && node.value <= shape.max && (!shape.whole || Number.isInteger(node.value))
  if (!fits)
    findings.error(node.span, path, { code: 'wrong_value', message: `expected ${range}, found ${node.written}` })
}

function numberFix(node: Node): string | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined
  const plain = node.value
    .trim()
    .replaceAll(/(?<=\d)[_ '](?=\d)/g, '')
    .replace(',', '.')
  return /^[-+]?\d+(\.\d+)?$/.test(plain) ? `write ${plain}, without quotes` : undefined
}

/** Whether a number was reported since it may not be the one that was meant. */
export function reportDoubt(node: ScalarNode, path: string, findings: Findings): boolean {
  switch (node.doubt) {
    case 'leading_zero':
      findings.error(node.span, path, {
        code: 'ambiguous_number',
        message: `${node.written} is ${node.value} in YAML 1.2, but another number (octal) in YAML 1.1`,
        fix: `write ${node.value}, or "${node.written}" for text`,
      })
      return true
    case 'inexact':
      findings.error(node.span, path, {
        code: 'inexact_number',
        message: `${node.written.slice(0, 40)} is too large to be kept exactly`,
        fix: 'put it in quotes, if it is an identifier',
      })
      return true
    case 'not_finite':
      findings.error(node.span, path, {
        code: 'wrong_value',
        message: `expected a finite number, found ${node.written}`,
      })
      return true
    default:
      return false
  }
}

const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
])

export function checkBoolean(value: Value, findings: Findings): void {
  const { node } = value
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return
  const meant =
    node.kind === 'scalar' && typeof node.value === 'string' ? BOOLEAN_WORDS.get(node.value.toLowerCase()) : undefined
  mismatch(value, 'true or false', findings, meant === undefined ? undefined : `write ${meant}`)
}

export function checkChoice(value: Value, shape: ChoiceShape, findings: Findings): void {
  const { node, path } = value
  const expected = alternatives(shape.values)
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return mismatch(value, expected, findings)
  if (spellings(shape).includes(node.value)) return
  const meant = shape.values.length === 1 ? shape.values[0] : suggest(node.value, shape.values)
  findings.error(node.span, path, {
    code: 'wrong_value',
    message: `expected ${expected}, found ${quoted(node.value)}`,
    ...(meant !== undefined && { fix: `write ${meant}` }),
  })
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

export function checkDuration(value: Value, findings: Findings): void {
  const { node, path } = value
  const given = node.kind === 'scalar' ? node.value : null
  const ms = typeof given === 'number' || typeof given === 'string' ? durationMs(given) : undefined
  if (ms === undefined) {
    const fix = typeof given === 'string' ? durationFix(given) : undefined
    return mismatch(value, 'a duration such as 10s, 500ms, 1m30s, or a number of seconds', findings, fix)
  }
  if (node.kind === 'scalar' && reportDoubt(node, path, findings)) return
  if (ms < MIN_DURATION_MS || ms > MAX_DURATION_MS) {
    findings.error(node.span, path, {
      code: 'wrong_value',
      message: `expected a duration from 1ms to ${Math.floor(MAX_DURATION_MS / 3_600_000)}h, found ${quoted(String(given))}`,
    })
  }
}

function durationFix(text: string): string | undefined {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  const known = unit === '' ? 's' : suggestUnit(unit.toLowerCase())
  const meant = `${amount}${known}`
  return known !== undefined && new RegExp(DURATION_PATTERN).test(meant) ? `write ${meant}` : undefined
}

function suggestUnit(unit: string): string | undefined {
  if (/^(ms|millis.*|msecs?)$/.test(unit)) return 'ms'
  return ['s', 'm', 'h'].find((known) => unit.startsWith(known))
}
