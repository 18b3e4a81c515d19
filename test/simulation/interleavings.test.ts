import { expect, test } from 'vitest'
import { type Enumeration, enumerate } from './interleavings.ts'

/** Every enumeration, and how many orders it must have: fewer would mean that something was left out. */
const ENUMERATIONS: readonly (Enumeration & { readonly orders: number })[] = [
  { way: 'whole', calls: 1, limit: 1, orders: 5 },
  { way: 'whole', calls: 2, limit: 1, orders: 13 },
  { way: 'whole', calls: 2, limit: 2, orders: 33 },
  { way: 'whole', calls: 3, limit: 1, orders: 29 },
  { way: 'whole', calls: 3, limit: 2, orders: 145 },
  { way: 'whole', calls: 3, limit: 3, orders: 277 },
  { way: 'whole', calls: 4, limit: 1, orders: 61 },
  { way: 'whole', calls: 4, limit: 2, orders: 593 },
  { way: 'whole', calls: 4, limit: 3, orders: 1_741 },
  { way: 'whole', calls: 4, limit: 4, orders: 2_849 },
  { way: 'open', calls: 1, limit: 1, orders: 6 },
  { way: 'open', calls: 2, limit: 1, orders: 57 },
  { way: 'open', calls: 2, limit: 2, orders: 97 },
  { way: 'open', calls: 3, limit: 1, orders: 880 },
  { way: 'open', calls: 3, limit: 2, orders: 2_692 },
  { way: 'open', calls: 3, limit: 3, orders: 3_484 },
]

test.each(ENUMERATIONS)(
  'S3: I1, I2, I13, I14, I25, I51 hold in all $orders orders of $calls calls, $limit at once, in a batch that is $way',
  async ({ orders, ...enumeration }) => {
    expect(await enumerate(enumeration)).toBe(orders)
  },
)
