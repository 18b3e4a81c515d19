import type { ToolCall, ToolResult } from '../../packages/aof-runtime/dist/index.js'
import type { Build } from './build.ts'

/** One round of calls of a kind. */
export interface Shape {
  /** Number of calls in one round. */
  readonly calls: number
  readonly round: () => Promise<unknown>
}

const SCHEMA = {
  type: 'object',
  properties: { q: { type: 'string' }, i: { type: 'integer' } },
  required: ['q', 'i'],
  additionalProperties: false,
} as const

const MANY = 100
const ROOM = 128

/** The hot path with the most common kinds of calls. Tools return at once, so that the cost is the engine's. */
export const SHAPES: Readonly<Record<string, (build: Build) => Shape>> = {
  'one call': (build) => turn(build, 1, {}),
  'plain flat calls': (build) => turn(build, MANY, {}),
  'arguments are JSON text': (build) => turn(build, MANY, { text: true }),
  'JSON text with a schema': (build) => turn(build, MANY, { text: true, tool: { inputSchema: SCHEMA } }),
  'under a limit': (build) => turn(build, MANY, { limit: 10 }),
  'with retry': (build) =>
    turn(build, MANY, { tool: { annotations: { idempotentHint: true }, retry: { maxAttempts: 3 } } }),
  'with a listener': (build) => turn(build, MANY, { listens: true }),
  'open batch': (build) => opened(build),
  'effects, a resource each': (build) =>
    turn(build, MANY, { tool: { effects: ({ i }: Input) => [{ resource: `file:/src/${i}`, mode: 'write' }] } }),
  'effects, all read one': (build) =>
    turn(build, MANY, { tool: { effects: () => [{ resource: 'file:/src', mode: 'read' }] } }),
  'nested calls': (build) => nested(build),
  "an agent's turn": (build) => agentTurn(build),
}

interface Input {
  readonly q: string
  readonly i: number
}

interface Manner {
  readonly text?: boolean
  readonly limit?: number
  readonly listens?: boolean
  readonly tool?: object
}

const execute = async ({ i }: Input): Promise<{ i: number }> => ({ i })

function inputs(text: boolean, count: number): ToolCall[] {
  return Array.from({ length: count }, (_, i) => {
    const input: Input = { q: `query ${i}`, i }
    return { id: `call_${i}`, name: 'measured', arguments: text ? JSON.stringify(input) : input }
  })
}

function checked(results: readonly ToolResult[], count: number): void {
  if (results.length !== count || results.some(({ success }) => !success))
    throw new Error(`Expected ${count} successful results, got ${JSON.stringify(results.slice(0, 2))}.`)
}

function turn({ library }: Build, calls: number, { text = false, limit = ROOM, listens = false, tool }: Manner): Shape {
  const measured = library.defineTool({ name: 'measured', execute, ...tool })
  const executor = new library.ToolExecutor({ tools: [measured], maxParallelTools: limit })
  if (listens) executor.subscribe(() => {})
  const given = inputs(text, calls)
  return { calls, round: async () => checked(await executor.executeTools(given), calls) }
}

function opened({ library }: Build): Shape {
  const executor = new library.ToolExecutor({
    tools: [library.defineTool({ name: 'measured', execute })],
    maxParallelTools: ROOM,
  })
  const given = inputs(true, MANY)
  return {
    calls: MANY,
    round: async () => {
      const batch = executor.openBatch()
      for (const call of given) batch.add(call)
      batch.close()
      checked(await batch.results(), MANY)
    },
  }
}

/** Ten calls, each of which makes ten. */
function nested({ library }: Build): Shape {
  const given = inputs(false, 10)
  const outer = library.defineTool({
    name: 'outer',
    execute: async (_input: unknown, { executor }) => (await executor.executeTools(given)).length,
  })
  const executor = new library.ToolExecutor({
    tools: [outer, library.defineTool({ name: 'measured', execute })],
    maxParallelTools: ROOM,
  })
  const nesting = given.map((call) => ({ ...call, name: 'outer' }))
  return { calls: 110, round: async () => checked(await executor.executeTools(nesting), 10) }
}

/** The model makes ten calls, and answers when it has their results. */
function agentTurn({ library, agents, testing }: Build): Shape {
  const calls = inputs(true, 10)
  const measured = library.defineTool({
    name: 'measured',
    description: 'Looks something up.',
    inputSchema: SCHEMA,
    execute,
  })
  return {
    calls: 10,
    round: async () => {
      const model = testing.scriptedModel([{ calls }, { text: 'Done.' }], { chunkLength: 1_000 })
      const agent = new agents.AgentExecutor({ name: 'measured', model, tools: [measured] })
      const { status } = await agent.run('Look it up.').result
      if (status !== 'done') throw new Error(`Expected a run that is done, got ${status}.`)
    },
  }
}
