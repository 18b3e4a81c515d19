import { describe, expect, it } from 'vitest'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { agentOf, HEAD, linesOf } from './helpers.ts'

const MODEL = '  model: openai:gpt-4o\n'

/** The errors of a text, each as `code at line`; there must be some. */
function errorsOf(text: string | Uint8Array): string[] {
  const { ok, problems } = parseAgentFile(text, { file: 'agent.yaml' })
  expect(ok).toBe(false)
  for (const { line, message, excerpt } of problems) {
    expect(line).toBeGreaterThan(0)
    expect(message).not.toBe('')
    expect(excerpt.end).toBeGreaterThan(excerpt.start)
  }
  return problems.filter(({ severity }) => severity === 'error').map(({ code, line }) => `${code} at ${line}`)
}

describe('bad inputs of agent files (I43)', () => {
  it('137: a billion laughs is refused before it is written out', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? '"ha"' : `*l${level - 1}`
      return `  l${level}: &l${level} [${Array<string>(9).fill(below).join(', ')}]\n`
    })
    expect(errorsOf(HEAD + levels.join(''))).toEqual(['alias at 8'])
  })

  it('138: a short chain of aliases that would blow up later is refused', () => {
    const chain = Array.from({ length: 20 }, (_, level) => `{ a: &a${level + 1} [*a${level}, *a${level}] }`)
    expect(errorsOf(`${HEAD}  x: [&a0 [1], ${chain.join(', ')}]\n`)).toEqual(['alias at 6'])
  })

  it('138: an alias to a value that contains it is refused', () => {
    const text = `${HEAD}  tools: &t [*t]\n`
    expect(errorsOf(text)).toEqual(['alias at 6'])
    expect(linesOf(text)).toEqual(['6:14 error alias: write out what is meant'])
  })

  it('138: aliases within the cap are fine', () => {
    expect(agentOf(`${HEAD}  model: &m openai:gpt-4o\n  description: *m\n`).description).toBe('openai:gpt-4o')
  })

  it('139: the key __proto__ is refused, wherever it stands', () => {
    expect(errorsOf(`${HEAD}${MODEL}  __proto__: { isAdmin: true }\n`)).toEqual(['forbidden_key at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  tool_restrictions: { a: [{ "__proto__": 1 }] }\n`)).toEqual([
      'forbidden_key at 7',
    ])
    expect(errorsOf('{"__proto__": {"kind": "Agent"}, "kind": "Agent"}')).toEqual(['forbidden_key at 1'])
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
  })

  it('139: constructor, toString and other names of prototypes are unknown fields like any other', () => {
    expect(linesOf(`${HEAD}${MODEL}  constructor: 1\n  toString: 1\n  hasOwnProperty: 1\n`)).toHaveLength(3)
  })

  it('140: merge keys are refused, with and without __proto__', () => {
    expect(errorsOf(`${HEAD}  model: &m { provider: a, name: b }\n  <<: *m\n`)).toEqual(['forbidden_key at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  env: { <<: { __proto__: { x: 1 } } }\n`)).toEqual(['forbidden_key at 7'])
  })

  it('141: a key that is there twice is refused, however deep and however written', () => {
    expect(errorsOf(`${HEAD}${MODEL}${MODEL}`)).toEqual(['duplicate_key at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  env: { A: 1, "A": 2 }\n`)).toEqual(['duplicate_key at 7'])
    expect(errorsOf('{"kind": "Agent", "ki\\u006ed": "Agent"}')).toEqual(['duplicate_key at 1'])
  })

  it.each([
    '!!js/function "function () { return 1 }"',
    '!!js/regexp /x/',
    '!!python/object:os.system x',
    '!!js/undefined',
  ])('142: %s is refused, and runs nothing', (value) => {
    expect(errorsOf(`${HEAD}${MODEL}  description: ${value}\n`)).toEqual(['tag at 7'])
  })

  it.each(['!secret x', '! x', '!!binary aGk=', '!!set { a }', '!!omap [a: 1]', '!<tag:x,2000:y> z', '!env TOKEN'])(
    '143: the tag of %s is refused, where the parser alone would only warn',
    (value) => {
      expect(errorsOf(`${HEAD}${MODEL}  description: ${value}\n`)).toContain('tag at 7')
    },
  )

  it('143: tags of its own that a document declares are refused', () => {
    expect(errorsOf(`%TAG ! tag:example.com,2000:\n---\n${HEAD}${MODEL}`)).toEqual(['directive at 1'])
    expect(errorsOf(`%YAML 1.1\n---\n${HEAD}${MODEL}`)).toEqual(['directive at 1'])
    expect(agentOf(`%YAML 1.2\n---\n${HEAD}${MODEL}`).name).toBe('sample')
  })

  it.each([
    ['5,000 [', '['.repeat(5000)],
    ['5,000 {', '{a: '.repeat(5000)],
    ['500,000 dashes', '- '.repeat(500_000)],
    ['5,000 ?', '? '.repeat(5000)],
    ['indented blocks', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['JSON of depth 100,000', '{"a":'.repeat(100_000)],
  ])('144: %s are refused before they are parsed', (_name, text) => {
    expect(errorsOf(text)).toEqual([expect.stringMatching(/^too_deep at \d+$/)])
  })

  it('144: brackets in texts and comments do not count as nesting', () => {
    const text = `${HEAD}${MODEL}  instructions: |\n${'    [ { ( [\n'.repeat(500)}  description: "${'[{'.repeat(500)}" # ${'['.repeat(500)}\n`
    expect(agentOf(text).instructions).toHaveLength(500 * 8)
  })

  it.each([
    ['line ends', '\n'.repeat(200_000)],
    ['keys', Array.from({ length: 100_000 }, (_, index) => `k${index}: 1\n`).join('')],
    ['flow keys', `{${Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join(', ')}}`],
    ['tags', '!a '.repeat(100_000)],
    ['quotes', '"'.repeat(200_000)],
    ['pairs of braces', '{}'.repeat(100_000)],
  ])('144: too many %s are refused before they are parsed', (_name, text) => {
    expect(errorsOf(text)).toEqual([expect.stringMatching(/^too_(?:many_parts|deep) at \d+$/)])
  })

  it('145: an integer that a number cannot represent is refused as a number, and kept exactly as text', () => {
    expect(errorsOf(`${HEAD}${MODEL}  max_tokens: 9007199254740993\n`)).toEqual(['inexact_number at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  tool_restrictions: { id: 9007199254740993 }\n`)).toEqual(['inexact_number at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  temperature: 1e400\n`)).toEqual(['wrong_value at 7'])
    expect(errorsOf(`${HEAD}${MODEL}  temperature: .nan\n`)).toEqual(['wrong_value at 7'])
    expect(agentOf(`${HEAD}${MODEL}  env: { ID: 9007199254740993 }\n`).environment[0]?.value).toEqual([
      '9007199254740993',
    ])
  })

  it('146: 010 is refused as a number, NO does not count as a boolean, nor 12:30:45 as a number', () => {
    expect(
      linesOf(
        `${HEAD}${MODEL}  max_tokens: 010\n  tools:\n    - { name: x, description: x, command: [ls], read_only: NO }\n`,
      ),
    ).toEqual(['7:15 error ambiguous_number: write 10, or "010" for text', '9:60 error wrong_type: write false'])
    expect(linesOf(`${HEAD}${MODEL}  timeout: 12:30:45\n`)).toEqual(['7:12 error wrong_type'])
    expect(
      agentOf(`${HEAD}${MODEL}  env: { A: 010, B: NO, C: 12:30:45 }\n`).environment.map(({ value }) => value),
    ).toEqual([['010'], ['NO'], ['12:30:45']])
  })

  it('147: of two agents in a file, one must be chosen by name', () => {
    expect(errorsOf(`${HEAD}${MODEL}---\n${HEAD.replace('sample', 'other')}${MODEL}`)).toEqual(['several_agents at 8'])
    expect(agentOf(`---\n${HEAD}${MODEL}...\n`).name).toBe('sample')
  })

  it.each([
    '../tools.ts',
    '/etc/tools.ts',
    'a/../../b.ts',
    'file:///x.ts',
    'https://example.com/x.js',
    'node:fs',
    'C:\\x.ts',
    '..\\x.ts',
    'data:text/javascript,1',
  ])('148: the module %s is outside', (module) => {
    expect(errorsOf(`${HEAD}${MODEL}  tools:\n    - module: '${module}'\n`)).toContain('outside at 8')
  })

  it.each(['../evil', '/tmp/evil', './a/../../evil', '~/../evil', 'C:\\evil.exe', '..\\evil'])(
    '148: the program %s is outside, or cannot be found',
    (program) => {
      const text = `${HEAD}${MODEL}  tools:\n    - { name: x, description: x, command: ['${program}'] }\n`
      if (program.startsWith('~')) expect(agentOf(text).tools).toHaveLength(1)
      else expect(errorsOf(text)).toEqual(['outside at 8'])
    },
  )

  it.each(['include', 'extends', 'base', 'import'])(
    '149: the field %s is unknown, so files cannot include each other in a circle',
    (key) => {
      const lines = linesOf(`${HEAD}${MODEL}  ${key}: ../../agent.yaml\n`)
      expect(lines).toEqual([
        expect.stringMatching(/^7:3 error unknown_field: an agent file (includes|extends) no other/),
      ])
    },
  )

  it('150: ${SECRET} in a prompt stays as it is, with a warning, whatever the environment holds', () => {
    const text = `${HEAD}${MODEL}  instructions: Log in with \${HOME}.\n`
    expect(linesOf(text)).toEqual([expect.stringMatching(/^7:29 warning not_substituted/)])
    expect(agentOf(text).instructions).toBe('Log in with ${HOME}.')
  })

  it('150: neither the model nor a command takes variables', () => {
    expect(errorsOf(`${HEAD}  model: \${MODEL}\n`)).toEqual(['wrong_value at 6'])
    expect(
      linesOf(`${HEAD}${MODEL}  tools:\n    - { name: x, description: x, command: [echo, "\${HOME}"] }\n`),
    ).toEqual([expect.stringMatching(/^8:51 warning not_substituted/)])
  })

  it('151: 5 MB are refused unread', () => {
    const { ok, problems } = parseAgentFile(HEAD + '#'.repeat(5_000_000), { file: 'agent.yaml' })
    expect(ok).toBe(false)
    expect(problems.map(({ code }) => code)).toEqual(['too_large'])
  })

  it('151: just under 1 MiB of text is read', () => {
    const text = `${HEAD}${MODEL}  instructions: |\n`
    const rest = 1_048_576 - text.length
    expect(
      agentOf(text + `    ${'x'.repeat(94)}\n`.repeat(Math.floor(rest / 99))).instructions?.length,
    ).toBeGreaterThan(990_000)
  })

  it('151: tabs for indentation are refused with a clear message, tabs within JSON are accepted', () => {
    expect(linesOf(`${HEAD}\tmodel: x:y\n`)).toEqual(['6:1 error syntax: indent with spaces'])
  })

  it.each([
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0x00]), 'encoding at 1'],
    ['Latin-1', Uint8Array.from([0x61, 0x3a, 0x20, 0x0a, 0x62, 0xe9, 0x0a]), 'encoding at 2'],
    ['a cut character', Uint8Array.from([0x61, 0x0a, 0xf0, 0x9f]), 'encoding at 2'],
    ['an escape sequence', 'a: 1\nb: \u001B[2J', 'control_character at 2'],
    ['NUL', 'a: \0', 'control_character at 1'],
    ['half a character', `${HEAD}${MODEL}  description: "\\ud800"\n`, 'encoding at 7'],
  ])('%s is refused at its place', (_name, input, expected) => {
    expect(errorsOf(input)).toEqual([expected])
  })

  it('characters that hide or reorder text get a warning (I46)', () => {
    expect(linesOf(`${HEAD}${MODEL}  description: "a\u202Eb"\n  instructions: "\u{E0041}x"\n`)).toEqual([
      '7:18 warning hidden_character: remove it, unless the text is written from right to left',
      '8:18 warning hidden_character: remove it, unless the text is written from right to left',
    ])
  })
})
