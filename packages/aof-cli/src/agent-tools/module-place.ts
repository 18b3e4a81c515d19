import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '../agent-file/source.ts'
import { Source } from '../agent-file/source.ts'

/** A line of a file, and the column from 1. */
interface Spot {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * The place of a loading error in a module, or in an imported module; undefined if unknown.
 *
 * @param path the path of the module
 */
export function placeInModule(error: unknown, path: string): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const spot = headSpot(stack) ?? frameSpot(stack) ?? (error instanceof SyntaxError ? checkedSpot(path) : undefined)
  return spot === undefined ? undefined : placeOf(spot)
}

/** Node shows the place of a syntax error in the first lines: `file:line`, code, and carets below. */
function headSpot(text: string): Spot | undefined {
  const [head = '', ...more] = text.split('\n', 12)
  const [, file, line] = /^(\/.*|[A-Za-z]:\\.*|file:\/\/.*):(\d+)$/.exec(head) ?? []
  const carets = more.find((shown) => /^\s*\^+\s*$/.test(shown)) ?? ''
  return file === undefined ? undefined : spotOf(file, Number(line), Math.max(carets.indexOf('^'), 0) + 1)
}

/** The innermost frame outside Node and packages. */
function frameSpot(stack: string): Spot | undefined {
  for (const [, file = '', line, column] of stack.matchAll(/\(?(file:\/\/[^\s()]+?):(\d+):(\d+)\)?$/gm)) {
    if (!file.includes('/node_modules/')) return spotOf(file, Number(line), Number(column))
  }
  return undefined
}

/** Node reports the place of a syntax error in JavaScript only with `--check`. */
function checkedSpot(path: string): Spot | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', timeout: 5_000 })
  return headSpot(stderr ?? '')
}

function spotOf(file: string, line: number, column: number): Spot | undefined {
  try {
    return { file: file.startsWith('file:') ? fileURLToPath(file) : file, line, column }
  } catch {
    return undefined
  }
}

function placeOf({ file, line, column }: Spot): Place | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const start = lineStart(text, line) + column - 1
  const way = relative(process.cwd(), file)
  return new Source(way === '' || way.startsWith('..') ? file : way, text).place({ start, end: start + 1 })
}

function lineStart(text: string, line: number): number {
  let start = 0
  for (let n = 1; n < line; n++) start = text.indexOf('\n', start) + 1
  return start
}
