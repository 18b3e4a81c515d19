import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4ToolCall } from '@ai-sdk/provider'
import type { z } from 'zod'
import { bareLoop, isolated, type Outcome } from './bare-loop.ts'

/** A tool of the hand-written agent. */
export interface LoopAgentTool {
  readonly schema: z.ZodType
  readonly execute: (input: never) => Promise<unknown>
}

/** The settings of the hand-written agents. */
export interface LoopAgent {
  readonly model: LanguageModelV4
  readonly tools: Readonly<Record<string, LoopAgentTool>>
  readonly limit: number
}

/**
 * The floor of an agent: reads the parts of the stream, parses and validates the arguments, runs the calls, serialises
 * the results, and calls the model again until there are no calls. It has no events, usage, timing, timeout or abort.
 *
 * @returns the final text
 */
export function agentLoop(agent: LoopAgent, input: string): Promise<string> {
  return converse<ArrivedCall>(agent, input, {
    arrive: parse,
    settle: (calls) => bareLoop(calls, agent.limit, (call) => runCall(agent, call)),
  })
}

/** The same, but each call starts when it has arrived. It has no limit, so it is a floor for few calls only. */
export function eagerAgentLoop(agent: LoopAgent, input: string): Promise<string> {
  return converse<ArrivedCall & { readonly outcome: Promise<Outcome<unknown>> }>(agent, input, {
    arrive: (part) => {
      const call = parse(part)
      return { ...call, outcome: isolated(() => runCall(agent, call)) }
    },
    settle: (calls) => Promise.all(calls.map(({ outcome }) => outcome)),
  })
}

interface ArrivedCall {
  readonly part: LanguageModelV4ToolCall
  readonly input: unknown
}

interface Handling<Call> {
  readonly arrive: (part: LanguageModelV4ToolCall) => Call
  readonly settle: (calls: readonly Call[]) => Promise<Outcome<unknown>[]>
}

async function converse<Call extends ArrivedCall>(
  { model }: LoopAgent,
  input: string,
  { arrive, settle }: Handling<Call>,
): Promise<string> {
  const prompt = promptOf(input)
  for (;;) {
    const { stream } = await model.doStream({ prompt })
    const reader = stream.getReader()
    const calls: Call[] = []
    let text = ''
    for (;;) {
      const { done, value: part } = await reader.read()
      if (done) break
      if (part.type === 'text-delta') text += part.delta
      else if (part.type === 'tool-call') calls.push(arrive(part))
      else if (part.type === 'error') throw part.error
    }
    if (calls.length === 0) return text
    appendResults(prompt, calls, await settle(calls))
  }
}

/** The floor without a stream: the model returns the whole turn at once. */
export async function wholeTurnLoop(agent: LoopAgent, input: string): Promise<string> {
  const prompt = promptOf(input)
  for (;;) {
    const { content } = await agent.model.doGenerate({ prompt })
    const calls: ArrivedCall[] = []
    let text = ''
    for (const part of content) {
      if (part.type === 'text') text += part.text
      else if (part.type === 'tool-call') calls.push(parse(part))
    }
    if (calls.length === 0) return text
    appendResults(prompt, calls, await bareLoop(calls, agent.limit, (call) => runCall(agent, call)))
  }
}

function promptOf(input: string): LanguageModelV4Prompt {
  return [{ role: 'user', content: [{ type: 'text', text: input }] }]
}

function parse(part: LanguageModelV4ToolCall): ArrivedCall {
  return { part, input: JSON.parse(part.input) as unknown }
}

function runCall({ tools }: LoopAgent, { part, input }: ArrivedCall): Promise<unknown> {
  const tool = tools[part.toolName]
  if (tool === undefined) throw new Error(`There is no tool ${part.toolName}.`)
  return tool.execute(tool.schema.parse(input) as never)
}

function appendResults(
  prompt: LanguageModelV4Prompt,
  calls: readonly ArrivedCall[],
  outcomes: readonly Outcome<unknown>[],
): void {
  prompt.push({
    role: 'assistant',
    content: calls.map(({ part: { toolCallId, toolName }, input }) => ({
      type: 'tool-call',
      toolCallId,
      toolName,
      input,
    })),
  })
  prompt.push({
    role: 'tool',
    content: calls.map(({ part: { toolCallId, toolName } }, index) => {
      const outcome = outcomes[index]
      return {
        type: 'tool-result',
        toolCallId,
        toolName,
        output: outcome?.success
          ? { type: 'text', value: JSON.stringify(outcome.data) }
          : { type: 'error-text', value: String(outcome?.error) },
      }
    }),
  })
}
