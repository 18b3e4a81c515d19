import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thrownMessage } from '../../packages/aof-runtime/src/core/values/failure.ts'
import { childEnvironment, childFlags } from '../../packages/aof-runtime/src/isolation/child-flags.ts'
import { LineFeed } from '../../packages/aof-runtime/src/isolation/line-feed.ts'
import { packThrown, unpackThrown } from '../../packages/aof-runtime/src/isolation/packed-thrown.ts'

describe('the flags of a worker process', () => {
  test.each([
    [['--inspect', '--inspect-brk=9229', '--inspect-port=0'], []],
    [
      ['-e', 'code', '--import', './a.mjs'],
      ['--import', './a.mjs'],
    ],
    [['--input-type=module', '--eval=code', '-pe', 'code', '--expose-gc'], ['--expose-gc']],
    [['--input-type', 'module', '-p', '-e'], []],
    [['--test', '--test-reporter=spec', '--watch', '--watch-path=./x'], []],
    [
      ['--permission', '--allow-fs-read=*', '-r', './b.cjs'],
      ['--permission', '--allow-fs-read=*', '-r', './b.cjs'],
    ],
  ])('the flags %j become %j for a worker process', (flags, expected) => {
    expect(childFlags(flags, undefined)).toEqual(expected)
    expect(childFlags(flags, 64)).toEqual([...expected, '--max-old-space-size=64'])
  })

  test('the environment of a worker process requests no debugger', () => {
    expect(childEnvironment({ A: 'b', NODE_OPTIONS: '--inspect=0 --no-warnings --inspect-brk' })).toEqual({
      A: 'b',
      NODE_OPTIONS: ' --no-warnings ',
    })
    expect(childEnvironment({ A: 'b' })).toEqual({ A: 'b' })
  })
})

describe('lines of output', () => {
  const feed = (chunks: readonly (string | Uint8Array)[]): string[] => {
    const lines: string[] = []
    const to = new LineFeed((line) => lines.push(line))
    for (const chunk of chunks) to.write(chunk)
    to.flush()
    return lines
  }

  test('lines are the same however the text is divided', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'é', '🙂') })), (texts) => {
        const text = texts.join('')
        const lines = text.split('\n')
        if (lines.at(-1) === '') lines.pop()
        expect(feed(texts)).toEqual(lines)
        const bytes = new TextEncoder().encode(text)
        expect(feed([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(lines)
      }),
    )
  })

  test('lines are bounded in length and number, for each call', () => {
    const lines: string[] = []
    const to = new LineFeed((line) => lines.push(line))
    for (let i = 0; i < 100; i++) to.write('x'.repeat(1_000))
    to.write('\n')
    expect(lines).toEqual([`${'x'.repeat(4_000)}…`])
    to.write('y\n'.repeat(700))
    to.write('y\n'.repeat(700))
    expect(lines).toHaveLength(1_001)
    expect(lines.at(-1)).toMatch(/more than 1000 lines/)
    to.write('more\n')
    expect(lines).toHaveLength(1_001)
    to.flush()
    to.write('anew\n')
    expect(lines.at(-1)).toBe('anew')
  })
})

test('I7: any thrown value is packed into a cloneable form, and is equivalent afterwards', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (thrown) => {
      const crossed = unpackThrown(structuredClone(packThrown(thrown)))
      expect(thrownMessage(crossed)).toBe(thrownMessage(thrown))
    }),
    { numRuns: 5_000 },
  )
})

test('errors in a cycle are cut off', () => {
  const ring = new Error('ring')
  ring.cause = ring
  let depth = 0
  for (let at = unpackThrown(packThrown(ring)); at instanceof Error; at = at.cause) depth++
  expect(depth).toBe(6)
})
