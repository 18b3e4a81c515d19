import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/manifest.ts'
import { readTally, showTally } from '../../scripts/test-tally.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aof-tally-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function tallyOf(testResults: unknown): ReturnType<typeof readTally> {
  const file = join(folder, 'tests.json')
  writeFileSync(file, JSON.stringify({ testResults }))
  return readTally(file)
}

const tests = (...statuses: readonly string[]): { status: string }[] => statuses.map((status) => ({ status }))

test('the tally counts the tests of every file, and names the files with skipped ones', () => {
  const tally = tallyOf([
    { name: join(root, 'test/a.test.ts'), status: 'passed', assertionResults: tests('passed', 'skipped', 'todo') },
    { name: join(root, 'test/b.test.ts'), status: 'failed', assertionResults: tests('passed', 'failed', 'failed') },
  ])
  expect(tally).toEqual({ passed: 2, failed: 2, skipped: 2, skippedIn: ['test/a.test.ts (2)'] })
  expect(showTally(tally)).toBe('2 passed, 2 failed, 2 skipped')
})

test('a file that cannot run counts as a failure', () => {
  expect(tallyOf([{ name: 'x', status: 'failed', assertionResults: [] }])).toMatchObject({ passed: 0, failed: 1 })
  expect(tallyOf([{ name: 'x', status: 'failed', assertionResults: tests('passed') }])).toMatchObject({ failed: 1 })
})

test('a missing report means no tests', () => {
  expect(showTally(readTally(join(folder, 'none.json')))).toBe('0 passed, 0 failed, 0 skipped')
})
