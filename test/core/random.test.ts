import { describe, expect, it } from 'vitest'
import { drawId, systemRandom } from '../../packages/aof-runtime/src/core/host/random.ts'

describe("the platform's source of chance", () => {
  it("the platform's source of chance gives numbers from 0 to below 1, and none twice, over many refills of its buffer", () => {
    const numbers = Array.from({ length: 1_000 }, () => systemRandom())
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(new Set(numbers).size).toBe(1_000)
    expect(numbers.some((number) => number < 0.1) && numbers.some((number) => number > 0.9)).toBe(true)
  })

  it("the platform's source of chance draws names of 20 to 22 letters and digits, all different", () => {
    const ids = Array.from({ length: 1_000 }, () => drawId(systemRandom))
    expect(ids.every((id) => /^[0-9a-z]{20,22}$/.test(id))).toBe(true)
    expect(new Set(ids).size).toBe(1_000)
  })
})
