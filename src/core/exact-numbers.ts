import { endOfString } from './json-text.ts'

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

function isHeldExactly(literal: string): boolean {
  const value = Number(literal)
  if (Number.isSafeInteger(value)) return true
  return Number.isFinite(value) && (!/^-?\d+$/.test(literal) || BigInt(literal) === BigInt(value))
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57
}
