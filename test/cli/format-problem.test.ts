import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import type { Problem } from '../../packages/aof-cli/src/agent-file/problem.ts'
import { formatProblem } from '../../packages/aof-cli/src/format-problem.ts'
import { createStyle, wantsColor } from '../../packages/aof-cli/src/style.ts'
import { displayWidth, wrap } from '../../packages/aof-cli/src/text.ts'
import { HEAD } from '../agent-file/helpers.ts'

const plain = createStyle(false)

function problemOf(text: string): Problem {
  const [problem] = parseAgentFile(text, { file: 'agent.yaml' }).problems
  if (problem === undefined) throw new Error('expected a problem')
  return problem
}

describe('a problem for people', () => {
  it('marks the wrong words, even after wide characters', () => {
    const shown = formatProblem(problemOf(`${HEAD}  model: a:b\n  env: { A: 日本語, LD_PRELOAD: x }\n`), plain, 120)
    expect(shown.split('\n').slice(1, 3)).toEqual([
      '  7 |   env: { A: 日本語, LD_PRELOAD: x }',
      '    |                     ^^^^^^^^^^',
    ])
  })

  it('shows the relevant part of a long line', () => {
    const long = `${HEAD}  model: a:b\n  env: { ${'FILLER: 1, '.repeat(1)}${Array.from({ length: 40 }, (_, i) => `V${i}: 1`).join(', ')}, LD_PRELOAD: x, ${'Z: 1'} }\n`
    const [line = '', caret = ''] = formatProblem(problemOf(long), plain, 60)
      .split('\n')
      .filter((shown) => shown.includes(' | '))
    expect(displayWidth(line)).toBeLessThanOrEqual(60)
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('LD_PRELOAD')
  })

  it('breaks long words of advice at the width', () => {
    const shown = formatProblem(problemOf(`${HEAD}  model: gpt-4o\n`), plain, 50)
    expect(shown).toBe(
      [
        'agent.yaml:6:10 error expected provider:name,',
        '  e.g. anthropic:claude-sonnet-4-5, found "gpt-4o"',
        '  6 |   model: gpt-4o',
        '    |          ^^^^^^',
        '     fix: write who serves the model before its',
        '          name, or add the field provider',
      ].join('\n'),
    )
  })

  it('is never wider than the terminal, except for single words, and contains no control characters (I46)', () => {
    const line = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll('\n', ''))
    fc.assert(
      fc.property(
        line,
        fc.nat(300),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 40, max: 120 }),
        (text, at, length, width) => {
          const start = Math.min(at, text.length)
          const problem: Problem = {
            file: 'a.yaml',
            line: 7,
            column: 1,
            path: '',
            severity: 'error',
            code: 'syntax',
            message: 'short',
            excerpt: { text, start, end: Math.max(start + 1, Math.min(start + length, text.length)) },
          }
          for (const shown of formatProblem(problem, plain, width).split('\n')) {
            expect(displayWidth(shown)).toBeLessThanOrEqual(width)
            expect(shown).not.toMatch(/[\p{Cc}\u200B\u202A-\u202E\u2066-\u2069]/u)
          }
        },
      ),
    )
  })
})

describe('text for a terminal', () => {
  it('is wrapped between words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('one two three', 7, 4)).toEqual(['one', 'two', 'three'])
    expect(wrap('unbreakable', 3)).toEqual(['unbreakable'])
    expect(wrap('', 3)).toEqual([''])
  })

  it.each([
    [{ isTTY: true }, {}, true, true],
    [{ isTTY: false }, {}, true, false],
    [{}, {}, true, false],
    [{ isTTY: true }, { TERM: 'dumb' }, true, false],
    [{ isTTY: true }, { NO_COLOR: '1' }, true, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true, true],
    [{ isTTY: true }, {}, false, false],
    [{}, { FORCE_COLOR: '1' }, true, true],
    [{ isTTY: true }, { FORCE_COLOR: '0' }, true, false],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  ])('%j with %j and --color %s: %s', (stream, env, option, colors) =>
    expect(wantsColor(stream, env, option)).toBe(colors),
  )
})
