import { describe, expect, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { AGENT, run, script } from './run-support.ts'

const half = (finishReason: string): Record<string, string> => ({
  'model.mjs': script([{ text: 'half an ans', finishReason }]),
})

describe('an incomplete answer of aof run', () => {
  test('is printed as far as it was received at its limit, and standard error says so', async () => {
    const { code, stdout, stderr } = await run(['-i', 'x'], half('length'))
    expect([code, stdout]).toEqual([EXIT.ok, 'half an ans\n'])
    expect(stderr).toContain('the answer is incomplete: it reached its limit of output tokens')
  })

  test('fails the command with --strict', async () => {
    const { code, stdout, stderr } = await run(['-i', 'x', '--strict'], half('length'))
    expect([code, stdout]).toEqual([EXIT.incomplete, 'half an ans\n'])
    expect(stderr).toContain('the answer is incomplete')
  })

  test('names its reason in the document of --json', async () => {
    const { code, stdout } = await run(['-i', 'x', '--json', '--strict'], half('length'))
    expect(code).toBe(EXIT.incomplete)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'done', finishReason: 'length', exitCode: EXIT.incomplete })
  })

  test('is possibly whole if the reason is unknown: --strict counts it as incomplete', async () => {
    const { code, stderr } = await run(['-i', 'x', '--strict'], half('other'))
    expect(code).toBe(EXIT.incomplete)
    expect(stderr).toContain('the answer may be incomplete')
  })

  test('is a failure if a content filter stopped it', async () => {
    const { code, stderr } = await run(['-i', 'x'], half('content-filter'))
    expect(code).toBe(EXIT.failed)
    expect(stderr).toContain('content filter')
  })

  test('a whole one passes with --strict, without a note', async () => {
    const { code, stderr } = await run(['-i', 'x', '--strict'], { 'model.mjs': script([{ text: 'all of it' }]) })
    expect(code).toBe(EXIT.ok)
    expect(stderr).not.toContain('incomplete')
  })
})

test('the timeout of a command, and of any tool of an agent file, is named in terms of that file', async () => {
  const agent = AGENT.replace(
    '  tools:\n',
    '  tool_timeout: 200ms\n  tools:\n    - { name: slow, description: Slow., command: [sleep, "30"], timeout: 100ms }\n    - { name: late, description: Late., command: [sleep, "30"] }\n',
  )
  const { stdout } = await run(['-i', 'x', '--json'], {
    'agent.yaml': agent,
    'model.mjs': script([{ calls: [{ name: 'slow' }, { name: 'late' }] }, { text: 'done' }]),
  })
  expect(stdout).toContain('(timeout of the command slow in agent.yaml; raise it there if it needs longer)')
  expect(stdout).toContain('(tool_timeout in agent.yaml; raise it there if it needs longer)')
})
