/**
 * The documents say what is true: every code block of the README, of the pages in `docs/`, and of the doc comments' examples is
 * type-checked and run. See CONTRIBUTING.md for what a block can say about itself.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../scripts/manifest.ts'
import { checkBlock, isSketch } from './house/check-block.ts'
import { type CodeBlock, exampleBlocks, markdownBlocks } from './house/code-blocks.ts'
import { brokenLinks } from './house/document-links.ts'
import { DocumentWorkspace } from './house/document-workspace.ts'

/** The files of a pattern. The reference is left out: its blocks are signatures, and the examples of the doc comments. */
function filesOf(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (path) => path.endsWith('docs/reference') }).toSorted()
}

function blocksOf(pattern: string, read: (document: string, text: string) => CodeBlock[]): CodeBlock[] {
  return filesOf(pattern).flatMap((file) => read(file, readFileSync(join(root, file), 'utf8')))
}

const readme = blocksOf('README.md', markdownBlocks)
const documents = blocksOf('{CONTRIBUTING,DESIGN,packages/*/docs/**/*}.md', markdownBlocks)
const blocks = [...readme, ...documents, ...blocksOf('packages/*/src/**/*.ts', exampleBlocks)]
const workspace = new DocumentWorkspace('documents', blocks)

beforeAll(() => workspace.typeCheck())
afterAll(() => workspace.close())

describe.concurrent('code blocks', () => {
  test.each(blocks.map((block) => ({ place: `${block.document}:${block.line}`, block })))(
    '$place',
    async ({ block }) => {
      expect(await checkBlock(workspace, block)).toEqual([])
    },
  )
})

test('the README has code blocks, and none is only a sketch', () => {
  expect(readme).not.toEqual([])
  expect(readme.filter(isSketch)).toEqual([])
})

test('relative links of documents lead to files and headings that exist', () => {
  const linking = globSync(['*.md', 'bench/*.md', 'packages/*/*.md', 'packages/*/docs/**/*.md'], { cwd: root })
  expect(linking.flatMap((document) => brokenLinks(root, document))).toEqual([])
})
