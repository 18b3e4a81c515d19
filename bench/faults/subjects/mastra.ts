import { Agent, type AgentConfig } from '@mastra/core/agent'
import { createTool } from '@mastra/core/tools'
import { type Ledger, seen, type SeenResult } from '../ledger.ts'
import { providerModel } from '../provider-model.ts'
import { DESCRIPTION, PROMPT, type Scenario } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

/** Mastra without streaming. */
export const mastraGenerate: Subject = (scenario, ledger) => async (signal) => {
  const { text, finishReason, toolResults, error } = await agent(scenario, ledger).generate(PROMPT, options(signal))
  ledger.keep(toolResults.map(({ payload }) => resultOf(payload)))
  if (error !== undefined) throw error
  return { text, status: finishReason ?? 'none' }
}

/** Mastra with streaming; its reader has the results that arrived as parts of the stream. */
export const mastraStream: Subject = (scenario, ledger) => async (signal) => {
  const results: SeenResult[] = []
  let text = ''
  let status = 'ended'
  const { fullStream } = await agent(scenario, ledger).stream(PROMPT, options(signal))
  for await (const part of fullStream) {
    if (part.type === 'text-delta') text += part.payload.text
    else if (part.type === 'abort') status = 'abort'
    else if (part.type === 'error') throw part.payload.error
    else if (part.type === 'tool-result') results.push(resultOf(part.payload))
    else if (part.type === 'tool-error') results.push(seen(part.payload.toolCallId, String(part.payload.error), true))
    ledger.keep(results)
  }
  return { text, status }
}

function resultOf({
  toolCallId,
  result,
  isError,
}: {
  toolCallId: string
  result: unknown
  isError?: boolean
}): SeenResult {
  return seen(toolCallId, result, isError)
}

function options(abortSignal: AbortSignal) {
  return { abortSignal, maxSteps: 3 }
}

function agent(scenario: Scenario, ledger: Ledger): Agent {
  const tools = Object.fromEntries(
    scenario.tools.map(({ name, execute }) => [
      name,
      createTool({
        id: name,
        description: DESCRIPTION,
        inputSchema,
        execute: (input) => execute(input) as Promise<unknown>,
      }),
    ]),
  )
  return new Agent({
    id: 'faults',
    name: 'faults',
    instructions: PROMPT,
    // Its declarations have their own copy of the interface, in which doGenerate streams too.
    model: providerModel(scenario, ledger) as unknown as AgentConfig['model'],
    tools,
    maxRetries: 0,
  })
}
