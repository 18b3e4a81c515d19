/**
 * What a test waits for cannot come any more: it is still pending, and nothing is left that could bring it, or not
 * within the bound. This is how a hang shows, at once, in virtual time.
 */
export class StalledError extends Error {
  override readonly name: string = 'StalledError'
}
