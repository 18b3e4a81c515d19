import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import type { AgentOptions, ModelSettings, TurnSettings } from './options.ts'
import type { AgentMessage } from './result.ts'

/**
 * What the model is asked: the agent's settings, those of this turn over them, the instructions and the history. The
 * same tools and messages give the same bytes, turn after turn, so that providers' prompt caches hold.
 *
 * @param offered the definitions of the tools that the model may call in this turn
 */
export function modelRequest(
  options: AgentOptions,
  settings: TurnSettings,
  messages: readonly AgentMessage[],
  offered: readonly LanguageModelV4FunctionTool[],
  abortSignal: AbortSignal,
): LanguageModelV4CallOptions {
  const { instructions } = options
  const system: AgentMessage[] = instructions === undefined ? [] : [{ role: 'system', content: instructions }]
  return {
    ...modelSettings(options),
    ...modelSettings(settings),
    prompt: [...system, ...messages],
    ...(offered.length > 0 && { tools: [...offered] }),
    abortSignal,
  }
}

/** Only what the model takes; everything else stays here. */
function modelSettings(settings: ModelSettings): ModelSettings {
  const { temperature, maxOutputTokens, topP, topK, presencePenalty, frequencyPenalty, stopSequences, seed } = settings
  const { reasoning, toolChoice, responseFormat, headers, providerOptions } = settings
  const all = {
    temperature,
    maxOutputTokens,
    topP,
    topK,
    presencePenalty,
    frequencyPenalty,
    stopSequences,
    seed,
    reasoning,
    toolChoice,
    responseFormat,
    headers,
    providerOptions,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
