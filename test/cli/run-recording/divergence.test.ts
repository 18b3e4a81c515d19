import { describe, expect, test } from 'vitest'
import { divergencePlace, differenceLines } from '../../../packages/aof-cli/src/run-recording/divergence.ts'

function difference(expected: string, actual: string): string[] {
  return differenceLines({ expected, actual }).map(({ sign, text }) => `${sign} ${text}`)
}

describe('a diff', () => {
  test('shows the different lines, and two lines around them', () => {
    const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const text = lines.join('\n')
    expect(difference(text, text.replace('d', 'D\nE'))).toEqual(['  b', '  c', '- d', '+ D', '+ E', '  e', '  f'])
    expect(difference('a', 'b')).toEqual(['- a', '+ b'])
    expect(difference('a\nb', 'b')).toEqual(['- a', '  b'])
    expect(difference('a', 'a\na')).toEqual(['  a', '+ a'])
  })

  test('of long texts shows their beginning', () => {
    const shown = difference('x\n'.repeat(1_000), 'y\n'.repeat(1_000))
    expect(shown.length).toBeLessThanOrEqual(42)
    expect(shown).toContain('- … 981 more lines')
  })

  test('contains no control characters (I46)', () => {
    expect(difference('a', '\u001B[2J\u202E')).toEqual(['- a', '+ \uFFFD[2J\uFFFD'])
  })
})

test('the place of a divergence counts turns and calls from 1', () => {
  const texts = { what: '', expected: '', actual: '' }
  expect(divergencePlace({ ...texts, line: 14, run: 0, turn: 1, index: 2 })).toBe('line 14, turn 2, call 3')
  expect(divergencePlace({ ...texts, run: 1 })).toBe('run 2')
})
