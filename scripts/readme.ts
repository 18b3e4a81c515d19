/**
 * The library's README is the repository's, with links that lead from its own folder. `--update` writes it; without that, the
 * command fails where it is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runtime } from './manifest.ts'

const file = join(root, runtime.folder, 'README.md')

/** A link of the repository's README, as it reads in the library's folder. */
function moved(link: string): string {
  if (/^(?:https?:|#)/.test(link)) return link
  return link.startsWith(`${runtime.folder}/`) ? link.slice(runtime.folder.length + 1) : `../../${link}`
}

const expected = readFileSync(join(root, 'README.md'), 'utf8').replace(
  /\]\(([^)\s]+)\)/g,
  (_, link: string) => `](${moved(link)})`,
)
if (process.argv.includes('--update')) writeFileSync(file, expected)
else if (readFileSync(file, 'utf8') !== expected) {
  console.error('The README of packages/aof-runtime is not the one of the repository: run `npm run api`.')
  process.exitCode = 1
}
