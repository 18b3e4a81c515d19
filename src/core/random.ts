/** The one way by which chance enters: a number from 0 up to but not including 1. Tests put a seeded one here. */
export type Random = () => number

/** The platform's cryptographic source, 53 bits a draw. */
export const systemRandom: Random = () => {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return ((high >>> 5) * 67_108_864 + (low >>> 6)) / 9_007_199_254_740_992
}

/** A name that no other process draws: about 103 random bits in base 36. */
export function drawId(random: Random): string {
  return (drawPart(random) + drawPart(random)).padStart(20, '0')
}

function drawPart(random: Random): string {
  return Math.floor(random() * 2 ** 52)
    .toString(36)
    .padStart(10, '0')
}
