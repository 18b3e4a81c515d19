import { expect, test } from 'vitest'
import { addUsage, NO_USAGE, usageOf } from '../../packages/aof-runtime/src/agent/usage.ts'

test('numbers of tokens that the provider does not report count as 0', () => {
  const told = usageOf({
    inputTokens: { total: 100, noCache: 30, cacheRead: 60, cacheWrite: 10 },
    outputTokens: { total: 50, text: 20, reasoning: 30 },
  })
  expect(told).toEqual({ inputTokens: 100, cachedInputTokens: 60, outputTokens: 50, reasoningTokens: 30 })
  const untold = usageOf({
    inputTokens: { total: undefined, noCache: 7, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: undefined, text: 7, reasoning: undefined },
  })
  expect(untold).toEqual(NO_USAGE)
})

test('two usages are summed field by field, and neither is changed', () => {
  const a = Object.freeze({ inputTokens: 1, cachedInputTokens: 20, outputTokens: 300, reasoningTokens: 4_000 })
  const b = Object.freeze({ inputTokens: 5, cachedInputTokens: 60, outputTokens: 700, reasoningTokens: 8_000 })
  expect(addUsage(a, b)).toEqual({
    inputTokens: 6,
    cachedInputTokens: 80,
    outputTokens: 1_000,
    reasoningTokens: 12_000,
  })
  expect(addUsage(a, NO_USAGE)).toEqual(a)
})
