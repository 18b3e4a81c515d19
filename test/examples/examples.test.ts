import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const USE_SOURCE = new URL('../house/use-source.ts', import.meta.url).href

async function outputOf(example: string): Promise<string> {
  const main = fileURLToPath(new URL(`../../packages/aof-runtime/examples/${example}/main.ts`, import.meta.url))
  const { stdout } = await run(process.execPath, ['--import', USE_SOURCE, main])
  return stdout
}

/** The number in a line of the output, which has to be there. */
function keptBy(line: RegExp, output: string): number {
  expect(output).toMatch(line)
  return Number(line.exec(output)?.[1])
}

test('the example 02-memory-server keeps all entities, and loses most with `effects: off`', async () => {
  const output = await outputOf('02-memory-server')
  expect(output).toContain('effects: on   30 calls succeeded, 30 entities kept\n')
  expect(keptBy(/effects: off {2}30 calls succeeded, (\d+) entities kept/, output)).toBeLessThan(30)
})

test('the example 03-file-server keeps all edits in order beside reads, and loses most with `effects: off`', async () => {
  const output = await outputOf('03-file-server')
  expect(output).toContain('effects: on   36 calls succeeded, 16 of 16 edits kept, in order, 20 reads at once\n')
  expect(keptBy(/effects: off {2}36 calls succeeded, (\d+) of 16 edits kept/, output)).toBeLessThan(16)
})
