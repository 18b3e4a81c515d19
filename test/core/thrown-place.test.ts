import { describe, expect, test } from 'vitest'
import { thrownPlace } from '../../packages/aof-runtime/src/core/contract/thrown-place.ts'
import { revokedProxy } from './harness.ts'

const at = (stack: unknown, message = 'm'): object => ({ message, stack })

describe('the place where an error was thrown', () => {
  test('the place of an error is the line that created it', () => {
    expect(thrownPlace(new Error('x'))).toMatch(/^\/.*\/test\/core\/thrown-place\.test\.ts:\d+:\d+$/)
  })

  test.each([
    ['a frame of a function', 'Error: m\n    at work (file:///a/b%20c.ts:3:5)', '/a/b c.ts:3:5'],
    ['a frame without one', 'Error: m\n    at async /a/b.js:3:5\n    at /c.js:1:1', '/a/b.js:3:5'],
    ['a frame of Windows', 'Error: m\n    at work (file:///C:/a/b.ts:3:5)', 'C:/a/b.ts:3:5'],
    [
      'frames of Node and of packages first',
      'TypeError: m\n    at node:internal/deps/undici:1:2\n    at get (/p/node_modules/axios/i.js:1:2)\n    at work (/a/b.ts:3:5)',
      '/a/b.ts:3:5',
    ],
    [
      'frames of packages alone',
      'Error: m\n    at get (/p/node_modules/axios/i.js:1:2)',
      '/p/node_modules/axios/i.js:1:2',
    ],
    ['a frame of Safari', 'work@file:///a/b.js:3:5\nmodule code@/c.js:1:1', '/a/b.js:3:5'],
    ['no frames', 'Error: m', undefined],
    ['no stack', undefined, undefined],
    ['a stack that is no text', 7, undefined],
  ])('%s', (_what, stack, place) => {
    expect(thrownPlace(at(stack))).toBe(place)
  })

  test('a message that looks like a frame is not taken for one', () => {
    expect(thrownPlace(at('Error: no\n    at fake (/x.js:1:1)\n    at /a.js:2:2', 'no\n    at fake (/x.js:1:1)'))).toBe(
      '/a.js:2:2',
    )
  })

  test.each([
    ['a revoked proxy', revokedProxy()],
    ['a getter that throws', Object.defineProperty({}, 'stack', { get: () => expect.unreachable() })],
    ['null', null],
    ['a text', 'x'],
  ])('%s has no place', (_what, thrown) => {
    expect(thrownPlace(thrown)).toBeUndefined()
  })

  test('the place is found in a long stack in linear time', () => {
    expect(thrownPlace(at(`Error: m\n${'    at ('.repeat(1_000_000)}`))).toBeUndefined()
  })
})
