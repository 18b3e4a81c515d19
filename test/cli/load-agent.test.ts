import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CliError } from '../../packages/aof-cli/src/errors.ts'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { loadAgent } from '../../packages/aof-cli/src/load-agent.ts'
import { HEAD } from '../agent-file/helpers.ts'
import { temporary } from './temporary.ts'

const MODEL = '  model: openai:gpt-4o\n'

async function refusal(text: string): Promise<CliError> {
  const directory = await temporary({ 'agent.yaml': text })
  const error: unknown = await loadAgent(join(directory, 'agent.yaml')).catch((thrown: unknown) => thrown)
  if (!(error instanceof CliError)) throw new Error('expected the file to be refused', { cause: error })
  return error
}

describe('an agent file for a run', () => {
  it('is loaded with its directory, its variables and its warnings', async () => {
    const directory = await temporary({
      'agent.yaml': `${HEAD}${MODEL}  memory: File:./m.json\n  env: { A: "x\${NO_SUCH_VARIABLE:-y}" }\n`,
    })
    const loaded = await loadAgent(join(directory, 'agent.yaml'))
    expect(loaded.directory).toBe(directory)
    expect(loaded.agent.name).toBe('sample')
    expect([...loaded.variables]).toEqual([['A', 'xy']])
    expect(loaded.warnings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning unsupported'])
  })

  it('is refused with its problems if it is invalid', async () => {
    const { exitCode, message, problems } = await refusal(`${HEAD}${MODEL}  max_iteration: 5\n`)
    expect(exitCode).toBe(EXIT.file)
    expect(message).toContain('is not a valid agent file')
    expect(problems.map(({ code }) => code)).toEqual(['unknown_field'])
  })

  it('is refused if a variable is not set', async () => {
    const { exitCode, problems } = await refusal(`${HEAD}${MODEL}  env: { A: "\${NO_SUCH_VARIABLE}" }\n`)
    expect(exitCode).toBe(EXIT.file)
    expect(problems).toMatchObject([{ severity: 'error', line: 7, column: 13 }])
  })

  it('is refused if it needs unsupported features', async () => {
    const { exitCode, problems } = await refusal(
      `${HEAD}${MODEL}  memory: File:./m.json\n  tools: [kubectl]\n  tool_restrictions: { kubectl: {} }\n`,
    )
    expect(exitCode).toBe(EXIT.file)
    expect(problems.map(({ severity, path }) => `${severity} ${path}`)).toEqual([
      'error spec.tool_restrictions',
      'error spec.tools[0]',
    ])
  })

  it('is refused if it cannot be read', async () => {
    const error: unknown = await loadAgent('/no/such/agent.yaml').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      exitCode: EXIT.file,
      problems: [{ line: 0, message: expect.stringContaining('there is no such file') as string }],
    })
  })
})
