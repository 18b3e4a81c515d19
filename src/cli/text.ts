import { printable } from '../core/text.ts'

/** Text from a file, a model or a command line, made fit for one line of a terminal (I46). */
export function oneLine(text: string, maxLength = 500): string {
  return printable(text, maxLength).replaceAll(/[\t\n\u2028\u2029]/g, ' ')
}

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
const ZERO_WIDTH = /\p{Mark}/u

/** How many columns of a terminal a text takes; it must hold no control characters. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += ZERO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}

/**
 * Breaks text between words into lines of at most `width` columns; a longer word stays whole. `taken` is how much of
 * the first line is taken by what stands before it.
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
