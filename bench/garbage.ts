/**
 * Collects all garbage.
 *
 * @throws Error unless Node was started with `--expose-gc`
 */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Start Node with --expose-gc, or through index.ts, which does.')
  globalThis.gc()
}
