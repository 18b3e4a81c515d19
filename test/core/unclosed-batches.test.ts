import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf } from './harness.ts'

const index = JSON.stringify(new URL('../../packages/aof-runtime/src/index.ts', import.meta.url).href)

function program(logger: string, end: string): { readonly status: number | null; readonly stderr: string } {
  const source = `
    const { defineTool, ToolExecutor } = await import(${index})
    const executor = new ToolExecutor({ tools: [defineTool({ name: 't', execute: () => 1 })]${logger} })
    const batch = executor.openBatch({ run: 'r' })
    batch.add({ id: '1', name: 't', arguments: {} })
    ${end}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', timeout: 60_000 })
}

const WORDS = 'The results of an open batch (run r, 1 calls) are awaited, and it was never closed'

describe('an open batch that is never closed', () => {
  test('a warning names an open batch that is never closed before the program ends, which it does at once', () => {
    const { stderr } = program('', 'void batch.results()')
    expect(stderr).toContain(`OpenBatchWarning: ${WORDS}`)
  })

  test('the warning about an unclosed batch goes to the logger if there is one', () => {
    const logger = ', logger: { debug() {}, info() {}, error() {}, warn: (line) => console.error("LOG " + line) }'
    const { stderr } = program(logger, 'void (async () => { for await (const result of batch); })()')
    expect(stderr).toContain(`LOG ${WORDS}`)
    expect(stderr).not.toContain('OpenBatchWarning')
  })

  test.each(['void batch.results(); batch.close()', 'void batch.results(); await batch[Symbol.asyncDispose]()'])(
    'a closed batch causes no warning: %s',
    (end) => {
      expect(program('', end)).toMatchObject({ status: 0, stderr: '' })
    },
  )

  test('I17 an open batch has a listener on the process only while its results are awaited', async () => {
    const before = process.listenerCount('beforeExit')
    const tool = defineTool({ name: 't', execute: () => 1 })
    const executor = new ToolExecutor({ tools: [tool] })
    const batch = executor.openBatch()
    expect(process.listenerCount('beforeExit')).toBe(before)
    const results = batch.results()
    batch.add(callOf('t'))
    expect(process.listenerCount('beforeExit')).toBe(before + 1)
    batch.close()
    await results
    expect(process.listenerCount('beforeExit')).toBe(before)
  })
})
