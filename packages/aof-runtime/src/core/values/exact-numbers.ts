import { endOfString } from '../contract/json-text.ts'

/**
 * The first number in a valid JSON text that would become another one when it is parsed: an integer that double
 * precision rounds, or a number beyond its range. An id that is off by one names somebody else's record, so such a
 * number is to be refused rather than passed on. Fractions are rounded as everywhere.
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
 * Whether the value of a number is the one that is written. An integer is however it is written: `9007199254740993.0` and
 * `9007199254740993e0` are. Where zeros are left to the exponent (`6.02e23`) it is a magnitude, which is held if writing the
 * value again gives the same.
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
  // What is left is a fraction, which is rounded as everywhere.
  if (end < 0 || trimmed(digits).length > end) return true
  return BigInt(digits.slice(0, end)) === BigInt(Math.abs(value))
}

/** The digits by which a number is written. */
function digitsOf(value: number): string {
  return String(Math.abs(value)).replace(/e.*$/, '').replace('.', '')
}

/** Digits without the zeros around them. */
function significant(digits: string): string {
  return trimmed(digits).replace(/^0+/, '')
}

/** Digits without the zeros at their end. */
function trimmed(digits: string): string {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 48 /* 0 */) end--
  return digits.slice(0, end)
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57
}
