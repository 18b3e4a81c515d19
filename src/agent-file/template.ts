import type { Findings, Finding } from './problem.ts'
import { quoted } from './source.ts'
import { type Node, wordOf } from './tree.ts'

/** Text with places for the values of environment variables. */
export type Template = readonly TemplatePart[]

export type TemplatePart = string | { readonly variable: string; readonly fallback?: string }

/** A template, or what is wrong with the text. */
type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly finding: Finding }

/**
 * Reads text in which `${NAME}` and `${NAME:-default}` stand for the value of a variable; `$${` is `${` itself.
 */
function parseTemplate(text: string): ParsedTemplate {
  const parts: TemplatePart[] = []
  let rest = text
  while (rest !== '') {
    const at = rest.indexOf('${')
    if (at === -1) return { ok: true, template: [...parts, rest] }
    if (rest[at - 1] === '$') {
      parts.push(`${rest.slice(0, at - 1)}\${`)
      rest = rest.slice(at + 2)
      continue
    }
    const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\}/.exec(rest.slice(at))
    if (reference === null) return { ok: false, finding: unreadable(rest.slice(at, at + 30)) }
    const [whole, variable = '', fallback] = reference
    if (at > 0) parts.push(rest.slice(0, at))
    parts.push({ variable, ...(fallback !== undefined && { fallback }) })
    rest = rest.slice(at + whole.length)
  }
  return { ok: true, template: parts }
}

function unreadable(text: string): Finding {
  return {
    code: 'substitution',
    message: `expected \${NAME} or \${NAME:-default}, found ${quoted(text)}`,
    fix: 'write $${ for the characters ${',
  }
}

/** What a template comes to, or the names of the variables that are not set and have no default. */
export type Filled = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string[] }

/** Puts the values of `env` into a template. An empty variable takes the default, as in a shell. */
export function fillTemplate(template: Template, env: Readonly<Record<string, string | undefined>>): Filled {
  const missing: string[] = []
  const text = template.map((part) => {
    if (typeof part === 'string') return part
    const value = Object.hasOwn(env, part.variable) ? env[part.variable] : undefined
    if (part.fallback !== undefined) return value === undefined || value === '' ? part.fallback : value
    if (value === undefined) missing.push(part.variable)
    return value ?? ''
  })
  return missing.length > 0 ? { ok: false, missing } : { ok: true, text: text.join('') }
}

/** The template that a node holds, or undefined; what is wrong with it is among the findings. */
export function readTemplate(node: Node, path: string, findings: Findings): Template | undefined {
  const text = wordOf(node)
  if (text === undefined) return undefined
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  findings.error(node.span, path, parsed.finding)
  return undefined
}

/** Warns of a `${NAME}` where nothing is put in: secrets do not get into prompts that way, nor do values. */
export function warnOfReferences(node: Node | undefined, path: string, reader: string, findings: Findings): void {
  const text = wordOf(node)
  const reference = text === undefined ? null : /\$\{[A-Za-z_]\w*[^${}\s]*\}?/.exec(text)
  if (node === undefined || reference === null) return
  const { start, end } = node.span
  const at = findings.source.text.slice(start, end).indexOf(reference[0])
  const from = at === -1 ? start : start + at
  findings.warn({ start: from, end: at === -1 ? end : from + reference[0].length }, path, {
    code: 'not_substituted',
    message: `no variable is put in here: ${reader} gets the characters ${reference[0]} as they are`,
    fix: 'variables are put into environment, and into env and headers of MCP servers',
  })
}
