import { describe, expect, it, test } from 'vitest'
import { parseAgentFile, parseAgentFiles } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { agentOf, HEAD, linesOf } from './helpers.ts'

const MODEL = '  model: openai:gpt-4o\n'
const agent = (name: string): string => `${HEAD.replace('sample', name)}${MODEL}`
const FLEET = 'apiVersion: aof.dev/v1\nkind: AgentFleet\nmetadata: { name: night-shift }\nspec: { agents: [] }\n'

describe('the version of an agent file', () => {
  it.each([
    'aof.dev/v1',
    'aof.dev/v1alpha1',
    'aof.sh/v1',
    'aof.sh/v1alpha1',
    'aof.sh/v1beta1',
    'aof.agenticops.org/v1alpha1',
    'aof.agenticops.org/v1',
    'openagentix.dev/v1',
    'openagentix.dev/v1alpha1',
  ])('%s is read', (version) => {
    expect(agentOf(`${HEAD.replace('aof.dev/v1', version)}${MODEL}`).name).toBe('sample')
  })

  it.each(['v1', 'aof.dev/v2', 'apps/v1', 'kagent.dev/v1alpha1', 'aof.dev'])(
    '%s is another format, and refused',
    (version) => {
      expect(linesOf(`${HEAD.replace('aof.dev/v1', version)}${MODEL}`)).toEqual([
        '1:13 error wrong_value: write aof.dev/v1',
      ])
    },
  )
})

describe('a file of several documents', () => {
  const text = `# agents\n---\n${agent('one')}---\n${FLEET}---\n${agent('two')}---\n`

  it('has each agent read separately, and other kinds named', () => {
    const { agents, skipped, problems } = parseAgentFiles(text, { file: 'all.yaml' })
    expect(agents.map(({ name, parsed, at }) => [name, parsed.ok, at.line])).toEqual([
      ['one', true, 3],
      ['two', true, 15],
    ])
    expect(skipped).toMatchObject([{ kind: 'AgentFleet', name: 'night-shift', at: { line: 11 } }])
    expect(problems).toEqual([])
  })

  it('has one of its agents chosen by name', () => {
    const chosen = parseAgentFile(text, { file: 'all.yaml', name: 'two' })
    expect(chosen).toMatchObject({ ok: true, agent: { name: 'two' } })
  })

  it('lists its agents if no name, or an unknown name, is given', () => {
    expect(parseAgentFile(text, { file: 'all.yaml' }).problems).toMatchObject([
      { line: 15, code: 'several_agents', message: 'there are 2 agents in the file: one, two' },
    ])
    expect(parseAgentFile(text, { file: 'all.yaml', name: 'twoo' }).problems).toMatchObject([
      { code: 'not_found', message: 'no agent of the file is called "twoo"', fix: 'did you mean two?' },
    ])
  })

  it('with one agent among other kinds needs no name', () => {
    expect(agentOf(`${FLEET}---\n${agent('alone')}`).name).toBe('alone')
  })

  it('without an agent reports the kind that it has', () => {
    expect(parseAgentFile(FLEET, { file: 'fleet.yaml' }).problems).toMatchObject([
      { line: 2, message: 'expected kind: Agent, found "AgentFleet"' },
    ])
  })

  it.each(['agent', 'Agnet', 'Agents'])('kind: %s counts as a misspelt agent, not as another kind', (kind) => {
    expect(linesOf(agent('x').replace('kind: Agent', `kind: ${kind}`))).toEqual(['2:7 error wrong_value: write Agent'])
  })

  it('refuses two agents of one name', () => {
    const { problems } = parseAgentFiles(`${agent('one')}---\n${agent('one')}`, { file: 'x.yaml' })
    expect(problems).toMatchObject([
      { line: 8, code: 'conflict', message: 'two agents are called "one", the first in line 1' },
    ])
  })

  it('keeps the faults of one agent from the others', () => {
    const both = `${agent('good')}---\n${agent('bad')}  max_iteration: 3\n`
    const { agents } = parseAgentFiles(both, { file: 'x.yaml' })
    expect(agents.map(({ name, parsed }) => [name, parsed.ok])).toEqual([
      ['good', true],
      ['bad', false],
    ])
    expect(parseAgentFile(both, { file: 'x.yaml', name: 'good' }).ok).toBe(true)
    expect(parseAgentFile(both, { file: 'x.yaml', name: 'bad' }).problems).toMatchObject([{ line: 14, column: 3 }])
  })

  it('is refused as a whole if one of its documents is not YAML', () => {
    const { agents, problems } = parseAgentFiles(`${agent('one')}---\n[\n---\n${agent('two')}`, { file: 'x.yaml' })
    expect(agents).toEqual([])
    expect(problems).toMatchObject([{ code: 'syntax' }])
  })

  it('I43: has no anchors that reach from one document into another, and one budget for all', () => {
    const crossing = `${agent('one')}  description: &d text\n---\n${agent('two')}  description: *d\n`
    expect(parseAgentFiles(crossing, { file: 'x.yaml' }).agents[1]?.parsed.problems).toMatchObject([{ code: 'alias' }])
    const many = Array.from({ length: 101 }, (_, n) => agent(`a${n}`)).join('---\n')
    expect(parseAgentFiles(many, { file: 'x.yaml' }).problems).toMatchObject([{ code: 'too_many_parts' }])
  })
})

