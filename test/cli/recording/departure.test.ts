import { describe, expect, test } from 'vitest'
import { departurePlace, differenceLines } from '../../../packages/aof-cli/src/recording/departure.ts'

function difference(expected: string, actual: string): string[] {
  return differenceLines({ expected, actual }).map(({ sign, text }) => `${sign} ${text}`)
}

describe('a difference', () => {
  test('shows what differs, and two lines around it', () => {
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

  test('lets nothing through that controls a terminal (I46)', () => {
    expect(difference('a', '\u001B[2J\u202E')).toEqual(['- a', '+ \uFFFD[2J\uFFFD'])
  })
})

test('the place of a departure counts as people do', () => {
  const texts = { what: '', expected: '', actual: '' }
  expect(departurePlace({ ...texts, line: 14, run: 0, turn: 1, index: 2 })).toBe('line 14, turn 2, call 3')
  expect(departurePlace({ ...texts, run: 1 })).toBe('run 2')
})
