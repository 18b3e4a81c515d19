import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Length } from '../../packages/aof-runtime/src/core/values/json-copy.ts'
import { previewOf } from '../../packages/aof-runtime/src/core/values/preview.ts'
import type { JsonValue } from '../../packages/aof-runtime/src/index.ts'

const sameShape = (whole: JsonValue, cut: JsonValue): boolean => {
  if (typeof whole !== 'object' || whole === null) {
    if (typeof whole !== 'string' || typeof cut !== 'string') return whole === cut
    return cut === whole || (cut.endsWith('…') && whole.toWellFormed().startsWith(cut.slice(0, -2)))
  }
  if (Array.isArray(whole))
    return Array.isArray(cut) && cut.every((part, i) => i < whole.length && sameShape(whole[i] as JsonValue, part))
  return (
    typeof cut === 'object' &&
    cut !== null &&
    !Array.isArray(cut) &&
    Object.entries(cut).every(([key, part]) => Object.hasOwn(whole, key) && sameShape(whole[key] as JsonValue, part))
  )
}

describe('a preview', () => {
  test('I30 a preview is small, well-formed, and of the same shape', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.integer({ min: 200, max: 4_096 }), (value, maxBytes) => {
        const cut = previewOf(value as JsonValue, maxBytes)
        const text = JSON.stringify(cut)
        expect(utf8Length(text)).toBeLessThanOrEqual(maxBytes)
        expect(sameShape(value as JsonValue, cut)).toBe(true)
        if (utf8Length(JSON.stringify(value)) < 100) expect(cut).toEqual(value)
      }),
    )
  })

  test.each([
    ['a long text', 'x'.repeat(1_000_000)],
    ['long keys', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}`.repeat(3_000), 1]))],
    ['many keys', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))],
    ['a wide tree', JSON.parse(`[${'[[1,2,3],[4,5,6]],'.repeat(10_000)}0]`) as JsonValue],
    ['depth', JSON.parse('['.repeat(200) + ']'.repeat(200)) as JsonValue],
    ['surrogates at the cut', '😀'.repeat(10_000)],
  ])('a preview of %s fits', (_what, value) => {
    const text = JSON.stringify(previewOf(value, 4_096))
    expect(utf8Length(text)).toBeLessThanOrEqual(4_096)
    expect(text.length).toBeGreaterThan(1)
    expect(text.isWellFormed()).toBe(true)
  })
})
