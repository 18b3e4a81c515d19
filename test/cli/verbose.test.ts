import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aof } from './aof.ts'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'aof-verbose-'))
  const turn = {
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'bad', arguments: '{}' } }],
        },
      },
    ],
  }
  await writeFile(join(cwd, 'turn.json'), JSON.stringify(turn))
  await writeFile(
    join(cwd, 'tools.mjs'),
    `export const bad = { name: 'bad', inputSchema: { type: 'object' }, execute: () => {
  throw new TypeError('fetch failed', { cause: new Error('no route for ' + process.env.ROUTE_API_KEY) })
} }`,
  )
})
afterAll(() => rm(cwd, { recursive: true }))

const exec = async (...more: string[]): Promise<string> => {
  const env = { ROUTE_API_KEY: 'hunter2hunter2' }
  const { stderr } = await aof(['exec', 'turn.json', '--tools', 'tools.mjs', ...more], { cwd, env })
  return stderr
}

describe('a failed tool', () => {
  test('is shown with the reasons and the source location, on one line', async () => {
    const row = (await exec()).split('\n')[0]
    expect(row).toMatch(/bad {2}fetch failed \(cause: no route for \[redacted\]\) \(.*tools\.mjs:2:9\)/)
    expect(await exec()).not.toContain('TypeError: fetch failed')
  })

  test.each(['-v', '--verbose'])(
    'is shown with its stack and its causes by %s, without secrets (I35)',
    async (flag) => {
      const stderr = await exec(flag)
      expect(stderr).toContain('[0] bad: TypeError: fetch failed')
      expect(stderr).toMatch(/at .*tools\.mjs:2:9/)
      expect(stderr).toContain('[cause]: Error: no route for [redacted]')
      expect(stderr).not.toContain('hunter2')
    },
  )
})
