import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/manifest.ts'

const documents = globSync(['*.md', 'bench/*.md', 'packages/*/*.md', 'packages/*/{docs,examples}/**/*.md'], {
  cwd: root,
})

test.each(documents)('every relative link of %s leads to a file or folder', (document) => {
  const text = readFileSync(join(root, document), 'utf8').replace(/^(`{3,}).*?^\1/gms, '')
  const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
  const relative = links.filter((link) => !/^(?:[a-z]+:|#)/.test(link)).map((link) => link.replace(/#.*$/, ''))
  expect(relative.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([])
})
