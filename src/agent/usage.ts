import type { LanguageModelV4Usage } from '@ai-sdk/provider'

/** Tokens, as far as the provider tells; what it does not tell counts as 0. */
export interface Usage {
  /** All tokens of the prompts. */
  readonly inputTokens: number
  /** Those of them that the provider's cache had. */
  readonly cachedInputTokens: number
  /** All tokens that the model produced. */
  readonly outputTokens: number
  /** Those of them that were reasoning. */
  readonly reasoningTokens: number
}

/** Nothing used. */
export const NO_USAGE: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 }

/** A model call's usage in our words. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage {
  return {
    inputTokens: inputTokens.total ?? 0,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    outputTokens: outputTokens.total ?? 0,
    reasoningTokens: outputTokens.reasoning ?? 0,
  }
}

/** The sum of two. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  }
}
