import { describe, expect, test } from 'vitest'
import { parseResource } from '../../../packages/aof-runtime/src/core/order/effects/resource.ts'

describe('a resource', () => {
  test.each([
    ['file:/src/a.ts', ['file:', 'src', 'a.ts']],
    ['file:///src//a.ts/', ['file:', 'src', 'a.ts']],
    ['file:/src/./b/../a.ts', ['file:', 'src', 'a.ts']],
    ['file:/../../etc', ['file:', 'etc']],
    ['file:a.ts', ['file:', 'a.ts']],
    ['file:./x/../a.ts', ['file:', 'a.ts']],
    ['file:a/..', ['file:']],
    ['/file:a.ts', ['file:', 'a.ts']],
    ['db/users/42', ['db', 'users', '42']],
    ['../x', ['x']],
    ['notes', ['notes']],
    ['/', []],
    ['__proto__/constructor', ['__proto__', 'constructor']],
  ])('%s', (text, path) => {
    expect(parseResource(text)).toEqual(path)
  })

  test.each([[''], [undefined], [7], ['x'.repeat(4_097)], ['x/'.repeat(65)]])(
    'a resource is refused that is %s',
    (given) => {
      expect(() => parseResource(given)).toThrow(TypeError)
    },
  )
})