describe('the flat form', () => {
  it('has the fields of metadata and spec at the top level', () => {
    const flat = [
      'name: helper',
      'version: 1.0',
      'description: Helps.',
      'model: google:gemini-2.5-flash',
      'system_prompt: Be brief.',
      'max_iterations: 5',
      'environment: { A: b }',
      'tools:',
      '  - { name: look, description: Looks., command: [ls, "{dir}"] }',
    ]
    expect(agentOf(flat.join('\n'))).toMatchObject({
      name: 'helper',
      description: 'Helps.',
      model: { provider: 'google', name: 'gemini-2.5-flash' },
      instructions: 'Be brief.',
      maxIterations: 5,
      tools: [{ name: 'look', at: { path: 'tools[0]' } }],
    })
  })

  it('may have a version and a kind', () => {
    expect(agentOf('apiVersion: aof.sh/v1\nkind: Agent\nname: helper\nmodel: openai:gpt-4o\n').name).toBe('helper')
  })

  it('reports problems at the paths of its fields', () => {
    const text = 'name: helper\nmodel: gpt-4o\nmax_iteration: 3\nenv: { LD_PRELOAD: x }\nmcp_servers: [{ name: x }]\n'
    expect(parseAgentFile(text, { file: 'x.yaml' }).problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'model wrong_value',
      'max_iteration unknown_field',
      'env.LD_PRELOAD unsafe',
      'mcp_servers unsupported',
    ])
    expect(linesOf('model: openai:gpt-4o\n')).toEqual(['1:1 error missing_field: add name: The name of the agent.'])
  })
})

describe('the model of an agent', () => {
  test.each([
    ['model: openai:gpt-4o', 'openai', 'gpt-4o'],
    ['model: openai/gpt-4o', 'openai', 'gpt-4o'],
    ['model: gemini:gemini-2.5-pro', 'google', 'gemini-2.5-pro'],
    ['model: claude:claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5'],
    ['model: Anthropic/claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5'],
    ['model: ollama/llama3.2:3b', 'ollama', 'llama3.2:3b'],
    ['model: ollama:hf.co/some/model', 'ollama', 'hf.co/some/model'],
    ['model: openrouter:meta-llama/llama-3:free', 'openrouter', 'meta-llama/llama-3:free'],
    ['model: openrouter/anthropic/claude-3', 'openrouter', 'anthropic/claude-3'],
    ['model: bedrock/us.anthropic.claude-v1:0', 'bedrock', 'us.anthropic.claude-v1:0'],
    ['model: gemini-2.5-pro\n  provider: gemini', 'google', 'gemini-2.5-pro'],
    ['model: google:gemini-2.5-pro\n  provider: gemini', 'google', 'gemini-2.5-pro'],
    ['model: openai/gpt-4o\n  provider: openai', 'openai', 'gpt-4o'],
    ['model: openai/gpt-oss-20b\n  provider: groq', 'groq', 'openai/gpt-oss-20b'],
    ['model: openrouter/auto\n  provider: openrouter', 'openrouter', 'openrouter/auto'],
    ['model: llama3.2:3b\n  provider: ollama', 'ollama', 'llama3.2:3b'],
    ['model: { provider: claude, name: claude-sonnet-4-5 }', 'anthropic', 'claude-sonnet-4-5'],
    ['model: of-our-own:x', 'of-our-own', 'x'],
  ])('%s', (line, provider, name) => {
    expect(agentOf(`${HEAD}  ${line}\n`).model).toMatchObject({ provider, name })
  })

  test.each(['gpt-4o', '/gpt-4o', ':x', 'openai:', 'openai/', 'open ai:gpt-4o', '${MODEL}'])(
    '%s lacks a provider or a model',
    (model) => {
      expect(linesOf(`${HEAD}  model: "${model}"\n`)).toHaveLength(1)
    },
  )

  it('may bound the messages of the history, without a warning', () => {
    const { unsupported } = agentOf(`${HEAD}${MODEL}  max_context_messages: 20\n`)
    expect(unsupported).toEqual([])
  })
})
