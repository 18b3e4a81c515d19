import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root, runtime } from '../../scripts/manifest.ts'

test('every option that is a number has bounds in the table of all options, and a default or "(required)"', () => {
  const rows = readFileSync(`${root}${runtime.folder}/docs/reference/options.md`, 'utf8').matchAll(
    /^\| (`\w+`) \| (.*?) \| (.*?) \| `number` \|/gm,
  )
  const numbers = Array.from(rows, ([, name, fallback, bounds]) => ({ name, fallback, bounds }))
  expect(numbers.length).toBeGreaterThan(50)
  expect(numbers.filter(({ fallback, bounds }) => bounds === '' || fallback === '–')).toEqual([])
})
