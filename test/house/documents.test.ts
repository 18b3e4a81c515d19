import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkBlock, isSketch } from './check-block.ts'
import { type CodeBlock, exampleBlocks, markdownBlocks } from './code-blocks.ts'
import { DocumentWorkspace } from './document-workspace.ts'
import { outputDifference } from './expected-output.ts'
import { commandLines, judgeLine } from './shell-commands.ts'

const fenced = (language: string, ...lines: readonly string[]): string =>
  ['```' + language, ...lines, '```', ''].join('\n')

describe('the code blocks of a document', () => {
  test('code blocks are found with their line, language and name', () => {
    const blocks = markdownBlocks('a.md', `# A\n\n${fenced('ts', '// tools.ts', 'f()')}\n   ~~~yaml\n   a: 1\n   ~~~\n`)
    expect(blocks).toEqual([
      { document: 'a.md', line: 3, language: 'ts', code: '// tools.ts\nf()', file: 'tools.ts' },
      { document: 'a.md', line: 8, language: 'yaml', code: 'a: 1' },
    ])
  })

  test('a fence inside a longer fence is code', () => {
    expect(markdownBlocks('a.md', '````md\n```ts\nx\n```\n````')).toEqual([
      { document: 'a.md', line: 1, language: 'md', code: '```ts\nx\n```' },
    ])
  })

  test.each([
    ['right after', '', 'printed'],
    ['after a line with a colon', '\nwhich prints:\n\n', 'printed'],
    ['after a line without one', '\nSomething else.\n\n', undefined],
    ['after a paragraph', '\nMore.\nEven more:\n\n', undefined],
  ])('the output of a block is the text block %s', (_where, between, output) => {
    const [block, ...others] = markdownBlocks('a.md', fenced('ts', 'f()') + between + fenced('text', 'printed'))
    expect(block?.output).toBe(output)
    expect(others).toEqual([])
  })

  test('code blocks of a source file are those under @example', () => {
    const source = [
      'const a = 1',
      '/**',
      ' * Not this one:',
      ' * ```ts',
      ' * no()',
      ' * ```',
      ' * @example With words',
      ' * ```ts',
      ' * @decorated',
      ' *   yes()',
      ' * ```',
      ' * @returns',
      ' * ```ts',
      ' * no()',
      ' * ```',
      ' */',
    ].join('\n')
    expect(exampleBlocks('a.ts', source)).toEqual([
      { document: 'a.ts', line: 8, language: 'ts', code: '@decorated\n  yes()' },
    ])
  })
})

describe('the documented output', () => {
  test.each([
    ['a\nb', 'a\nb\n'],
    ['took 12 ms, 3ms', 'took 1.5 ms, 200ms'],
    ['fetch    95 ms', 'fetch   105 ms'],
    ['a\n…\nz', 'a\nz'],
    ['a\n…\nz', 'a\nb\nc\nz'],
    ['…', ''],
  ])('the documented output %j matches %j', (expected, printed) =>
    expect(outputDifference(expected, printed)).toBeUndefined(),
  )

  test.each([
    ['a', 'b'],
    ['a', 'a\nb'],
    ['a\nb', 'a'],
    ['12 items', '13 items'],
    ['a\n…\nz', 'a\nb'],
    ['', 'a'],
  ])('the documented output %j does not match %j', (expected, printed) => {
    expect(outputDifference(expected, printed)).toContain(`but it printed\n${printed}`)
  })
})

