import { endOfString } from '../contract/json-text.ts'

/**
 * The first number in a valid JSON text that parsing would change: an integer that double precision rounds, or a number
 * beyond its range. An id that is off by one names a different record, so such a number must be refused rather than passed
 * to a tool. Fractions are rounded as usual.
 */
export function inexactNumber(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 34 /* " */) i = endOfString(text, i)
    else if (char === 45 /* - */ || isDigit(char)) {
      const literal = numberAt(text, i)
      if (!isHeldExactly(literal)) return literal
      i += literal.length - 1
    }
  }
  return undefined
}

function numberAt(text: string, start: number): string {
  const length = text.slice(start).search(/[\s,\]}]/)
  return length === -1 ? text.slice(start) : text.slice(start, start + length)
}

const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Whether the parsed value is the number that is written. Integers are recognised in every form: `9007199254740993.0` and
 * `9007199254740993e0` are integers. A number whose exponent adds zeros (`6.02e23`) is a magnitude, which is exact enough if
 * its value is written with the same digits.
 */
function isHeldExactly(literal: string): boolean {
  const value = Number(literal)
  if (Number.isSafeInteger(value)) return true
  if (!Number.isFinite(value)) return false
  const [, whole = '', places = '', exponent = '0'] = NUMBER.exec(literal) ?? []
  const fraction = trimmed(places)
  const shift = Number(exponent) - fraction.length
  const digits = whole + fraction
  if (shift > 0) return significant(digits) === significant(digitsOf(value))
  const end = digits.length + shift
  // The number is a fraction, which is rounded as usual.
  if (end < 0 || trimmed(digits).length > end) return true
  return BigInt(digits.slice(0, end)) === BigInt(Math.abs(value))
}

/** The digits with which JavaScript writes a number. */
function digitsOf(value: number): string {
  return String(Math.abs(value)).replace(/e.*$/, '').replace('.', '')
}

/** Digits without leading and trailing zeros. */
function significant(digits: string): string {
  return trimmed(digits).replace(/^0+/, '')
}

/** Digits without trailing zeros. */
function trimmed(digits: string): string {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 48 /* 0 */) end--
  return digits.slice(0, end)
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57
}
