/**
 * Room on the call stack, looked for before anything is changed.
 *
 * Code of others that recurses may call the engine at any depth of the stack, and a stack that overflows in the middle of a
 * step would leave permits taken and queues half changed. So each way into the engine asks first; what finds too little
 * room waits for an empty stack, or throws, with nothing changed.
 */

/** Frames of about 280 bytes each in V8, together some 13 KB: more than the longest step of the engine takes. */
const FRAMES = 48

/** Whether the engine has room for a step. Takes a tenth of a microsecond. */
export function hasStackRoom(): boolean {
  try {
    return reach(FRAMES, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) === 0
  } catch {
    return false
  }
}

/** @throws RangeError where there is no room for a step: nothing has been changed */
export function checkStackRoom(method: string): void {
  if (!hasStackRoom())
    throw new RangeError(
      `${method} was called too deep in the call stack to go on; nothing was changed. Call it from less deep recursion.`,
    )
}

/** Awaited, it goes on with an empty stack. A constant, since there may be no room for a call. */
export const emptyStack: Promise<void> = Promise.resolve()

/** Recurses; its many arguments make each frame large, since few large frames take less time than many small ones. */
function reach(
  left: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
  i: number,
  j: number,
  k: number,
  l: number,
  m: number,
  n: number,
  o: number,
  p: number,
  q: number,
  r: number,
  s: number,
  t: number,
  u: number,
  v: number,
  w: number,
  x: number,
  y: number,
  z: number,
): number {
  return left === 0
    ? a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s + t + u + v + w + x + y + z
    : reach(left - 1, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)
}
