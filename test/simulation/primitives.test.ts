import { expect, test } from 'vitest'
import { PRIMITIVES } from './primitives.ts'
import { PATIENCE_MS, scaled } from './sizes.ts'

const RUNS = scaled(5_000)

test.each(Object.entries(PRIMITIVES))(
  `S2: ${RUNS} schedules of %s`,
  async (_name, check) => {
    await expect(check(RUNS)).resolves.toBeUndefined()
  },
  PATIENCE_MS,
)
