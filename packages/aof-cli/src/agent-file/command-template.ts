import type { JsonObject, JsonValue } from 'aof-runtime'

/** One element of a command's `argv`, composed of text and argument values. */
export type Element = readonly ElementPart[]

export type ElementPart = string | { readonly argument: string }

/** Elements that are included together. An optional group is left out if one of its arguments is missing. */
export interface Group {
  readonly optional: boolean
  readonly elements: readonly Element[]
}

/** The rule by which the value of an argument becomes text. */
export interface ArgumentRule {
  readonly name: string
  /** True if the value may be a list; each item becomes an element. */
  readonly list: boolean
  /** True if a value may begin with `-`. */
  readonly mayBeginWithDash: boolean
  readonly fallback?: JsonValue
}

/** A program and its arguments, with placeholders for values from the model. */
export interface CommandTemplate {
  readonly program: string
  readonly groups: readonly Group[]
  readonly rules: ReadonlyMap<string, ArgumentRule>
}

/** The longest value of one argument, in bytes; the limit of Linux is 128 KiB. */
const MAX_ARGUMENT_BYTES = 100_000

/** A command with the model's arguments filled in, or the reason for refusing them, in words for the model. */
export type FilledCommand =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly argument: string; readonly reason: string }

/**
 * Parses one element: `{name}` is an argument, `\{` a brace. Braces with other content, and doubled ones as in Go
 * templates, are text.
 */
export function parseElement(text: string): Element {
  const parts: ElementPart[] = []
  let literal = ''
  for (const [token, argument] of text.matchAll(/\\\{|\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_-]*)\}|[^]/gu)) {
    if (argument === undefined) {
      literal += token === '\\{' ? '{' : token
      continue
    }
    if (literal !== '') parts.push(literal)
    literal = ''
    parts.push({ argument })
  }
  if (literal !== '' || parts.length === 0) parts.push(literal)
  return parts
}

/** The names of the arguments in an element. */
export function argumentsOf(element: Element): string[] {
  return element.flatMap((part) => (typeof part === 'string' ? [] : [part.argument]))
}

/**
 * Fills a model's arguments into a command. The result is an `argv` for starting a program without a shell: a value
 * fills its placeholder and nothing else, whatever characters it contains. A value that would make an element begin
 * with `-` is refused, because the program would take it for an option, unless the file allows it.
 */
export function fillCommand(template: CommandTemplate, input: JsonObject): FilledCommand {
  const argv = [template.program]
  for (const group of template.groups) {
    const values = group.elements.map((element) => elementValues(element, template, input))
    if (group.optional && values.includes(undefined)) continue
    for (const value of values) {
      if (value === undefined) continue
      if (!value.ok) return value
      argv.push(...value.argv)
    }
  }
  return { ok: true, argv }
}

/**
 * Fills a model's arguments into elements outside the command, such as the resources that it writes. Elements whose
 * values are missing or would be refused are left out.
 */
export function fillElements(elements: readonly Element[], template: CommandTemplate, input: JsonObject): string[] {
  return elements.flatMap((element) => {
    const filled = elementValues(element, template, input)
    return filled?.ok === true ? filled.argv : []
  })
}

/** The `argv` elements for one element of the template; undefined if a value is missing. */
function elementValues(element: Element, template: CommandTemplate, input: JsonObject): FilledCommand | undefined {
  const texts: string[][] = []
  for (const part of element) {
    if (typeof part === 'string') {
      texts.push([part])
      continue
    }
    const rule = template.rules.get(part.argument)
    if (rule === undefined) return undefined
    const value = Object.hasOwn(input, rule.name) ? input[rule.name] : rule.fallback
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined
    const leads = texts.every(([text]) => text === '')
    const filled = valueTexts(value, rule, leads)
    if (!filled.ok) return filled
    texts.push([...filled.argv])
  }
  const alone = element.length === 1 ? texts[0] : undefined
  return { ok: true, argv: alone ?? [texts.map(([text = '']) => text).join('')] }
}

function valueTexts(value: JsonValue, rule: ArgumentRule, leads: boolean): FilledCommand {
  const refuse = (reason: string): FilledCommand => ({ ok: false, argument: rule.name, reason })
  const items = Array.isArray(value) ? value : [value]
  if (Array.isArray(value) && !rule.list) return refuse('must be one value, not a list')
  const texts: string[] = []
  for (const item of items) {
    if (item === null || typeof item === 'object') return refuse('must be text, a number or true or false')
    const text = String(item)
    if (text.includes('\0')) return refuse('must not contain the character U+0000')
    if (!text.isWellFormed()) return refuse('must be well-formed Unicode')
    if (text.length > MAX_ARGUMENT_BYTES || new TextEncoder().encode(text).length > MAX_ARGUMENT_BYTES)
      return refuse(`must have at most ${MAX_ARGUMENT_BYTES} bytes`)
    if (leads && text.startsWith('-') && !rule.mayBeginWithDash)
      return refuse('must not begin with "-": the program would take it for an option')
    texts.push(text)
  }
  return { ok: true, argv: texts }
}
