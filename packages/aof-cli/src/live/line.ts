import { clip, displayWidth } from '../text.ts'

/** A segment of a line: text without control characters, and its style. */
export interface Segment {
  readonly text: string
  readonly mark?: (text: string) => string
}

/** Joins segments to one line of at most `width` columns. The first segment that does not fit is cut; later ones are left out. */
export function joinSegments(segments: readonly Segment[], width: number): string {
  let left = width
  let line = ''
  for (const { text, mark } of segments) {
    if (text === '') continue
    const shown = clip(text, left)
    if (shown !== '') line += mark === undefined ? shown : mark(shown)
    if (shown !== text) break
    left -= displayWidth(shown)
  }
  return line
}

/** `text` cut or padded to exactly `width` columns. */
export function column(text: string, width: number): string {
  const shown = clip(text, width)
  return shown + ' '.repeat(Math.max(0, width - displayWidth(shown)))
}

/** `text` at the right end of `width` columns. */
export function rightColumn(text: string, width: number): string {
  const shown = clip(text, width)
  return ' '.repeat(Math.max(0, width - displayWidth(shown))) + shown
}

/**
 * Breaks a line that is safe to print into lines of at most `width` columns: between words if possible, otherwise within
 * a word.
 *
 * @param width at least 1
 */
export function wrapText(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  let taken = 0
  // Each word with the blanks before it.
  for (const [piece] of line.matchAll(/\s*\S+/g)) {
    const wide = displayWidth(piece)
    if (taken + wide <= width) {
      current += piece
      taken += wide
      continue
    }
    if (current !== '') lines.push(current)
    ;[current, taken] = ['', 0]
    for (const character of lines.length === 0 ? piece : piece.trimStart()) {
      const columns = displayWidth(character)
      if (taken + columns > width && current !== '') {
        lines.push(current)
        ;[current, taken] = ['', 0]
      }
      if (columns > width) continue
      current += character
      taken += columns
    }
  }
  return [...lines, current]
}

/** Breaks a line of separated parts between the parts if it is wider than `width`. */
export function wrapParts(line: string, separator: string, width: number): string[] {
  const between = ` ${separator} `
  const lines: string[] = []
  for (const part of line.split(between)) {
    const longer = lines.length === 0 ? undefined : `${lines.at(-1)}${between}${part}`
    if (longer !== undefined && displayWidth(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(part)
  }
  return lines
}
