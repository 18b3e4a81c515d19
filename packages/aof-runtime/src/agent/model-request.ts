import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { forProvider } from './for-provider.ts'
import { type ModelSettings, modelSettings, type TurnSettings } from './options.ts'
import { sentToolChoice } from './own-names.ts'
import { hidesMarks } from './responses-marks.ts'
import type { AgentMessage } from './result.ts'

/**
 * The request to the model: the agent's settings, overridden by those of this turn, the instructions and the history.
 * The same tools and messages give the same bytes in every turn, so that providers' prompt caches stay valid.
 *
 * @param provider of the model, as it names itself
 * @param base the agent's settings, picked by {@link modelSettings}
 * @param instructions the agent's
 * @param settings those of this turn
 * @param offered the definitions of the tools that the model may call in this turn
 */
export function modelRequest(
  provider: string,
  base: ModelSettings,
  instructions: string | undefined,
  settings: TurnSettings | undefined,
  messages: readonly AgentMessage[],
  offered: readonly LanguageModelV4FunctionTool[],
  abortSignal: AbortSignal,
): LanguageModelV4CallOptions {
  const system: AgentMessage[] =
    instructions === undefined ? [] : [{ role: 'system', content: instructions.toWellFormed() }]
  const own = { ...base, ...(settings !== undefined && modelSettings(settings)) }
  return {
    ...own,
    ...(own.toolChoice !== undefined && { toolChoice: sentToolChoice(own.toolChoice) }),
    prompt: [...system, ...forProvider(provider, messages)],
    ...(offered.length > 0 && { tools: [...offered] }),
    ...(hidesMarks(provider) && { includeRawChunks: true }),
    abortSignal,
  }
}
