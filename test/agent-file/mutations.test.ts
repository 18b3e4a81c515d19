import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParsedAgent } from '../../packages/aof-cli/src/agent-file/agent-file.ts'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { corpus } from './corpus.ts'

const samples = [...corpus('good'), ...corpus('bad')].map(({ text }) => text)

const FRAGMENTS = [
  '\n',
  ' ',
  '  ',
  '\t',
  ':',
  ': ',
  '- ',
  '? ',
  '#',
  '|',
  '>',
  '&a ',
  '*a',
  '!',
  '!!',
  '!x ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  '`',
  '@',
  '<<: ',
  '__proto__: ',
  '\\',
  '\\u0000',
  '${',
  '${A}',
  '{x}',
  '0',
  '-1',
  '1e999',
  '9'.repeat(20),
  'null',
  'true',
  '~',
  '\r',
  '\0',
  '\u202E',
  '\uFEFF',
  '\u{1F600}',
  '\ud800',
  '日本',
  'tools',
  'command',
  'spec:',
]

/** One change to a text: something put in, taken out, doubled or moved. */
const mutation = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'repeat', 'cut', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  fragment: fc.constantFrom(...FRAGMENTS),
})

type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

function mutate(text: string, { kind, at, length, fragment }: Mutation): string {
  const from = Math.floor(at * text.length)
  const [before, middle, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)]
  switch (kind) {
    case 'insert':
      return before + fragment + middle + after
    case 'remove':
      return before + after
    case 'repeat':
      return before + middle + middle + after
    case 'cut':
      return before
    case 'swap':
      return middle + before + after
  }
}

function expectSound(parsed: ParsedAgent, text: string): void {
  const errors = parsed.problems.filter(({ severity }) => severity === 'error')
  expect(errors.length > 0).toBe(!parsed.ok)
  const lines = text.split('\n')
  for (const { line, column, message, excerpt } of parsed.problems) {
    expect(message.length).toBeGreaterThan(5)
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
    expect(excerpt.start).toBeLessThan(excerpt.end)
  }
}

describe('whatever an agent file holds', () => {
  it('mutated agent files are valid or have located errors, and never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        (sample, mutations) => {
          const text = mutations.reduce(mutate, sample)
          expectSound(parseAgentFile(text, { file: 'agent.yaml' }), text)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('a hidden character before a document of another kind hides no error', () => {
    const text = '\n\u202eapiVersion: aof.dev/v1\nkind: Fleet\nmetadata: { name: x }\nspec: { agents: [] }\n'
    expectSound(parseAgentFile(text, { file: 'agent.yaml' }), text)
  })

  it('mutated bytes are valid or have located errors, and never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }),
        (sample, edits) => {
          const bytes = new TextEncoder().encode(sample)
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte
          expectSound(parseAgentFile(bytes, { file: 'agent.yaml' }), new TextDecoder().decode(bytes))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('any text is valid or has located errors, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string())), (parts) => {
        const text = parts.join('')
        expectSound(parseAgentFile(text, { file: 'agent.yaml' }), text)
      }),
      { numRuns: 1000 },
    )
  })

  it('any JSON is valid or has located errors, and never throws', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expectSound(parseAgentFile(text, { file: 'agent.json' }), text)
      }),
      { numRuns: 500 },
    )
  })
})
