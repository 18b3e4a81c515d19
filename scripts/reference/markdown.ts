import { ApiClass, type ApiDeclaredItem, type ApiItem, ApiPropertyItem } from '@microsoft/api-extractor-model'
import { type Entry, isHidden } from './model.ts'

/** The first words of every page. */
export const NOTE = '<!-- Generated from the doc comments by `npm run api`. Change those, not this file. -->'

/** Finds the entry of a name. */
export type Find = (name: string) => Entry | undefined

/** A name as a link to its place in the reference, or as code where it has none. */
export function linkTo(name: string, find: Find, text: string = `\`${name}\``): string {
  const [owner = '', member] = name.split('.')
  const entry = find(owner)
  if (entry === undefined) return text
  const isMethod = entry.members.some((each) => each.displayName === member && !(each instanceof ApiPropertyItem))
  return `[${text}](${entry.page}#${slug(isMethod ? name : headingOf(entry))})`
}

/** `class ToolExecutor` */
export function headingOf({ kind, name }: Entry): string {
  return `${kind} ${name}`
}

/** The fragment by which GitHub and npm link to a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

/** TSDoc's links become Markdown's. */
export function withLinks(text: string, find: Find, self?: Entry): string {
  return text.replace(/\{@link\s+([\w.[\]]+)\s*(?:\|\s*)?([^}]*)\}/g, (_all, name: string, words: string) => {
    const full = find(name) === undefined && self !== undefined && !name.includes('.') ? `${self.name}.${name}` : name
    return linkTo(full, find, words === '' ? `\`${name}\`` : words)
  })
}

/** Text as a cell of a table: one line, bars escaped. */
function cell(text: string): string {
  return text
    .replace(/\n\s*- /g, '<br>• ')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n')
}

/** The type of a property: with links where it is made of names and literals alone. */
export function typeOf(item: ApiItem, find: Find): string {
  const text = item instanceof ApiPropertyItem ? item.propertyTypeExcerpt.text : signature(item as ApiDeclaredItem)
  const oneLine = text.replace(/\s+/g, ' ')
  const parts = oneLine.split(' | ')
  const names = parts.map((part) => /^(?:readonly )?(\w+)(?:\[\])*$/.exec(part)?.[1])
  if (!names.some((name) => name !== undefined && find(name) !== undefined) || /[{(<]/.test(oneLine))
    return `\`${oneLine}\``
  return parts.map((part, i) => linkTo(names[i] ?? part, find, `\`${part}\``)).join(' | ')
}

/** The declaration as it is written, without `export declare`, and without a base class that is not exported itself. */
export function signature(item: ApiDeclaredItem): string {
  const { text } = item.excerpt
  const whole = item instanceof ApiClass && extendsHidden(item) ? text.replace(/ extends .*/s, '') : text
  return whole
    .replace(/^export (?:(?:declare|default) )*/, '')
    .replaceAll('\n    ', '\n')
    .trim()
}

function extendsHidden({ extendsType }: ApiClass): boolean {
  return extendsType?.excerpt.spannedTokens.some(({ canonicalReference }) => isHidden(canonicalReference)) === true
}
