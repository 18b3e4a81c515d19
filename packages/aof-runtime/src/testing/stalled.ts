/**
 * The promise that a test waits for is still pending, and nothing is left that could settle it, or not within the bound
 * of time. This is how a hang shows in virtual time: at once.
 */
export class StalledError extends Error {
  override readonly name: string = 'StalledError'
}
