import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { scriptedModel } from '../../packages/aof-runtime/src/testing/index.ts'
import { misformed } from './part-grammar.ts'

test('the grammar of stream parts notices a missing or doubled part', async () => {
  const model = scriptedModel([{ reasoning: 'Hm', text: 'Yes', calls: [{ name: 'a' }, { name: 'b' }] }])
  const { stream } = await model.doStream({ prompt: [] })
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of stream) parts.push(part)
  expect(misformed(parts)).toEqual([])
  for (const [index, part] of parts.entries()) {
    const optional = ['response-metadata', 'text-delta', 'reasoning-delta', 'stream-start'].includes(part.type)
    if (!optional || index === 0) expect(misformed(parts.toSpliced(index, 1)), `without ${index}`).not.toEqual([])
    if (!optional) expect(misformed(parts.toSpliced(index, 0, part)), `twice ${index}`).not.toEqual([])
  }
})
