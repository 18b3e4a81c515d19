import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonChunks } from '../../packages/aof-runtime/src/core/values/json-chunks.ts'
import type { JsonValue } from '../../packages/aof-runtime/src/index.ts'

test('the chunks of any value are its JSON text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect([...jsonChunks(value as JsonValue)].join('')).toBe(JSON.stringify(value))
    }),
  )
})

test.each([
  ['a long text', 'a"\n'.repeat(100_000)],
  ['pairs of surrogates across the cuts', `x${'😀'.repeat(100_000)}`],
  ['long texts in between', [1, 'é'.repeat(70_000), { k: 'y'.repeat(65_536) }, '']],
  ['many values', Array.from({ length: 50_000 }, (_, i) => ({ id: i, on: true, of: null }))],
])('%s is written in pieces of bounded length', (_what, value) => {
  const chunks = [...jsonChunks(value)]
  expect(chunks.join('') === JSON.stringify(value)).toBe(true)
  expect(chunks.length).toBeGreaterThan(1)
  // Each character may be escaped to six.
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(2 * 6 * 65_536)
})
