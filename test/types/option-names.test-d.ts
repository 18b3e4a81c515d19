import { describe, expectTypeOf, test } from 'vitest'
import { namesOf } from '../../packages/aof-runtime/src/core/contract/option-names.ts'

interface Options {
  readonly id: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

describe('the names of options', () => {
  test('a list of names must have every option, in one text or several', () => {
    expectTypeOf(namesOf<Options>()('id timeoutMs signal')).toEqualTypeOf<ReadonlySet<string>>()
    namesOf<Options>()('id timeoutMs', 'signal')
    // @ts-expect-error -- signal is missing
    namesOf<Options>()('id timeoutMs')
  })

  test('a list of names has no name that is not an option', () => {
    // @ts-expect-error -- there is no timeout
    namesOf<Options>()('id timeoutMs signal timeout')
    // @ts-expect-error -- a second blank is an empty name
    namesOf<Options>()('id  timeoutMs signal')
  })
})
