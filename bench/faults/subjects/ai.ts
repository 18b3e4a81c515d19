import { generateText, isStepCount, streamText, tool, type ToolSet } from 'ai'
import { type Ledger, seen, type SeenResult } from '../ledger.ts'
import { providerModel } from '../provider-model.ts'
import { DESCRIPTION, PROMPT, type Scenario } from '../scenario.ts'
import type { Subject } from '../subject.ts'
import { inputSchema } from '../input.ts'

/** The AI SDK without streaming. */
export const aiGenerateText: Subject = (scenario, ledger) => async (signal) => {
  const { text, finishReason } = await generateText(options(scenario, ledger, signal))
  return { text, status: finishReason }
}

/** The AI SDK with streaming; its reader has the results that arrived as parts of the stream. */
export const aiStreamText: Subject = (scenario, ledger) => async (signal) => {
  const results: SeenResult[] = []
  let text = ''
  let status = 'ended'
  const { stream } = streamText({ ...options(scenario, ledger, signal), onError: () => {} })
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.text
    else if (part.type === 'abort') status = 'abort'
    else if (part.type === 'error') throw part.error
    else if (part.type === 'tool-result') results.push(seen(part.toolCallId, part.output, false))
    else if (part.type === 'tool-error') results.push(seen(part.toolCallId, String(part.error), true))
    ledger.keep(results)
  }
  return { text, status }
}

function options(scenario: Scenario, ledger: Ledger, signal: AbortSignal) {
  const tools: ToolSet = Object.fromEntries(
    scenario.tools.map(({ name, execute }) => [name, tool({ description: DESCRIPTION, inputSchema, execute })]),
  )
  return {
    model: providerModel(scenario, ledger),
    tools,
    prompt: PROMPT,
    stopWhen: isStepCount(3),
    maxRetries: 0,
    abortSignal: signal,
    ...(scenario.timeoutMs !== undefined && { timeout: { toolMs: scenario.timeoutMs } }),
  }
}
