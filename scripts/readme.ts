/**
 * The library's README is the repository's, for readers who have the package alone: links that lead out of its folder lead to the
 * repository, commands name the command's examples where npm installs them, and the parts between `<!-- repository -->` and
 * `<!-- /repository -->` are left out. `--update` writes it; without that, the command fails where it is out of date.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runtime } from './manifest.ts'

const file = join(root, runtime.folder, 'README.md')
const { repository } = JSON.parse(readFileSync(join(root, runtime.folder, 'package.json'), 'utf8')) as {
  readonly repository: { readonly url: string }
}
const page = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')

/** A link of the repository's README, as it reads in the library's folder. */
function moved(link: string): string {
  if (/^(?:https?:|#)/.test(link)) return link
  if (link.startsWith(`${runtime.folder}/`)) return link.slice(runtime.folder.length + 1)
  const isFolder = statSync(join(root, link.replace(/#.*/, ''))).isDirectory()
  return `${page}/${isFolder ? 'tree' : 'blob'}/main/${link}`
}

const expected = readFileSync(join(root, 'README.md'), 'utf8')
  .replace(/<!-- repository -->.*?<!-- \/repository -->\n+/gs, '')
  .replace(/^npx aof .*$/gm, (line) => line.replaceAll(' packages/', ' node_modules/'))
  .replace(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${moved(link)})`)
if (process.argv.includes('--update')) writeFileSync(file, expected)
else if (readFileSync(file, 'utf8') !== expected) {
  console.error('The README of packages/aof-runtime is not the one of the repository: run `npm run api`.')
  process.exitCode = 1
}
