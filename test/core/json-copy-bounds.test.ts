import { describe, expect, test } from 'vitest'
import { copyJson, NotJson } from '../../packages/aof-runtime/src/core/values/json-copy.ts'
import { thrownBy } from './harness.ts'

const copy = (value: unknown, maxBytes = 1_048_576): unknown => copyJson(value, { maxBytes })

const refusalOf = (value: unknown, maxBytes = 1_048_576): NotJson => thrownBy(NotJson, () => copy(value, maxBytes))

describe('the cost of a copy', () => {
  /** Counts how often the value is looked into. */
  function counted(length: number): { value: unknown; readonly reads: number } {
    let reads = 0
    const value = new Proxy([], {
      get: (target, key) => (reads++, key === 'length' ? length : (Reflect.get(target, key) as unknown)),
    })
    return {
      value,
      get reads() {
        return reads
      },
    }
  }

  test('bad input 58: the copy of a sparse array of thirty million ends within the limit', () => {
    const probe = counted(3e7)
    expect(refusalOf(probe.value, 10_000).reason).toBe('too_large')
    expect(probe.reads).toBeLessThan(10_000)
    const sparse: unknown[] = []
    sparse[29_999_999] = 1
    expect(refusalOf(sparse).reason).toBe('too_large')
  })

  test('bad input 62: a text beyond the limit is refused for its length, whatever its characters', () => {
    expect(refusalOf('x'.repeat(2_000_000)).reason).toBe('too_large')
    expect(refusalOf({ a: ['x'.repeat(2_000_000)] }).reason).toBe('too_large')
  })

  test('an object that is shared many times counts each time', () => {
    let value: unknown = 'leaf'
    for (let i = 0; i < 64; i++) value = [value, value]
    expect(refusalOf(value).reason).toBe('too_large')
  })

  test('an array that grows while it is read ends at the limit', () => {
    const growing: unknown[] = []
    const grow = {
      get again(): number {
        return growing.push(grow)
      },
    }
    growing.push(grow)
    expect(refusalOf(growing, 10_000).reason).toBe('too_large')
    expect(growing.length).toBeLessThan(5_000)
  })
})
