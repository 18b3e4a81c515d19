import type { Finding, Findings } from './problem.ts'
import { quoted } from './source.ts'
import { type Node, textOf } from './tree.ts'

/**
 * True if a path, as written, stays below its starting directory: it is relative, uses `/`, and does not lead up and out.
 * Links are not resolved, so code that opens the path must compare real paths (I42).
 */
export function isInside(path: string): boolean {
  if (path === '' || path.startsWith('/') || /[\\\0]/.test(path) || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return false
  let depth = 0
  for (const segment of path.split('/')) {
    if (segment === '..') depth--
    else if (segment !== '' && segment !== '.') depth++
    if (depth < 0) return false
  }
  return true
}

/** Reports a path that does not stay below the directory of the agent file. */
export function checkInside(node: Node | undefined, what: string, findings: Findings): void {
  const written = textOf(node)
  if (node === undefined || written === undefined || isInside(written)) return
  findings.error(node.span, outsideFinding(what, written))
}

/** The finding for a path that leads outside. */
export function outsideFinding(what: string, path: string): Finding {
  return {
    code: 'outside',
    message: `expected ${what} below the directory of this file, found ${quoted(path)}`,
    fix: 'put it there, and write its path with ./ and /',
  }
}
