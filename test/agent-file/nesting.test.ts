import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { findExcess, MAX_DEPTH } from '../../packages/aof-cli/src/agent-file/nesting.ts'

type Tree = { kind: 'map' | 'list'; before: string[] }[]

/** How a chain of nested maps and lists begins, level by level. */
const tree: fc.Arbitrary<Tree> = fc.array(
  fc.record({
    kind: fc.constantFrom<'map' | 'list'>('map', 'list'),
    before: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 100 },
)

function build(levels: Tree): unknown {
  return levels.reduceRight<unknown>(
    (inner, { kind, before }) =>
      kind === 'list'
        ? [...before, inner]
        : { ...Object.fromEntries(before.map((text, i) => [`k${i}`, text])), in: inner },
    'end',
  )
}

describe('the nesting check of documents (I43)', () => {
  it.each([false, true])(
    'finds every document that is nested too deep, and hardly any other (flow style: %s)',
    (flow) => {
      fc.assert(
        fc.property(tree, (levels) => {
          const text = stringify(build(levels), flow ? { collectionStyle: 'flow', lineWidth: 0 } : {})
          const excess = findExcess(text)
          if (levels.length > MAX_DEPTH) expect(excess?.limit).toBe('depth')
          // A line's own words count as well, four at most.
          if (levels.length <= MAX_DEPTH - 4) expect(excess).toBeUndefined()
        }),
      )
    },
  )
})
