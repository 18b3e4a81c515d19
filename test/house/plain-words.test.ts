import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/manifest.ts'
import { archaicWords } from './words/archaic.ts'
import { type Prose, proseOfMarkdown, proseOfSource, proseOfTest } from './words/prose.ts'

/** Folders and files whose words are not plain yet, in whichever package. The goal is an empty list. */
const notYetPlain: readonly string[] = []

const files = globSync('**/*.{ts,md}', {
  cwd: root,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|api|docs\/reference|\.\w+)$/.test(path),
}).toSorted()

function proseOf(file: string): Prose[] {
  const text = readFileSync(`${root}${file}`, 'utf8')
  if (file.endsWith('.md')) return proseOfMarkdown(text)
  return /(?:^|\/)test\//.test(file) ? proseOfTest(text) : proseOfSource(text)
}

const findings = files.flatMap((file) =>
  proseOf(file)
    .flatMap(archaicWords)
    .map(({ line, words, hint }) => ({ file, report: `${file}:${line}: ${words} → ${hint}` })),
)

function isBelow(file: string, name: string): boolean {
  return `/${file}/`.includes(`/${name}/`)
}

describe('prose of the project', () => {
  test('comments, strings of sources, test titles and documents have no archaic expressions, except in the listed folders', () => {
    const found = findings.filter(({ file }) => !notYetPlain.some((name) => isBelow(file, name)))
    expect(found.map(({ report }) => report)).toEqual([])
  })

  test.runIf(notYetPlain.length > 0).each(notYetPlain)(
    '%s is on the list because it still has archaic expressions',
    (name) => {
      expect(findings.some(({ file }) => isBelow(file, name))).toBe(true)
    },
  )
})

/** `line: words` of each finding. */
function found(prose: readonly Prose[]): string[] {
  return prose.flatMap(archaicWords).map(({ line, words }) => `${line}: ${words}`)
}

describe('an archaic expression', () => {
  test.each([
    ['What is freed goes to the next call.', 'What is freed goes to the next call'],
    ['Limits: What a call needs', 'What a call needs'],
    ['the call who waits', 'who waits'],
    ['Whoever gets it', 'Whoever gets'],
    ['for whoever', 'whoever'],
    ['the batch is told of that', 'told'],
    ['nobody waits', 'nobody'],
    ['they are no array', 'are no array'],
    ['It is not to be had here', 'to be had'],
    ['no business of the call', 'no business'],
    ['fails for the want of a key', 'for the want of'],
  ])('the archaic expression is found in %j', (text, words) =>
    expect(found([{ line: 1, text }])).toEqual([`1: ${words}`]),
  )

  test.each([
    'What to do',
    'What it is not',
    'What does a limit count?',
    'Retry. What if it fails again?',
    'the function that was called, and what it returned',
    'there is no file',
    'It is no longer open.',
    'the user who calls',
  ])('no archaic expression is found in %j', (text) => expect(found([{ line: 1, text }])).toEqual([]))

  test('an archaic expression is reported at its own line', () => {
    expect(found([{ line: 7, text: 'One.\nTwo is told.\nThree\nis told.' }])).toEqual(['8: told', '10: told'])
    expect(found([{ line: 7, text: 'A call who\nwaits' }])).toEqual(['7: who waits'])
  })
})

describe('prose of a TypeScript file', () => {
  test('the prose of a source file is its comments, strings and templates, not its code', () => {
    const source = [
      '/**',
      ' * Told one.',
      ' * @param told - told two',
      ' */',
      'const nobody = /told \\/ "told/.exec(who) // Who',
      '// is told',
      "log('somebody', a / b / told, `${told} told ${`told`} nobody`)",
    ].join('\n')
    expect(found(proseOfSource(source))).toEqual([
      '2: Told',
      '3: told',
      '5: Who is',
      '6: told',
      '7: somebody',
      '7: told',
      '7: told',
      '7: nobody',
    ])
  })

  test('a sentence begins after a tag of a doc comment', () => {
    expect(found(proseOfSource('/** @returns What is left. */'))).toEqual(['1: What is left'])
  })

  test('the prose of a test file is its comments and titles, not its other strings', () => {
    const source = [
      "describe('who is', () => {",
      "  test.each<[string, Map<'told', () => void>]>([['told']])('nobody %s', (told) => call('told')) // told",
      "  test('plain', () => regexp.test('told'))",
      '})',
    ].join('\n')
    expect(found(proseOfTest(source))).toEqual(['1: who is', '2: nobody', '2: told'])
  })

  test('line comments that follow each other are one text, unless a string stands between them', () => {
    const source = ['// One', '// who', "// is 'told'", "'who' // is", '// told'].join('\n')
    expect(found(proseOfSource(source))).toEqual(['2: who is', '3: told', '5: told'])
  })
})

describe('prose of a Markdown document', () => {
  test('a sentence begins at a heading, a list item and a table cell of Markdown', () => {
    const markdown = '# What is told\n\n- What goes\n  on. It\n  is told.\n\n| What runs | b |\nText\nWhat a\n'
    expect(found(proseOfMarkdown(markdown))).toEqual([
      '1: What is told',
      '1: told',
      '3: What goes on',
      '5: told',
      '7: What runs | b | Text What a',
    ])
  })
})
