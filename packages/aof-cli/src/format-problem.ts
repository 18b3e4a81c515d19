import type { Problem } from './agent-file/problem.ts'
import type { Excerpt } from './agent-file/source.ts'
import type { Style } from './style.ts'
import { displayWidth, oneLine, wrap } from './text.ts'

/**
 * A problem for people: its place (in a form that terminals make a link of), its message, the line with the wrong words
 * marked, and the remedy.
 */
export function formatProblem(problem: Problem, style: Style, width: number): string {
  const { file, line, column, severity, message, fix, excerpt } = problem
  const place = line === 0 ? oneLine(file) : `${oneLine(file)}:${line}:${column}`
  const label = severity === 'error' ? style.error('error') : style.warning('warning')
  const gutter = String(line).length + 3
  const taken = displayWidth(place) + severity.length + 2
  const [words = '', ...moreWords] = wrap(oneLine(message), width - 2, taken)
  const lines = [`${style.strong(place)} ${label} ${words}`, ...moreWords.map((text) => `  ${text}`)]
  lines.push(...excerptLines(excerpt, line, style, width))
  if (fix !== undefined) {
    const [first = '', ...more] = wrap(oneLine(fix), width - gutter - 7)
    lines.push(`${' '.repeat(gutter)} ${style.good('fix:')} ${first}`)
    for (const text of more) lines.push(`${' '.repeat(gutter)}      ${text}`)
  }
  return lines.join('\n')
}

/** A problem of a file in the form for machines, without the underlined part of its line. */
export function problemWords({ excerpt, ...problem }: Omit<Problem, 'file'>): object {
  return { ...problem, excerpt: excerpt.text }
}

function excerptLines(excerpt: Excerpt, line: number, style: Style, width: number): string[] {
  if (excerpt.text.trim() === '') return []
  const number = `  ${line}`
  const shown = fit(excerpt, Math.max(width - number.length - 3, 20))
  const before = oneLine(shown.text.slice(0, shown.start), Infinity)
  const marked = oneLine(shown.text.slice(shown.start, shown.end), Infinity)
  const after = oneLine(shown.text.slice(shown.end), Infinity)
  const caret = ' '.repeat(displayWidth(before)) + '^'.repeat(Math.max(displayWidth(marked), 1))
  const bar = style.dim('|')
  return [
    `${style.dim(number)} ${bar} ${before}${style.strong(marked)}${after}`.trimEnd(),
    `${' '.repeat(number.length)} ${bar} ${style.error(caret)}`,
  ]
}

/** The part of an excerpt that is near its place and fits in `width` columns. */
function fit(excerpt: Excerpt, width: number): Excerpt {
  const { text, start, end } = excerpt
  if (displayWidth(text) <= width) return excerpt
  const from = Math.max(0, Math.min(start - Math.floor(width / 4), text.length - width + 1))
  const head = from > 0 ? '…' : ''
  const cut = head + text.slice(from, from + width - head.length - 1)
  const shift = from - head.length
  const tail = from + width - head.length - 1 < text.length ? '…' : ''
  return { text: cut + tail, start: start - shift, end: Math.max(start - shift + 1, Math.min(end - shift, cut.length)) }
}
