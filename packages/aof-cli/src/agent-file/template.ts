import type { Findings } from './problem.ts'
import { quoted, spanAt } from './source.ts'
import { type Node, wordOf } from './tree.ts'

/** Text with placeholders for environment variables. */
export type Template = readonly TemplatePart[]

export type TemplatePart = string | { readonly variable: string; readonly fallback?: string }

/**
 * The template in a node, in whose text `${NAME}` and `${NAME:-default}` stand for the value of a variable, and `$${` for
 * `${`; undefined, with a finding, if it is malformed.
 */
export function readTemplate(node: Node, findings: Findings): Template | undefined {
  let rest = wordOf(node)
  if (rest === undefined) return undefined
  const parts: TemplatePart[] = []
  while (rest !== '') {
    const at = rest.indexOf('${')
    if (at === -1) return [...parts, rest]
    if (rest[at - 1] === '$') {
      parts.push(`${rest.slice(0, at - 1)}\${`)
      rest = rest.slice(at + 2)
      continue
    }
    const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\}/.exec(rest.slice(at))
    if (reference === null) {
      findings.error(node.span, {
        code: 'substitution',
        message: `expected \${NAME} or \${NAME:-default}, found ${quoted(rest.slice(at, at + 30))}`,
        fix: 'write $${ for the characters ${',
      })
      return undefined
    }
    const [whole, variable = '', fallback] = reference
    if (at > 0) parts.push(rest.slice(0, at))
    parts.push({ variable, ...(fallback !== undefined && { fallback }) })
    rest = rest.slice(at + whole.length)
  }
  return parts
}

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A filled template, or the names of the variables that are neither set nor have a default. */
export type Filled = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string[] }

/** Fills a template with the values of `env`. An empty variable gets the default, as in a shell. */
export function fillTemplate(template: Template, env: Environment): Filled {
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

/** Warns of a `${NAME}` that stays as it is: variables, and so secrets, are not substituted in prompts. */
export function warnOfReferences(node: Node | undefined, reader: string, findings: Findings): void {
  const text = wordOf(node)
  const reference = text === undefined ? null : /\$\{[A-Za-z_]\w*[^${}\s]*\}?/.exec(text)
  if (node === undefined || reference === null) return
  const { start, end, path } = node.span
  const at = findings.source.text.slice(start, end).indexOf(reference[0])
  const span = at === -1 ? node.span : { ...spanAt(start + at, reference[0].length), path }
  findings.warn(span, {
    code: 'not_substituted',
    message: `no variable is put in here: ${reader} gets the characters ${reference[0]} as they are`,
    fix: 'variables are put into environment, and into env and headers of MCP servers',
  })
}
