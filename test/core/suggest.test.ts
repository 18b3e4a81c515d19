import { describe, expect, it } from 'vitest'
import { suggest } from '../../packages/aof-runtime/src/core/contract/suggest.ts'

describe('a suggestion', () => {
  const fields = ['max_iterations', 'max_tokens', 'model', 'tools', 'temperature', 'env']

  it.each([
    ['max_iteration', 'max_iterations'],
    ['maxIterations', 'max_iterations'],
    ['MAX-TOKENS', 'max_tokens'],
    ['modle', 'model'],
    ['tool', 'tools'],
    ['temprature', 'temperature'],
    ['evn', 'env'],
    ['temp', undefined],
    ['temper', 'temperature'],
    ['max_tok', 'max_tokens'],
    ['agent_model', 'model'],
  ])('the suggestion for %s is %s', (word, meant) => expect(suggest(word, fields)).toBe(meant))

  it.each(['', 'x', 'include', 'zzzzzz', '__proto__'])('there is no suggestion for %j', (word) =>
    expect(suggest(word, fields)).toBeUndefined(),
  )
})