describe('a line of shell', () => {
  test('a line of shell is read without its prompt, comment and continuation', () => {
    expect(commandLines('# set up\n$ npm ci # once\nnpx aof run \\\n  a.yaml -i "issue #3" # now\n')).toEqual([
      'npm ci',
      'npx aof run a.yaml -i "issue #3"',
    ])
  })

  test.each([
    ['npm ci && npm test', { runs: false }],
    ['npm install aof-runtime @ai-sdk/openai@4 zod', { runs: false }],
    ['export OPENAI_API_KEY=x', { runs: false }],
    ['npx aof validate a.yaml', { runs: true }],
    ['OPENAI_API_KEY=x npx aof run a.yaml', { runs: true }],
    ['echo hi | npx aof run a.yaml', { runs: true }],
    ['npx aof run a.yaml -i "this; that | those && more"', { runs: true }],
    ['npm run nothing', { runs: false, problem: 'package.json has no script "nothing"' }],
    ['npm run toString', { runs: false, problem: 'package.json has no script "toString"' }],
    ['npm ci && npm run nothing', { runs: false, problem: 'package.json has no script "nothing"' }],
    ['npm i left-pad', { runs: false, problem: '"left-pad" is not a package we know of' }],
    ['npm publish', { runs: false, problem: `the documents' tests do not know "npm publish"` }],
    ['make all', { runs: false, problem: `the documents' tests do not know the command "make all"` }],
  ])('the shell line is judged: %s', (line, verdict) => expect(judgeLine(line)).toEqual(verdict))
})

describe('a document with faults', () => {
  const document = [
    fenced('ts', `import { MisuseError } from 'aof-runtime'`, 'const n: number = MisuseError.name', 'console.log(n)'),
    fenced('ts', `console.log('ready in 3 ms')`) + fenced('text', 'ready in 40 ms'),
    fenced('ts', `console.log('one')`) + fenced('text', 'two'),
    fenced('ts', `throw new Error('broken example')`),
    fenced('ts', `throw new Error('Set OPENAI_API_KEY.')`),
    fenced('ts', `import { shared } from './shared.ts'`, 'console.log(shared)') + fenced('text', '7'),
    fenced('ts', '// shared.ts', 'export const shared = 7'),
    fenced('ts', 'declare const nothing: () => void', 'nothing()'),
    fenced('js', 'nowhere()'),
    fenced('sh', 'npx aof --no-such-option'),
    fenced('sh', 'echo $SOME_KEY$HOME_KEY && cat shared.ts'),
    fenced('yaml', 'a: [1'),
    fenced('json', '{ a: 1 }'),
    fenced('python', 'print(1)'),
  ].join('\n')
  const blocks = markdownBlocks('docs/wrong.md', document)
  const workspace = new DocumentWorkspace('wrong-document', blocks)
  const problems = async (code: string): Promise<string> => {
    const block = blocks.find((candidate) => candidate.code.includes(code)) as CodeBlock
    return (await checkBlock(workspace, block)).join('\n')
  }

  beforeAll(() => workspace.typeCheck())
  afterAll(() => workspace.close())

  test('a type error is reported with the line of the document', async () => {
    expect(await problems('MisuseError.name')).toMatch(/^docs\/wrong\.md:3: TS2322: /)
  })

  test('a difference to the documented output is reported', async () => {
    expect(await problems(`log('one')`)).toBe('expected it to print\ntwo\nbut it printed\none\n')
    expect(await problems('ready in')).toBe('')
  })

  test('an error that a block throws is reported, except for a missing key', async () => {
    expect(await problems('broken example')).toContain('Error: broken example')
    expect(await problems('OPENAI_API_KEY')).toBe('')
  })

  test('a block can be imported by its name', async () => {
    expect(await problems('log(shared)')).toBe('')
  })

  test('a block with declare is not run', async () => {
    expect(await problems('nothing()')).toBe('')
    expect(blocks.filter(isSketch)).toHaveLength(1)
  })

  test('an error in JavaScript is reported', async () => {
    expect(await problems('nowhere')).toContain('nowhere is not defined')
  })

  test('a failing command is reported', async () => {
    expect(await problems('no-such-option')).toMatch(/^it ended with \d+:\n.*no-such-option/s)
    expect(await problems('SOME_KEY')).toBe('')
  })

  test('invalid data is reported', async () => {
    expect(await problems('a: [1')).not.toBe('')
    expect(await problems('{ a: 1 }')).toContain('SyntaxError')
  })

  test('a block in an unknown language is reported', async () => {
    expect(await problems('print(1)')).toContain('"python"')
  })

  test('a block name outside of the document is refused', () => {
    const [block] = markdownBlocks('docs/wrong.md', fenced('ts', '// a/../../../b.ts', ''))
    expect(() => new DocumentWorkspace('outside-document', [block as CodeBlock])).toThrow('outside of its document')
  })
})
