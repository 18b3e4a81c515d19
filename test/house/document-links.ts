import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The relative links of a document that lead to no file, or to no heading of one, each with its line. */
export function brokenLinks(root: string, document: string): string[] {
  const lines = withoutCode(readFileSync(join(root, document), 'utf8')).split('\n')
  return lines.flatMap((text, index) =>
    Array.from(text.matchAll(/\]\(([^()\s]+)\)/g), ([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/i.test(link) && !leadsSomewhere(join(root, document), link))
      .map((link) => `${document}:${index + 1}: ${link}`),
  )
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', fragment] = link.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(file)) return false
  return fragment === undefined || headings(readFileSync(file, 'utf8')).has(fragment)
}

/** The fragments by which GitHub and npm link to the headings of a document. */
function headings(markdown: string): ReadonlySet<string> {
  const titles = Array.from(withoutCode(markdown, '').matchAll(/^#+ (.*)$/gm), ([, title = '']) => title)
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** The text with its code blocks, and with `inline` given also the marks of code, taken out; lines stay where they are. */
function withoutCode(markdown: string, inline?: string): string {
  const text = markdown.replace(/^( *)(`{3,}|~{3,}).*?^\1\2$/gms, (block) => block.replace(/[^\n]/g, ''))
  return inline === undefined ? text.replace(/`[^`\n]*`(?!\])/g, '') : text.replaceAll('`', inline)
}
