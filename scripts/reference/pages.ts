import { type ApiDeclaredItem, type ApiItem, ApiItemKind, ApiPropertyItem } from '@microsoft/api-extractor-model'
import { type Find, headingOf, linkTo, NOTE, signature, table, typeOf, withLinks } from './markdown.ts'
import { commentOf, compare, type Entry, type Subpath } from './model.ts'
import { optionsPage } from './options.ts'

const TITLES: Readonly<Record<string, string>> = {
  'runtime.md': 'aof-runtime: classes and functions',
  'runtime-types.md': 'aof-runtime: types',
  'runtime-events.md': 'aof-runtime: events',
}

/** The pages of the reference, by file name. */
export function referencePages(subpaths: readonly Subpath[]): Map<string, string> {
  const entries = subpaths.flatMap((subpath) => subpath.entries)
  // The root comes first, so a name that several subpaths export means the root's.
  const byName = new Map(entries.toReversed().map((entry) => [entry.name, entry]))
  const find: Find = (name) => byName.get(name)
  const pages = new Map([['README.md', index(subpaths, find)]])
  for (const { specifier, entries: exported } of subpaths)
    for (const page of new Set(exported.map((entry) => entry.page))) {
      const sections = exported.filter((entry) => entry.page === page).map((entry) => section(entry, find))
      const title = TITLES[page] ?? specifier
      pages.set(
        page,
        [`# ${title}`, NOTE, `Import from \`${specifier}\`. [All names](README.md)`, ...sections].join('\n\n'),
      )
    }
  pages.set('options.md', optionsPage(find))
  return new Map(Array.from(pages, ([page, text]) => [page, `${text}\n`]))
}

function index(subpaths: readonly Subpath[], find: Find): string {
  const parts = subpaths.map(({ specifier, entries }) => {
    const rows = entries
      .toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()))
      .map((entry) => [
        linkTo(entry.name, (name) => (name === entry.name ? entry : find(name))),
        entry.kind,
        brief(entry, find),
      ])
    return `## ${specifier}\n\n${table(['Name', 'Kind', 'Meaning'], rows)}`
  })
  const head = [
    '# Reference',
    NOTE,
    'Everything that can be imported. [All options](options.md) are in one table of their own.',
  ]
  return [...head, ...parts].join('\n\n')
}

/** The first sentence of what an entry's comment says. */
function brief(entry: Entry, find: Find): string {
  const { summary } = commentOf(entry.items[0] as ApiItem)
  const [first = ''] = /^.*?(?:\.(?=\s)|$)/s.exec(summary.split(/\n\n|\n- |^- /)[0] ?? '') ?? []
  return withLinks(first, find, entry)
}

function section(entry: Entry, find: Find): string {
  const [first] = entry.items as [ApiDeclaredItem]
  const isShape = entry.kind === 'class' || entry.kind === 'interface'
  const hasTable = isShape && first.members.every(({ kind }) => SHOWN.has(kind))
  const code = hasTable ? heritage(signature(first), find) : fence(entry.items.map(wholeOf).join('\n'))
  const members = hasTable ? membersOf(entry, find) : []
  return [`## ${headingOf(entry)}`, ...described(entry.items, find, entry, code), ...members].join('\n\n')
}

/** The base types of a class or an interface: in words, or as code if there are type parameters. */
function heritage(code: string, find: Find): string {
  if (code.includes('<')) return fence(code)
  const [, names] = / (?:extends|implements) (.*)$/s.exec(code) ?? []
  if (names === undefined) return ''
  return `Extends ${names
    .split(', ')
    .map((name) => linkTo(name, find))
    .join(' and ')}.`
}

/** An item with its members, where those have no table of their own. */
function wholeOf(item: ApiDeclaredItem): string {
  const members = (item.members as readonly ApiDeclaredItem[]).map((member) => `\n  ${signature(member)}`)
  return members.length === 0 ? signature(item) : `${signature(item)} {${members.join('')}\n}`
}

const SHOWN: ReadonlySet<ApiItemKind> = new Set([
  ApiItemKind.Property,
  ApiItemKind.PropertySignature,
  ApiItemKind.Method,
  ApiItemKind.MethodSignature,
  ApiItemKind.Constructor,
])

function membersOf(entry: Entry, find: Find): string[] {
  const { members } = entry
  const properties = members.filter((each) => each instanceof ApiPropertyItem)
  const methods = Map.groupBy(
    members.filter((each) => !(each instanceof ApiPropertyItem)),
    ({ kind, displayName }) => (kind === ApiItemKind.Constructor ? 'constructor' : displayName),
  )
  const sections = Array.from(methods, ([name, overloads]) => {
    const title = name === 'constructor' ? `new ${entry.name}()` : `${entry.name}.${name}()`
    return [`### ${title}`, ...described(overloads, find, entry, fence(overloads.map(signature).join('\n')))].join(
      '\n\n',
    )
  })
  return [...(properties.length > 0 ? [propertyTable(properties, find, entry)] : []), ...sections]
}

function propertyTable(properties: readonly ApiDeclaredItem[], find: Find, self?: Entry): string {
  const rows = properties.map((item) => {
    const { summary, default: fallback } = commentOf(item)
    return [nameOf(item), typeOf(item, find), withLinks(fallback ?? '', find, self), withLinks(summary, find, self)]
  })
  const hasDefaults = rows.some(([, , fallback]) => fallback !== '')
  if (hasDefaults) return table(['Property', 'Type', 'Default', 'Meaning'], rows)
  return table(
    ['Property', 'Type', 'Meaning'],
    rows.map(([name = '', type = '', , meaning = '']) => [name, type, meaning]),
  )
}

function nameOf(item: ApiDeclaredItem): string {
  return `\`${item.displayName}${item instanceof ApiPropertyItem && item.isOptional ? '?' : ''}\``
}

function described(items: readonly ApiDeclaredItem[], find: Find, self: Entry, code: string): string[] {
  const { summary, params, returns, throws, examples } = commentOf(items[0] as ApiItem)
  const list = [
    ...params.map(([name, text]) => `- \`${name}\`: ${text}`),
    ...(returns === undefined ? [] : [`- Returns: ${returns}`]),
    ...throws.map((text) => `- Throws ${text}`),
  ]
  const shown = examples.map((example) =>
    example.startsWith('```') ? `Example:\n\n${example}` : `Example: ${example.replace('\n', '\n\n')}`,
  )
  return [summary, code, list.join('\n'), ...shown]
    .filter((part) => part !== '')
    .map((part) => withLinks(part, find, self))
}

function fence(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``
}
