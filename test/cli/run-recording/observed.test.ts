import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { scriptedModel, settleMicrotasks } from 'aof-runtime/testing'
import { describe, expect, test } from 'vitest'
import { ObservedExecutor } from '../../../packages/aof-cli/src/run-recording/observed-executor.ts'
import { type AnswerObserver, observedModel } from '../../../packages/aof-cli/src/run-recording/observed-model.ts'
import { echo, fail, partsOf } from './runs.ts'

function observer(told: unknown[]): AnswerObserver {
  return {
    part: (part) => told.push(part),
    refused: (cause) => told.push({ refused: cause }),
    ended: (error) => told.push(error ?? 'ended'),
  }
}

const script = [{ reasoning: 'Hm.', text: 'One.', calls: [{ name: 'echo', arguments: { text: 'a' } }] }]

describe('an observed model', () => {
  test('gives the same parts as the model, and reports each before passing it on', async () => {
    const parts = await partsOf((await scriptedModel(script).doStream({ prompt: [] })).stream)
    const told: unknown[] = []
    const { stream } = await observedModel(scriptedModel([parts]), () => observer(told)).doStream({ prompt: [] })
    const seen: LanguageModelV4StreamPart[] = []
    for await (const part of stream) {
      expect(told.at(-1)).toBe(part)
      seen.push(part)
    }
    seen.forEach((part, index) => expect(part).toBe(parts[index]))
    expect(told).toEqual([...parts, 'ended'])
  })

  test('reads nothing ahead, and passes a part on in the same turn of the event loop', async () => {
    const parts: LanguageModelV4StreamPart[] = [1, 2].map((n) => ({ type: 'text-start', id: String(n) }))
    let pulled = 0
    const model = {
      ...scriptedModel([]),
      doStream: async () => ({
        stream: new ReadableStream<LanguageModelV4StreamPart>(
          {
            pull: (controller) => {
              const part = parts[pulled++]
              if (part === undefined) controller.close()
              else controller.enqueue(part)
            },
          },
          { highWaterMark: 0 },
        ),
      }),
    }
    const { stream } = await observedModel(model, () => observer([])).doStream({ prompt: [] })
    await settleMicrotasks()
    expect(pulled).toBe(0)
    const reader = stream.getReader()
    let turns = 0
    const count = setImmediate(() => turns++)
    await reader.read()
    expect([pulled, turns]).toEqual([1, 0])
    clearImmediate(count)
  })

  test('breaks, refuses and is cancelled like the model', async () => {
    const cause = new Error('no')
    const told: unknown[] = []
    const model = observedModel(
      scriptedModel([{ text: 'Half', breakAfter: 2, breakWith: cause }, { rejectWith: cause }]),
      () => observer(told),
    )
    const { stream } = await model.doStream({ prompt: [] })
    await expect(partsOf(stream)).rejects.toBe(cause)
    expect(told.at(-1)).toEqual({ cause })
    await expect(model.doStream({ prompt: [] })).rejects.toBe(cause)
    expect(told.at(-1)).toEqual({ refused: cause })

    let left: unknown
    const endless = {
      ...scriptedModel([]),
      doStream: async () => ({
        stream: new ReadableStream<LanguageModelV4StreamPart>({ cancel: (reason) => void (left = reason) }),
      }),
    }
    await (await observedModel(endless, () => observer([])).doStream({ prompt: [] })).stream.cancel(cause)
    expect(left).toBe(cause)
  })

  test('keeps the other properties of the model', async () => {
    const model = { ...scriptedModel(script), supportedUrls: { 'image/*': [/x/] } }
    const withMore = {
      ...model,
      doStream: async () => ({ stream: new ReadableStream<LanguageModelV4StreamPart>(), request: { body: 1 } }),
    }
    const observed = observedModel(withMore, () => observer([]))
    expect([observed.provider, observed.modelId, observed.supportedUrls]).toEqual([
      'scripted',
      'scripted',
      model.supportedUrls,
    ])
    expect((await observed.doStream({ prompt: [] })).request).toEqual({ body: 1 })
    expect((await observedModel(model, () => observer([])).doGenerate({ prompt: [] })).finishReason.unified).toBe(
      'tool-calls',
    )
  })
})

describe('an observed executor', () => {
  test('reports the arguments of each call by index, as written, before it starts', async () => {
    const told: unknown[] = []
    const executor = new ObservedExecutor(
      { tools: [echo, fail] },
      {
        arguments: (turn, index, written) => told.push([turn, index, written]),
        event: ({ type }) => {
          if (type === 'started' || type === 'settled') told.push(type)
        },
      },
    )
    await using batch = executor.openBatch({ turn: 3 })
    const slot = batch.reserve({ id: 'x', name: 'echo' })
    batch.add({ id: 'x', name: 'fail', arguments: {} })
    slot.complete('{"text":"a"}')
    batch.reserve({ id: 'y', name: 'echo' }).drop('cut off')
    batch.close()
    const results = await batch.results()
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'invalid'])
    expect(told[0]).toEqual([3, 1, '{}'])
    expect(told).toContainEqual([3, 0, '{"text":"a"}'])
    expect(told.filter((each) => each === 'settled')).toHaveLength(3)
  })
})
