import {
  ApiClass,
  type ApiDeclaredItem,
  ApiDocumentedItem,
  ApiInterface,
  type ApiItem,
  ApiItemKind,
  ApiPackage,
} from '@microsoft/api-extractor-model'
import { DocExcerpt, type DocNode } from '@microsoft/tsdoc'
import { readFileSync, writeFileSync } from 'node:fs'

/** An exported item with all its overloads, and the page that describes it. */
export interface Entry {
  readonly name: string
  /** As in its heading: `class`, `function`, `const`, `interface`, `type`. */
  readonly kind: string
  readonly items: readonly ApiDeclaredItem[]
  /** Those of a class or an interface, and those of a base class that is not exported itself. */
  readonly members: readonly ApiDeclaredItem[]
  /** `runtime-types.md` */
  readonly page: string
}

/** A subpath's exports. */
export interface Subpath {
  /** `aof-runtime/agent` */
  readonly specifier: string
  readonly entries: readonly Entry[]
}

const KINDS: Partial<Record<ApiItemKind, string>> = {
  [ApiItemKind.Class]: 'class',
  [ApiItemKind.Function]: 'function',
  [ApiItemKind.Variable]: 'const',
  [ApiItemKind.Interface]: 'interface',
  [ApiItemKind.TypeAlias]: 'type',
}

const ORDER = Object.values(KINDS)

/** Reads the model that API Extractor has written for a subpath. */
export function loadSubpath(specifier: string, modelFile: string): Subpath {
  // TSDoc knows the tag under this name alone.
  writeFileSync(modelFile, readFileSync(modelFile, 'utf8').replace(/@default(?=[\s\\])/g, '@defaultValue'))
  const all = (ApiPackage.loadFromJsonFile(modelFile).entryPoints[0]?.members ?? []) as readonly ApiDeclaredItem[]
  const byReference = new Map(all.map((item) => [item.canonicalReference.toString(), item]))
  const exported = all.filter((item) => !isHidden(item.canonicalReference))
  const entries = Array.from(Map.groupBy(exported, exportedName), ([name, items]): Entry => {
    const [first] = items as [ApiDeclaredItem]
    const kind = KINDS[first.kind]
    if (kind === undefined) throw new Error(`The reference has no place for ${name}, a ${first.kind}.`)
    return {
      name,
      kind,
      items,
      members: [...ownMembers(first), ...hiddenMembers(first, byReference)],
      page: pageOf(specifier, name, kind),
    }
  })
  const rank = ({ kind }: Entry): number => ORDER.indexOf(kind)
  return { specifier, entries: entries.toSorted((a, b) => rank(a) - rank(b) || compare(a.name, b.name)) }
}

/** Whether a name is not exported: API Extractor marks that with a tilde. */
export function isHidden(reference: { toString(): string } | undefined): boolean {
  return reference?.toString().includes('!~') === true
}

/** API Extractor numbers a name that is also a global one, `ProgressEvent_2`. */
function exportedName({ displayName }: ApiItem): string {
  return displayName.replace(/_\d+$/, '')
}

function ownMembers(item: ApiItem): readonly ApiDeclaredItem[] {
  return item.members as readonly ApiDeclaredItem[]
}

/** The members that a class inherits from one that is not exported. */
function hiddenMembers(item: ApiItem, byReference: ReadonlyMap<string, ApiDeclaredItem>): readonly ApiDeclaredItem[] {
  const tokens = item instanceof ApiClass ? (item.extendsType?.excerpt.spannedTokens ?? []) : []
  const base = tokens.find(({ canonicalReference }) => isHidden(canonicalReference))
  const found = byReference.get(base?.canonicalReference?.toString() ?? '')
  return found === undefined ? [] : ownMembers(found).filter(({ kind }) => kind !== ApiItemKind.Constructor)
}

function pageOf(specifier: string, name: string, kind: string): string {
  const [, subpath] = specifier.split('/')
  if (subpath !== undefined) return `${subpath}.md`
  if (kind !== 'interface' && kind !== 'type') return 'runtime.md'
  return /Event(?:Base|Listener)?$/.test(name) ? 'runtime-events.md' : 'runtime-types.md'
}

/** The order of code units, which is the same everywhere. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** The parts of an item's doc comment, as Markdown with TSDoc's links. */
export interface Comment {
  readonly summary: string
  readonly default: string | undefined
  readonly params: readonly (readonly [name: string, text: string])[]
  readonly returns: string | undefined
  readonly throws: readonly string[]
  readonly examples: readonly string[]
}

export function commentOf(item: ApiItem): Comment {
  const comment = item instanceof ApiDocumentedItem ? item.tsdocComment : undefined
  const blocks = (tag: string): string[] =>
    (comment?.customBlocks ?? [])
      .filter(({ blockTag }) => blockTag.tagName === tag)
      .map(({ content }) => textOf(content))
  const params = [...(comment?.params.blocks ?? []), ...(comment?.typeParams.blocks ?? [])]
  const summary = [comment?.summarySection, comment?.remarksBlock?.content]
    .flatMap((part) => (part ? textOf(part) : []))
    .join('\n\n')
  return {
    // The notes on duty and boundary, and the text that API Extractor makes up for constructors, are not for users.
    summary: summary.replace(/(?:^|\n\n)(?:Duty: |Constructs a new instance)[^]*?(?=\n\n|$)/g, ''),
    default: blocks('@defaultValue')[0],
    params: params.map((block) => paramOf(block.parameterName, textOf(block.content))),
    returns: comment?.returnsBlock && textOf(comment.returnsBlock.content),
    throws: blocks('@throws'),
    examples: blocks('@example'),
  }
}

/** TSDoc takes the name of a property, `options.drainMs`, for text. */
function paramOf(name: string, text: string): readonly [name: string, text: string] {
  const [, property = '', rest = ''] = /^(?:- )?(\S+)\s+(.*)$/s.exec(text) ?? []
  return name === '' ? [property, rest] : [name, text]
}

/** A part of a doc comment as it is written. */
function textOf(node: DocNode): string {
  const raw = (each: DocNode): string =>
    each instanceof DocExcerpt ? each.content.toString() : each.getChildNodes().map(raw).join('')
  return raw(node).trim()
}

/** A member of an interface, with the comment that describes it. */
export interface Member {
  readonly item: ApiDeclaredItem
  readonly comment: Comment
}

/** The members of an interface and of those that it extends; a member without a comment has that of the extended one. */
export function allMembers(item: ApiItem, find: (name: string) => Entry | undefined): Map<string, Member> {
  const members = new Map<string, Member>()
  for (const { excerpt } of item instanceof ApiInterface ? item.extendsTypes : []) {
    const parent = find(excerpt.text.replace(/<.*/s, ''))?.items[0]
    if (parent !== undefined) for (const [name, member] of allMembers(parent, find)) members.set(name, member)
  }
  for (const own of ownMembers(item)) {
    const comment = commentOf(own)
    const inherited = members.get(own.displayName)?.comment
    members.set(own.displayName, { item: own, comment: comment.summary === '' && inherited ? inherited : comment })
  }
  return members
}
