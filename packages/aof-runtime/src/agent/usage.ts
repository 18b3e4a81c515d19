import type { LanguageModelV4Usage } from '@ai-sdk/provider'

/** Numbers of tokens; a number that the provider does not report counts as 0. */
export interface Usage {
  /** All tokens of the prompts. */
  readonly inputTokens: number
  /** Input tokens from the provider's cache. */
  readonly cachedInputTokens: number
  /** All tokens that the model produced. */
  readonly outputTokens: number
  /** Output tokens that were reasoning. */
  readonly reasoningTokens: number
}

export const NO_USAGE: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 }

/** A model call's usage in this form. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage {
  return {
    inputTokens: inputTokens.total ?? 0,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    outputTokens: outputTokens.total ?? 0,
    reasoningTokens: outputTokens.reasoning ?? 0,
  }
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  }
}
