/** A CPU-bound tool: a fixed amount of work, not a fixed time, which would look parallel on a busy machine, too. */
export default ({ rounds }: { rounds: number }): number => {
  let state = 1
  for (let i = 0; i < rounds; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  return state
}
