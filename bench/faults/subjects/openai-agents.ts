import { Agent, type AgentInputItem, run, tool } from '@openai/agents'
import { assistantMessage, functionCall, modelResponder, ScriptedModel } from '@openai/agents/testing'
import { type Ledger, seen, type SeenResult } from '../ledger.ts'
import { DESCRIPTION, FINAL_TEXT, PROMPT, type Scenario } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

/** The OpenAI Agents SDK, with its own scripted model. */
export const openaiAgents: Subject = (scenario, ledger) => async (signal) => {
  const { finalOutput, history } = await run(agent(scenario, ledger), PROMPT, { signal })
  ledger.keep(resultsIn(history))
  return { text: finalOutput ?? '' }
}

/** The same with streaming. */
export const openaiAgentsStream: Subject = (scenario, ledger) => async (signal) => {
  const result = await run(agent(scenario, ledger), PROMPT, { signal, stream: true })
  for await (const _event of result) ledger.keep(resultsIn(result.history))
  await result.completed
  ledger.keep(resultsIn(result.history))
  return { text: result.finalOutput ?? '', ...(result.cancelled && { status: 'cancelled' }) }
}

function agent(scenario: Scenario, ledger: Ledger): Agent {
  const tools = scenario.tools.map(({ name, execute, timeoutMs }) =>
    tool({
      name,
      description: DESCRIPTION,
      parameters: inputSchema,
      execute,
      ...(timeoutMs !== undefined && { timeoutMs }),
    }),
  )
  return new Agent({ name: 'faults', model: model(scenario, ledger), tools })
}

function model({ calls }: Scenario, ledger: Ledger): ScriptedModel {
  return new ScriptedModel([
    calls.map(({ id, name, input }) => functionCall(name, input, { callId: id })),
    modelResponder(({ request }) => {
      ledger.give(typeof request.input === 'string' ? [] : resultsIn(request.input))
      return [assistantMessage(FINAL_TEXT)]
    }),
  ])
}

/** Results have no field for a failure, so only their words can show it. */
function resultsIn(items: readonly AgentInputItem[]): SeenResult[] {
  return items.flatMap((item) => {
    if (item.type !== 'function_call_result') return []
    const { output } = item
    const value = typeof output === 'object' && 'text' in output ? output.text : output
    return [seen(item.callId, value)]
  })
}
