import type { Findings, Finding } from './problem.ts'
import { quoted } from './source.ts'
import { type Node, wordOf } from './tree.ts'

/** Text with placeholders for environment variables. */
export type Template = readonly TemplatePart[]

export type TemplatePart = string | { readonly variable: string; readonly fallback?: string }

/** A template, or the finding for a wrong text. */
type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly finding: Finding }

/**
 * Parses text in which `${NAME}` and `${NAME:-default}` stand for the value of a variable, and `$${` for `${`.
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

/** A filled template, or the names of the variables that are neither set nor have a default. */
export type Filled = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string[] }

/** Fills a template with the values of `env`. An empty variable gets the default, as in a shell. */
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

/** The template in a node; undefined, with a finding, if it is malformed. */
export function readTemplate(node: Node, findings: Findings): Template | undefined {
  const text = wordOf(node)
  if (text === undefined) return undefined
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  findings.error(node.span, parsed.finding)
  return undefined
}

/** Warns of a `${NAME}` that stays as it is: variables, and so secrets, are not substituted in prompts. */
export function warnOfReferences(node: Node | undefined, reader: string, findings: Findings): void {
  const text = wordOf(node)
  const reference = text === undefined ? null : /\$\{[A-Za-z_]\w*[^${}\s]*\}?/.exec(text)
  if (node === undefined || reference === null) return
  const { start, end, path } = node.span
  const at = findings.source.text.slice(start, end).indexOf(reference[0])
  const from = at === -1 ? start : start + at
  findings.warn(
    { start: from, end: at === -1 ? end : from + reference[0].length, path },
    {
      code: 'not_substituted',
      message: `no variable is put in here: ${reader} gets the characters ${reference[0]} as they are`,
      fix: 'variables are put into environment, and into env and headers of MCP servers',
    },
  )
}
