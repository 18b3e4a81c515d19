import { Agent, type JSONValue, type Message, Model, type ModelStreamEvent, tool } from '@strands-agents/sdk'
import { type Ledger, seen, type SeenResult } from '../ledger.ts'
import { DESCRIPTION, FINAL_TEXT, PROMPT, type Scenario } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

/** Strands; its history stays in the agent, however the run ends. */
export const strands: Subject = (scenario, ledger) => async (signal) => {
  const agent = new Agent({ model: new ScriptedModel(scenario, ledger), tools: tools(scenario), printer: false })
  try {
    const { stopReason, lastMessage } = await agent.invoke(PROMPT, { cancelSignal: signal })
    const text = lastMessage.content.flatMap((block) => (block.type === 'textBlock' ? [block.text] : [])).join('')
    return { text, status: stopReason }
  } finally {
    ledger.keep(resultsIn(agent.messages))
  }
}

function tools(scenario: Scenario) {
  return scenario.tools.map(({ name, execute }) =>
    tool({ name, description: DESCRIPTION, inputSchema, callback: (input) => execute(input) as Promise<JSONValue> }),
  )
}

function resultsIn(messages: readonly Message[]): SeenResult[] {
  return messages.flatMap(({ content }) =>
    content.flatMap((block) => {
      if (block.type !== 'toolResultBlock') return []
      const value = block.content.map((part) => (part.type === 'textBlock' ? part.text : part))
      return [seen(block.toolUseId, value.length === 1 ? value[0] : value, block.status === 'error')]
    }),
  )
}

class ScriptedModel extends Model {
  readonly #scenario: Scenario
  readonly #ledger: Ledger

  constructor(scenario: Scenario, ledger: Ledger) {
    super()
    this.#scenario = scenario
    this.#ledger = ledger
  }

  override updateConfig(): void {}

  override getConfig(): { modelId: string } {
    return { modelId: 'scripted' }
  }

  override async *stream(messages: Message[]): AsyncIterable<ModelStreamEvent> {
    const isFirst = !messages.some(({ role }) => role === 'assistant')
    if (!isFirst) this.#ledger.give(resultsIn(messages))
    yield { type: 'modelMessageStartEvent', role: 'assistant' }
    if (isFirst) yield* this.#calls()
    else {
      yield { type: 'modelContentBlockStartEvent' }
      yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: FINAL_TEXT } }
      yield { type: 'modelContentBlockStopEvent' }
    }
    yield { type: 'modelMessageStopEvent', stopReason: isFirst ? 'toolUse' : 'endTurn' }
  }

  *#calls(): Iterable<ModelStreamEvent> {
    for (const { id, name, input } of this.#scenario.calls) {
      yield { type: 'modelContentBlockStartEvent', start: { type: 'toolUseStart', name, toolUseId: id } }
      yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'toolUseInputDelta', input } }
      yield { type: 'modelContentBlockStopEvent' }
    }
  }
}
