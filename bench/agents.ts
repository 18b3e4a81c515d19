import type { LanguageModelV4 } from '@ai-sdk/provider'
import { generateText, isStepCount, streamText, tool, type ToolSet } from 'ai'
import type { z } from 'zod'
import { AgentExecutor } from '../packages/aof-runtime/dist/agent/index.js'
import { type AdmissionController, defineTool } from '../packages/aof-runtime/dist/index.js'
import { agentLoop, eagerAgentLoop, wholeTurnLoop } from './baselines/agent-loop.ts'

/** The tool that the model of the agent benches calls. */
export interface MeasuredTool<Input> {
  readonly name: string
  readonly schema: z.ZodType<Input>
  readonly execute: (input: Input) => Promise<unknown>
}

/** Runs one agent on a model until its final text. */
export interface Agent {
  readonly name: string
  readonly run: (model: LanguageModelV4) => Promise<string>
}

/** Names of the candidates that the targets compare. */
export const OURS = 'aof-runtime'
export const FLOOR = 'bare floor'
export const EAGER_FLOOR = 'bare eager floor'
export const WHOLE_TURN_FLOOR = 'bare floor, not streaming'

const INPUT = 'Look it all up.'
const DESCRIPTION = 'Looks something up.'

/** The hand-written agents: calls start after the turn, or each when it has arrived, or the turn is not streamed. */
export function floor<Input>(
  { name, schema, execute }: MeasuredTool<Input>,
  limit: number,
  kind: typeof FLOOR | typeof EAGER_FLOOR | typeof WHOLE_TURN_FLOOR = FLOOR,
): Agent {
  const loop = { [FLOOR]: agentLoop, [EAGER_FLOOR]: eagerAgentLoop, [WHOLE_TURN_FLOOR]: wholeTurnLoop }[kind]
  const tools = { [name]: { schema, execute } }
  return { name: kind, run: (model) => loop({ model, tools, limit }, INPUT) }
}

/** The agent executor: made once for each model, as in an application, and used for every run. */
export function ours<Input>(
  { name, schema, execute }: MeasuredTool<Input>,
  limit: number,
  admission?: AdmissionController,
): Agent {
  const measured = defineTool({ name, description: DESCRIPTION, inputSchema: schema, execute })
  const executors = new WeakMap<LanguageModelV4, AgentExecutor>()
  const executorFor = (model: LanguageModelV4): AgentExecutor => {
    const known = executors.get(model)
    if (known !== undefined) return known
    const made = new AgentExecutor({
      name: 'measured',
      model,
      tools: [measured],
      maxParallelTools: limit,
      maxCallsPerTurn: Infinity,
      ...(admission && { admission }),
    })
    executors.set(model, made)
    return made
  }
  return {
    name: OURS,
    run: async (model) => {
      const { status, text } = await executorFor(model).run(INPUT).result
      if (status !== 'done') throw new Error(`${OURS}: expected the run to be done, got ${status}.`)
      return text
    },
  }
}

/** The AI SDK without streaming. */
export function aiGenerateText<Input>(measured: MeasuredTool<Input>, limit: number): Agent {
  const tools = aiTools(measured)
  return {
    name: 'ai generateText, not streaming',
    run: async (model) => {
      const { text } = await generateText({ model, tools, ...aiOptions(limit) })
      return text
    },
  }
}

/** The AI SDK with streaming. */
export function aiStreamText<Input>(measured: MeasuredTool<Input>, limit: number): Agent {
  const tools = aiTools(measured)
  return {
    name: 'ai streamText',
    run: async (model) => await streamText({ model, tools, ...aiOptions(limit) }).text,
  }
}

function aiTools<Input>({ name, schema, execute }: MeasuredTool<Input>): ToolSet {
  return { [name]: tool({ description: DESCRIPTION, inputSchema: schema, execute: (input: Input) => execute(input) }) }
}

function aiOptions(limit: number) {
  return { prompt: INPUT, stopWhen: isStepCount(2), toolCallConcurrency: limit, maxRetries: 0 }
}
