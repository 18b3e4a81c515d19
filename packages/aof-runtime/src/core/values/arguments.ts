import { inexactNumber } from './exact-numbers.ts'
import type { ErrorCode } from '../contract/error-code.ts'
import { copyFlat, flatMayRefer } from './flat-copy.ts'
import { copyJson, MAX_DEPTH, NotJson, utf8Length } from './json-copy.ts'
import type { JsonValue } from '../contract/json.ts'
import { excerpt, jsonFault } from './json-fault.ts'
import { endOfString } from '../contract/json-text.ts'
import { isInstance } from '../contract/safe-checks.ts'
import { redactPatterns } from './secret-patterns.ts'
import { printable } from '../contract/text.ts'

/** A call's arguments as a value of their own, or the error, in words that a model can act on. */
export type ReadArguments =
  | {
      readonly ok: true
      readonly value: unknown
      /** Whether a key in the value may begin with a dollar sign, as that of a reference does. */
      readonly mayRefer: boolean
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

/**
 * The value of a call's arguments: parsed from the model's JSON text, or copied. Text is parsed unchanged or refused, never
 * repaired: a call whose arguments were cut off must not run. Blank text and null are `{}`, which several providers send for
 * no arguments.
 *
 * @param redact removes secrets from the quoted part of a text that cannot be parsed
 */
export function readArguments(
  given: unknown,
  maxBytes: number,
  redact: (text: string) => string = redactPatterns,
): ReadArguments {
  return typeof given === 'string' ? parse(given, maxBytes, redact) : copy(given, maxBytes)
}

/** Results of scanning a JSON text. */
const PLAIN = 0
const HAS_DOLLAR = 1
const SUSPICIOUS = 2

/**
 * Scans a JSON text. It is suspicious if its value may have keys that reach a prototype, unpaired surrogates, or numbers that
 * double precision would change. For the short texts of most calls a loop is several times faster than the engine's functions.
 */
function scan(text: string): number {
  if (text.length > 256) {
    if (/__proto__|constructor|\\u|[0-9]{16}|[0-9][eE]/.test(text) || !text.isWellFormed()) return SUSPICIOUS
    return text.includes('$') ? HAS_DOLLAR : PLAIN
  }
  let digits = 0
  let found = PLAIN
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char >= 48 /* 0 */ && char <= 57 /* 9 */) {
      if (++digits === 16) return SUSPICIOUS
      continue
    }
    if (digits > 0 && (char | 32) === 101 /* e, E */) return SUSPICIOUS
    digits = 0
    if (char === 92 /* \ */ || (char & 0xf800) === 0xd800) return SUSPICIOUS
    if (char === 95 /* _ */ && text.startsWith('__proto__', i)) return SUSPICIOUS
    if (char === 99 /* c */ && text.startsWith('constructor', i)) return SUSPICIOUS
    if (char === 36 /* $ */) found = HAS_DOLLAR
  }
  return found
}

function parse(text: string, maxBytes: number, redact: (text: string) => string): ReadArguments {
  if (text.length > maxBytes || (text.length * 3 > maxBytes && utf8Length(text) > maxBytes))
    return refused('invalid_arguments', `are larger than ${maxBytes} bytes`)
  if (isBlank(text)) return { ok: true, value: {}, mayRefer: false }
  if (text.length > 2 * MAX_DEPTH && isTooDeep(text))
    return refused('invalid_arguments', `are nested deeper than ${MAX_DEPTH} levels`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { at, why } = jsonFault(text)
    return refused(
      'unparsable_arguments',
      `are not valid JSON (at position ${at} ${why}: ${excerpt(text, at, redact)})`,
      'Send one complete JSON object, every quote and bracket closed.',
    )
  }
  if (value === null) return { ok: true, value: {}, mayRefer: false }
  const found = scan(text)
  return found === SUSPICIOUS ? checked(text, value, maxBytes) : { ok: true, value, mayRefer: found === HAS_DOLLAR }
}

function checked(text: string, value: unknown, maxBytes: number): ReadArguments {
  const inexact = inexactNumber(text)
  if (inexact === undefined) return copy(value, maxBytes)
  return refused(
    'invalid_arguments',
    `have the number ${printable(inexact, 60)}, which double precision would change`,
    'Send it as a string, or send a number that double precision holds exactly.',
  )
}

function isBlank(text: string): boolean {
  return (text.length < 16 || text.charCodeAt(0) <= 32) && text.trim() === ''
}

function copy(value: unknown, maxBytes: number): ReadArguments {
  if (value === undefined || value === null) return { ok: true, value: {}, mayRefer: false }
  try {
    const flat = typeof value === 'object' ? copyFlat(value, maxBytes) : undefined
    if (flat !== undefined) return { ok: true, value: flat, mayRefer: flatMayRefer() }
    const copied = copyJson(value, { maxBytes, refusePrototypeKeys: true })
    return { ok: true, value: copied, mayRefer: hasDollarKey(copied) }
  } catch (error) {
    return refused(
      'invalid_arguments',
      isInstance(error, NotJson) ? `cannot be copied: the value ${error.message}` : 'cannot be read',
    )
  }
}

function hasDollarKey(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasDollarKey)
  for (const key in value) {
    if (key.charCodeAt(0) === 36 /* $ */) return true
    const inside = value[key] as JsonValue
    if (typeof inside === 'object' && hasDollarKey(inside)) return true
  }
  return false
}

function refused(code: ErrorCode, what: string, todo = 'Send a smaller, plain JSON object.'): ReadArguments {
  return { ok: false, code, message: `The arguments ${what}. ${todo}` }
}

/** Whether brackets outside of strings nest too deep; checked before JSON.parse spends seconds on a million levels. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 34 /* " */) i = endOfString(text, i)
    else if (char === 91 /* [ */ || char === 123 /* { */) {
      if (++depth > MAX_DEPTH) return true
    } else if (char === 93 /* ] */ || char === 125 /* } */) depth--
  }
  return false
}
