import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROVIDERS } from '../../../packages/aof-cli/src/models/providers.ts'

test('docs/models.md lists every provider with its package and the variables that it needs', () => {
  const written = readFileSync(new URL('../../../packages/aof-cli/docs/models.md', import.meta.url), 'utf8')
  const rows = written
    .replaceAll(/ +/g, ' ')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const expected = [...PROVIDERS.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, provider]) => {
      const needs = provider.needs.map((need) =>
        need.map((names) => names.map((name) => `\`${name}\``).join(' and ')).join(' or '),
      )
      const { name } = provider.package({ name: 'm', variable: () => undefined })
      return `| \`${id}\` | \`${name}\` | ${needs.join('; ') || 'none'} |`
    })
  expect(rows).toEqual(expected)
})
