import { expect, test } from 'vitest'
import { fnv1a64 } from '../../packages/aof-runtime/src/testing/fnv.ts'

test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('the hash of %j is the published one', (text, hash) => {
  expect(fnv1a64(text).toString(16)).toBe(hash)
})
