import { describe, expect, it } from 'vitest'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { corpus } from './corpus.ts'
import { agentOf, HEAD, linesOf } from './helpers.ts'

describe('a good agent file', () => {
  it.each(corpus('good'))('$name is read, with no errors', ({ text }) => {
    const parsed = parseAgentFile(text, { file: 'agent.yaml' })
    expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(parsed.ok).toBe(true)
  })

  it('gives its fields to the caller', () => {
    const everything = corpus('good').find(({ name }) => name === 'everything')
    const agent = agentOf(everything?.text ?? '')
    const { tools, environment, model, ...rest } = agent
    expect(rest).toEqual({
      file: 'agent.yaml',
      name: 'repository-reader',
      description: 'Answers questions about a repository.',
      instructions:
        'You answer questions about a repository.\nBraces like {these}, [ brackets and $dollars are yours.\n',
      temperature: 0.2,
      maxTokens: 4096,
      maxIterations: 8,
      maxParallelTools: 4,
      timeoutMs: 300_000,
      toolTimeoutMs: 90_000,
      eager: 'read-only',
      unsupported: [],
    })
    expect(model).toMatchObject({ provider: 'anthropic', name: 'claude-sonnet-4-5', at: { line: 9, column: 10 } })
    expect(environment.map(({ name, value }) => [name, value])).toEqual([
      ['PORT', ['8080']],
      ['RATIO', ['1.10']],
      ['VERBOSE', ['true']],
      ['API_URL', [{ variable: 'API_URL', fallback: 'http://localhost:8080' }, '/v1']],
      ['LITERAL', ['${', 'NOT_A_VARIABLE}']],
    ])
    expect(tools.map((tool) => (tool.kind === 'module' ? tool.path : tool.name))).toEqual([
      './tools/files.ts',
      'git_log',
      'search',
      'containers',
    ])
    expect(tools[1]).toMatchObject({
      kind: 'command',
      description: 'The last commits of some files.',
      readOnly: true,
      timeoutMs: 500,
      env: ['GIT_DIR'],
      cwd: './sources',
      okExitCodes: [0],
      at: { line: 29, column: 13, path: 'spec.tools[1]' },
    })
    expect(tools[2]).toMatchObject({ okExitCodes: [0, 1], readOnly: false })
  })

  it('may have CRLF line ends and a byte order mark (bad input 151)', () => {
    const text = `\uFEFF${HEAD}  model: openai:gpt-4o\n  max_iteration: 5\n`.replaceAll('\n', '\r\n')
    expect(linesOf(text)).toEqual(['7:3 error unknown_field: did you mean max_iterations?'])
    expect(agentOf(text.replace('iteration:', 'iterations:')).maxIterations).toBe(5)
  })

  it('derives the schema of a command without one from its placeholders', () => {
    const agent = agentOf(
      `${HEAD}  model: a:b\n  tools:\n    - { name: x, description: x, command: [ls, "{dir}/{file}", "{dir}"] }\n`,
    )
    expect(agent.tools[0]).toMatchObject({
      inputSchema: {
        type: 'object',
        properties: { dir: { type: 'string' }, file: { type: 'string' } },
        required: ['dir', 'file'],
        additionalProperties: false,
      },
    })
  })

  it('lists unsupported features, and whether they are ignored', () => {
    const sample = corpus('good').find(({ name }) => name === 'not-supported-yet')
    const { unsupported, tools } = agentOf(sample?.text ?? '')
    expect(unsupported.map(({ what, effect }) => `${what} ${effect}`)).toEqual([
      'memory ignored',
      'mcp_servers refused',
      'tool_restrictions refused',
      'output_schema refused',
      ...Array<string>(5).fill('tool refused'),
    ])
    expect(tools).toEqual([])
  })
})

describe('a bad agent file', () => {
  it.each(corpus('bad'))('$name is refused, each problem with its place and its remedy', ({ text, expected }) => {
    expect(expected).not.toEqual([])
    expect(linesOf(text)).toEqual(expected)
    expect(parseAgentFile(text, { file: 'agent.yaml' }).ok).toBe(false)
  })

  it('is quoted at the place of a problem, even within a long line', () => {
    const [problem] = parseAgentFile(`${HEAD}  model: openai:gpt-4o\n  max_iteration: 5\n`, { file: 'x.yaml' }).problems
    expect(problem?.excerpt).toEqual({ text: '  max_iteration: 5', start: 2, end: 15 })
    const long = parseAgentFile(`{ apiVersion: aof.dev/v1, ${'a: 1, b: 2, '.repeat(200)} }`, { file: 'x.yaml' })
    for (const { excerpt } of long.problems) {
      expect(excerpt.text.length).toBeLessThanOrEqual(162)
      expect(excerpt.end).toBeGreaterThan(excerpt.start)
      expect(excerpt.end).toBeLessThanOrEqual(excerpt.text.length)
    }
  })

  it('has at most 100 problems listed', () => {
    const text = `${HEAD}  model: a:b\n${Array.from({ length: 500 }, (_, index) => `  unknown${index}: 1\n`).join('')}`
    const { ok, problems } = parseAgentFile(text, { file: 'x.yaml' })
    expect(ok).toBe(false)
    expect(problems).toHaveLength(100)
  })
})

describe('an entry of tools with a mistake', () => {
  it.each([
    ['modul: ./tools.ts', '8:7 error unknown_field: did you mean module?'],
    ['{name: tide, comand: [echo, hi], description: d}', '8:20 error unknown_field: did you mean command?'],
    ['./tools.ts', '8:7 error wrong_value: write module: ./tools.ts'],
  ])('%s', (entry, problem) => {
    expect(linesOf(`${HEAD}  model: openai:gpt-4o\n  tools:\n    - ${entry}\n`)).toEqual([problem])
  })
})
