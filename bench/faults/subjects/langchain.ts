import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'
import { type StructuredToolInterface, tool } from '@langchain/core/tools'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { createAgent } from 'langchain'
import { type Ledger, seen, type SeenResult } from '../ledger.ts'
import { DESCRIPTION, type FaultCall, FINAL_TEXT, PROMPT, type Scenario } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

/** LangChain's agent. */
export const createAgentInvoke: Subject = (scenario, ledger) => async (signal) => {
  const agent = createAgent({ model: new ScriptedChatModel(scenario, ledger), tools: tools(scenario) })
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: PROMPT }] }, config(scenario, signal))
  ledger.keep(resultsIn(messages))
  return { text: messages.at(-1)?.text ?? '' }
}

/** LangGraph's node that runs tools, without a model: its results are those that a model would receive. */
export const toolNode: Subject = (scenario, ledger) => async (signal) => {
  const node = new ToolNode(tools(scenario))
  const asked: { messages: BaseMessage[] } = { messages: [asksFor(scenario.calls)] }
  const { messages } = (await node.invoke(asked, config(scenario, signal))) as { messages: BaseMessage[] }
  const results = resultsIn(messages)
  ledger.keep(results)
  if (!signal.aborted) ledger.give(results)
  return { text: signal.aborted ? '' : FINAL_TEXT }
}

function config({ timeoutMs }: Scenario, signal: AbortSignal) {
  return { signal, ...(timeoutMs !== undefined && { timeout: timeoutMs }) }
}

function tools(scenario: Scenario): StructuredToolInterface[] {
  return scenario.tools.map(({ name, execute }) =>
    // The function is not async, so that synchronous throws stay synchronous.
    tool((input) => execute(input) as Promise<unknown>, { name, description: DESCRIPTION, schema: inputSchema }),
  )
}

/** The calls in the form of LangChain's own models: arguments that are not JSON make an invalid call. */
function asksFor(calls: readonly FaultCall[]): AIMessage {
  const parsed = calls.map((call) => ({ ...call, args: parsedObject(call.input) }))
  return new AIMessage({
    content: '',
    tool_calls: parsed.flatMap(({ id, name, args }) => (args === undefined ? [] : [{ id, name, args }])),
    invalid_tool_calls: parsed.flatMap(({ id, name, args, input }) =>
      args === undefined ? [{ id, name, args: input, error: 'Malformed args.' }] : [],
    ),
  })
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function resultsIn(messages: readonly BaseMessage[]): SeenResult[] {
  return messages.flatMap((message) =>
    ToolMessage.isInstance(message) ? [seen(message.tool_call_id, message.content, message.status === 'error')] : [],
  )
}

class ScriptedChatModel extends BaseChatModel {
  readonly #scenario: Scenario
  readonly #ledger: Ledger

  constructor(scenario: Scenario, ledger: Ledger) {
    super({ maxRetries: 0 })
    this.#scenario = scenario
    this.#ledger = ledger
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const isFirst = !messages.some((message) => AIMessage.isInstance(message))
    if (!isFirst) this.#ledger.give(resultsIn(messages))
    const message = isFirst ? asksFor(this.#scenario.calls) : new AIMessage(FINAL_TEXT)
    return { generations: [{ text: message.text, message }] }
  }
}
