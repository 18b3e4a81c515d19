import { CharacterSet, complement, DIGITS, propertyTest, type Ranges, SPACE, WORD } from './character-set.ts'
import { foreignEscape, POSIX_CLASS, posixClass } from './foreign-syntax.ts'
import type { Reader } from './reader.ts'

/** The meaning of an escape: one character, or any character of a set. */
export type Escaped = number | { readonly ranges: Ranges; readonly properties: readonly RegExp[] }

const CLASSES: Readonly<Record<string, Ranges>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
}
const NESTED_SET =
  'it has a set within a set, which ECMAScript regular expressions do not know: write one set, or \\[ and \\] for brackets'

const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d }

/** Reads an escape for characters. Its syntax is the same inside and outside of a set. */
export function readEscape(reader: Reader): Escaped {
  const property = reader.match(/\\[pP]\{[\w=]+\}/y)
  if (property !== undefined) {
    try {
      return { ranges: [], properties: [propertyTest(property[0])] }
    } catch {
      throw new Error(`it has ${property[0]}, a property that Unicode does not have`)
    }
  }
  const pair = reader.match(/\\u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/y)
  if (pair !== undefined)
    return String.fromCharCode(parseInt(pair[1] as string, 16), parseInt(pair[2] as string, 16)).codePointAt(
      0,
    ) as number
  const coded = reader.match(/\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2}))/y)
  if (coded !== undefined) {
    const code = parseInt((coded[1] ?? coded[2] ?? coded[3]) as string, 16)
    if (code > 0x10_ff_ff) throw new Error(`it has ${coded[0]}, which is beyond the last character`)
    return code
  }
  const control = reader.match(/\\c([a-zA-Z])/y)
  if (control !== undefined) return (control[1] as string).charCodeAt(0) & 0x1f
  if (reader.match(/\\0(?!\d)/y) !== undefined) return 0
  const letter = reader.match(/\\([\da-zA-Z])/y)?.[1]
  if (letter !== undefined) {
    const ranges = CLASSES[letter]
    if (ranges !== undefined) return { ranges, properties: [] }
    const code = CONTROLS[letter]
    if (code !== undefined) return code
    throw new Error(foreignEscape(letter))
  }
  // Any other character may be escaped without need.
  const other = reader.match(/\\(.)/suy)
  if (other === undefined) throw reader.invalid('it ends with a backslash')
  return (other[1] as string).codePointAt(0) as number
}

export function readSet(reader: Reader): CharacterSet {
  refusePosixClass(reader)
  reader.take('[')
  const negated = reader.take('^')
  const ranges: number[] = []
  const properties: RegExp[] = []
  let hasBracket = false
  let isEmpty = true
  const add = (item: Escaped): void => {
    if (typeof item === 'number') ranges.push(item, item)
    else {
      ranges.push(...item.ranges)
      properties.push(...item.properties)
    }
  }
  while (!reader.take(']')) {
    isEmpty = false
    refusePosixClass(reader)
    if (reader.sees('&&[')) throw new Error(NESTED_SET)
    if (reader.sees('[')) hasBracket = true
    const first = readItem(reader)
    const isRange = reader.sees('-') && !reader.sees('-]')
    if (!isRange) {
      add(first)
      continue
    }
    reader.take('-')
    const last = readItem(reader)
    if (typeof first === 'number' && typeof last === 'number') {
      if (first > last) throw reader.invalid('it has a range that is out of order')
      ranges.push(first, last)
    } else {
      // A hyphen beside a class is literal.
      add(first)
      add(0x2d)
      add(last)
    }
  }
  if (hasBracket && reader.sees(']')) throw new Error(NESTED_SET)
  if (isEmpty && /^[^[\]\\]*\]/.test(reader.rest(reader.source.length)))
    throw new Error('it has a ] first in a set, which ends the set: write \\] for a bracket')
  return new CharacterSet(ranges, properties, negated)
}

function refusePosixClass(reader: Reader): void {
  const written = reader.match(POSIX_CLASS)
  if (written !== undefined) throw new Error(posixClass(written[0]))
}

function readItem(reader: Reader): Escaped {
  if (reader.match(/\\b/y) !== undefined) return 0x08
  if (reader.sees('\\')) return readEscape(reader)
  const [plain] = reader.match(/./suy) ?? []
  if (plain === undefined) throw reader.invalid('it has a [ that is not closed')
  return plain.codePointAt(0) as number
}
