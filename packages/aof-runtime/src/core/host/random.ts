/** The only source of chance: a number from 0 up to but not including 1. Tests put a seeded one here. */
export type Random = () => number

/** Random words drawn in advance, since the platform takes as long for 128 as for two. */
const drawn = new Uint32Array(128)
let used = drawn.length

/** The platform's cryptographic source; 53 random bits for each number. */
export const systemRandom: Random = () => {
  if (used === drawn.length) {
    crypto.getRandomValues(drawn)
    used = 0
  }
  const high = drawn[used++] ?? 0
  const low = drawn[used++] ?? 0
  return ((high >>> 5) * 67_108_864 + (low >>> 6)) / 9_007_199_254_740_992
}

/** A globally unique name: about 103 random bits in base 36. */
export function drawId(random: Random): string {
  return (drawPart(random) + drawPart(random)).padStart(20, '0')
}

function drawPart(random: Random): string {
  return Math.floor(random() * 2 ** 52)
    .toString(36)
    .padStart(10, '0')
}
