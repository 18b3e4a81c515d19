import { printable } from 'aof-runtime/internal'

/** Text from a file, a model or a command line, made safe for one line of a terminal (I46). */
export function oneLine(text: string, maxLength = 500): string {
  return printable(text, maxLength)
    .replaceAll(/[\t\n\u2028\u2029]/g, ' ')
    .replaceAll(INVISIBLE, '\uFFFD')
}

/** Formatting characters of every kind, which would change the display of other text. */
const INVISIBLE = /[\p{Cf}\u115F\u1160\u3164\uFFA0]/gu

/**
 * A value's JSON, with an escape for every character that could act on a terminal or hide in it (I46). Parsing it gives
 * the same value.
 *
 * @param indent spaces for each level; 0 for one line
 */
export function jsonText(value: unknown, indent: number): string {
  return escapeHidden(JSON.stringify(value, undefined, indent))
}

/** The value of JSON text; `otherwise` for any other text. */
export function parsedJson(text: string, otherwise?: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** A value as text: text itself, otherwise its JSON; empty if it has none. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

/** Text of JSON, or of quoted YAML, with an escape for every character that could hide on a terminal. */
export function escapeHidden(text: string): string {
  return text.replaceAll(UNSHOWN, escaped)
}

const UNSHOWN = /[\u007F-\u009F\u2028\u2029\p{Cf}\u115F\u1160\u3164\uFFA0]/gu

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, unit) => {
    return `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }).join('')
}

const ASCII = /^[\x20-\x7E]*$/
const WIDE =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]/u
const ZERO_WIDTH = /[\p{Mn}\p{Me}]/u
/** Turns the previous character into an emoji, which is wide. */
const EMOJI_SELECTOR = '\uFE0F'

/**
 * The width of a text on a terminal, in columns; the text must not contain control characters. Terminals differ in a few
 * characters; in none of them is it wider.
 */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  if (character === EMOJI_SELECTOR) return 1
  return ZERO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1
}

/** A text cut to `width` columns, with an ellipsis in the last column if it was cut. */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  let clipped = ''
  let left = width - 1
  for (const character of text) {
    left -= characterWidth(character)
    if (left < 0) break
    clipped += character
  }
  return `${clipped.trimEnd()}…`
}

/**
 * Breaks text between words into lines of at most `width` columns; a longer word stays whole. `taken` is the number of
 * columns of the first line that are used already.
 */
export function wrap(text: string, width: number, taken = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && (lines.length === 0 ? taken : 0) + displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** A number of things: `1 call`, `2 calls`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
