import { describe, expect, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { aof, type Called } from './aof.ts'
import { temporary } from './temporary.ts'

const TOOLS = `
  export const lookUp = { name: 'look_up', execute: ({ topic }) => ({ about: topic }) }
  export const ping = { name: 'ping', execute: () => { throw new Error('no answer') } }`

const PLAN = {
  steps: [
    { id: 'again', tool: 'look_up', arguments: { topic: 'more {{first/about}}' } },
    { id: 'first', tool: 'look_up', arguments: { topic: 'tides' } },
    { id: 'bad', tool: 'ping' },
    { id: 'never', tool: 'look_up', arguments: { topic: { $result: 'bad' } } },
  ],
}

async function exec(plan: unknown, args: readonly string[] = []): Promise<Called> {
  const cwd = await temporary({ 'tools.mjs': TOOLS, 'plan.json': JSON.stringify(plan, undefined, 2) })
  return aof(['exec', 'plan.json', '--tools', 'tools.mjs', ...args], { cwd })
}

describe('aof exec with a plan', () => {
  test('runs its steps and prints their results', async () => {
    const { code, stdout, stderr } = await exec(PLAN, ['--strict'])
    expect(JSON.parse(stdout)).toEqual({
      results: [
        { id: 'again', tool: 'look_up', status: 'succeeded', data: { about: 'more tides' } },
        { id: 'first', tool: 'look_up', status: 'succeeded', data: { about: 'tides' } },
        { id: 'bad', tool: 'ping', status: 'failed', error: { code: 'tool_error', message: 'no answer' } },
        {
          id: 'never',
          tool: 'look_up',
          status: 'skipped',
          error: {
            code: 'dependency_failed',
            message: "It depends on call 2, 'bad', which has the result 'failed' (no answer). Nothing was run.",
          },
        },
      ],
    })
    expect(stderr).toContain('2 of 4 calls did not succeed')
    expect(code).toBe(EXIT.tools)
  })

  test('with --json gives whole results and the times', async () => {
    const { code, stdout } = await exec(PLAN, ['--json'])
    const { results, timing } = JSON.parse(stdout) as { results: { status: string }[]; timing: object }
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'failed', 'skipped'])
    expect(Object.keys(timing)).toEqual(['wallMs', 'runMs'])
    expect(code).toBe(EXIT.ok)
  })

  test('an invalid plan is reported with the reason, and none of its steps runs', async () => {
    const { code, stdout, stderr } = await exec({
      steps: [
        { id: 'a', tool: 'look' },
        { id: 'b', tool: 'ping' },
      ],
    })
    expect(stdout).toBe('')
    expect(stderr).toContain(
      'plan.json: the plan is invalid, and no step ran: /steps/0/tool: expected the name of a tool: look_up, ping',
    )
    expect(stderr).not.toContain('no answer')
    expect(code).toBe(EXIT.file)
  })
})
