import { endOfString } from '../contract/json-text.ts'
import { printable } from '../contract/text.ts'

/** The first fault of a text that is not JSON. */
export interface JsonFault {
  /** Position of the fault, from 0. */
  readonly at: number
  /** The reason; completes "at position 7 …". */
  readonly why: string
}

const SCALAR = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.+-])/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/**
 * The first fault of a text that JSON.parse refuses, the same on every engine. The engines' own messages differ, and some
 * quote the text before secrets are removed.
 */
export function jsonFault(text: string): JsonFault {
  const open: ('}' | ']')[] = []
  let expects: 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma' = 'value'
  let i = 0
  for (;;) {
    i = afterSpace(text, i)
    const char = text[i]
    const closer = open.at(-1)
    if (expects === 'comma' && closer === undefined)
      return { at: i, why: char === undefined ? 'it ends' : 'there is more after its end' }
    if (char === undefined) return { at: i, why: `it ends, where ${wordsFor(expects, closer)} was expected` }
    if (char === closer && (expects === 'comma' || expects === 'value or end' || expects === 'key or end')) {
      open.pop()
      expects = 'comma'
      i++
    } else if (expects === 'comma' && char === ',') {
      expects = closer === '}' ? 'key' : 'value'
      i++
    } else if (expects === 'colon' && char === ':') {
      expects = 'value'
      i++
    } else if (char === '"' && expects !== 'comma' && expects !== 'colon') {
      const fault = stringFault(text, i)
      if (fault !== undefined) return fault
      i = endOfString(text, i) + 1
      expects = expects.startsWith('key') ? 'colon' : 'comma'
    } else if (expects.startsWith('value') && (char === '{' || char === '[')) {
      open.push(char === '{' ? '}' : ']')
      expects = char === '{' ? 'key or end' : 'value or end'
      i++
    } else {
      SCALAR.lastIndex = i
      if (!expects.startsWith('value') || !SCALAR.test(text))
        return { at: i, why: `${wordsFor(expects, closer)} was expected` }
      i = SCALAR.lastIndex
      expects = 'comma'
    }
  }
}

function afterSpace(text: string, from: number): number {
  let i = from
  while (i < text.length && ' \t\n\r'.includes(text.charAt(i))) i++
  return i
}

/** The fault in the string that begins at `start`; undefined if there is none. */
function stringFault(text: string, start: number): JsonFault | undefined {
  const end = endOfString(text, start)
  for (let i = start + 1; i < Math.min(end, text.length); i++) {
    if (text.charCodeAt(i) < 32)
      return { at: i, why: 'a control character stands in a string, where it has to be escaped' }
    if (text[i] !== '\\') continue
    ESCAPE.lastIndex = i
    if (!ESCAPE.test(text))
      return text.length - i < 6 && end >= text.length
        ? { at: text.length, why: 'it ends within a string' }
        : { at: i, why: 'a backslash begins no escape that JSON knows' }
    i = ESCAPE.lastIndex - 1
  }
  return end >= text.length ? { at: text.length, why: 'it ends within a string' } : undefined
}

function wordsFor(expects: string, closer: string | undefined): string {
  switch (expects) {
    case 'colon':
      return 'a colon'
    case 'comma':
      return `a comma or ${closer ?? 'the end'}`
    case 'key':
      return 'a key in double quotes'
    case 'key or end':
      return 'a key in double quotes or }'
    case 'value or end':
      return 'a value or ]'
    default:
      return 'a value'
  }
}

/** The characters of a text that are shown before and after a place. */
const BESIDE = 40

/** The characters before and after a place that are searched for secrets: a secret without its beginning is not recognised. */
const LOOKED_AT = 16_384

/**
 * The text around a place, for an error message: at most 80 characters, on one line, without control characters, and with
 * an ellipsis where text is cut off.
 *
 * @param redact removes secrets; it gets the surrounding text before that is cut
 */
export function excerpt(text: string, at: number, redact: (text: string) => string): string {
  const from = Math.max(0, at - LOOKED_AT)
  const around = text.slice(from, at + LOOKED_AT)
  const clean = redact(around)
  // A secret removed before the place moves it; a place inside a secret has no exact equivalent.
  const place = clean === around ? at - from : Math.min(clean.length, redact(around.slice(0, at - from)).length)
  const shown = clean.slice(Math.max(0, place - BESIDE), place + BESIDE)
  const isCutBefore = from > 0 || place > BESIDE
  const isCutAfter = from + around.length < text.length || place + BESIDE < clean.length
  const line = printable(shown, Infinity).replace(/\s+/g, ' ')
  return `${isCutBefore ? '…' : ''}${line}${isCutAfter ? '…' : ''}`
}
