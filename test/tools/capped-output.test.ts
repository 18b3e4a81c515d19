import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CappedOutput } from '../../packages/aof-cli/src/tools/capped-output.ts'

/** The bytes cut into chunks at these places. */
function collect(bytes: Buffer, cuts: readonly number[], maxBytes: number): CappedOutput {
  const output = new CappedOutput(maxBytes)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  places.slice(1).forEach((end, i) => output.add(bytes.subarray(places[i], end)))
  return output
}

const text = fc.string({ unit: fc.constantFrom('a', '\n', 'é', '語', '\u{1F600}', '\u0000'), maxLength: 60 })
const cuts = fc.array(fc.nat(), { maxLength: 8 })

describe('what a program wrote', () => {
  test('output is kept whole while it fits, however it was divided into chunks', () => {
    fc.assert(
      fc.property(text, cuts, (written, places) => {
        const bytes = Buffer.from(written)
        const output = collect(bytes, places, Math.max(2, bytes.length))
        expect([output.text(), output.size]).toEqual([written, bytes.length])
      }),
    )
  })

  test('I30: of longer output the beginning and the end are kept, with whole characters and the number of dropped bytes', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 2, max: 40 }), (written, places, maxBytes) => {
        const bytes = Buffer.from(written)
        fc.pre(bytes.length > maxBytes)
        const shown = collect(bytes, places, maxBytes).text()
        const [, head = '', left, tail = ''] = /^([^]*)\n\[… (\d+) bytes left out …\]\n([^]*)$/.exec(shown) ?? []
        expect(written.startsWith(head)).toBe(true)
        expect(written.endsWith(tail)).toBe(true)
        expect(shown).not.toContain('\uFFFD')
        const kept = Buffer.byteLength(head) + Buffer.byteLength(tail)
        expect(Number(left)).toBe(bytes.length - maxBytes)
        expect(kept).toBeLessThanOrEqual(maxBytes)
        // At most one character was cut through at each side.
        expect(kept).toBeGreaterThan(maxBytes - 7)
      }),
    )
  })

  test('output of any bytes becomes well-formed text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        cuts,
        fc.integer({ min: 2, max: 80 }),
        (bytes, places, maxBytes) => {
          expect(collect(Buffer.from(bytes), places, maxBytes).text().isWellFormed()).toBe(true)
        },
      ),
    )
  })

  test('I29: of a hundred megabytes in small chunks no more stays in memory than is shown', () => {
    const before = arrayBufferBytes()
    const output = new CappedOutput(1_000)
    for (let i = 0; i < 10_000; i++) output.add(Buffer.alloc(10_000, 'x'))
    output.add(Buffer.from('end'))
    expect(arrayBufferBytes() - before).toBeLessThan(10_000_000)
    expect(output.size).toBe(100_000_003)
    expect(output.text()).toMatch(/^x{500}\n\[… 99999003 bytes left out …\]\nx{497}end$/)
  })
})

/** The bytes in live buffers, after a garbage collection. */
function arrayBufferBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  // Buffers are given back beside the collection that found them; the next one waits until that is done.
  collect()
  return process.memoryUsage().arrayBuffers
}
