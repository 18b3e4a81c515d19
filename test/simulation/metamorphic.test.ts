import { expect, test } from 'vitest'
import { changeLimits, changeOneCall } from './metamorphic.ts'
import { PATIENCE_MS, scaled } from './sizes.ts'

const WORLDS = scaled(1_000)

test(
  `I6: another behaviour of one call changes no other result, in ${WORLDS} worlds`,
  async () => {
    await expect(changeOneCall(WORLDS)).resolves.toBeUndefined()
  },
  PATIENCE_MS,
)

test(
  `I2: results are the same bytes under every limit, in ${WORLDS} worlds`,
  async () => {
    await expect(changeLimits(WORLDS)).resolves.toBeUndefined()
  },
  PATIENCE_MS,
)
