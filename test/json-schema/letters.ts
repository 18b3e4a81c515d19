/** The letters a and b without a pattern in their order, so that a pattern cannot be followed by steps that it knows. */
export function letters(count: number): string {
  let state = 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state & 0x1000_0000) === 0 ? 'a' : 'b'
  }).join('')
}
