import { describe, expect, it } from 'vitest'
import { hasStackRoom } from '../../packages/aof-runtime/src/core/host/stack-room.ts'

/** The number of small frames that fit where the check found no room. */
let taken = 0

function take(a: number, b: number, c: number, d: number, e: number, f: number, g: number, left: number): number {
  taken++
  return left === 0 ? a + b + c + d + e + f + g : take(a, b, c, d, e, f, g, left - 1)
}

/** Recurses until the check finds no room, and counts the frames that still fit there. */
function framesLeftWithoutRoom(): number {
  if (hasStackRoom()) return framesLeftWithoutRoom()
  taken = 0
  try {
    take(1, 2, 3, 4, 5, 6, 7, 1_000_000)
  } catch {
    // The stack is full now.
  }
  return taken
}

describe('room on the call stack', () => {
  it('there is room on a shallow call stack', () => {
    expect(hasStackRoom()).toBe(true)
  })

  it('room is reported as missing while more than forty frames of eight arguments fit, before and after V8 has optimised the check', () => {
    // The first call of a function that was never called needs room for its compilation.
    take(1, 2, 3, 4, 5, 6, 7, 10)
    const cold = framesLeftWithoutRoom()
    for (let i = 0; i < 200_000; i++) hasStackRoom()
    const hot = framesLeftWithoutRoom()
    for (const frames of [cold, hot]) {
      // A frame takes 100 bytes where its function is optimised, and 210 where it is interpreted.
      expect(frames).toBeGreaterThan(40)
      expect(frames).toBeLessThan(400)
    }
  })

  it('there is room again once the deep stack has returned', () => {
    framesLeftWithoutRoom()
    expect(hasStackRoom()).toBe(true)
  })
})
