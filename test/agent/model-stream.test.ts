import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { openStream, readStream } from '../../src/agent/model-stream.ts'
import { untilAborted } from '../../src/agent/until-aborted.ts'
import { settleMicrotasks } from '../../src/testing/index.ts'
import { countingSignal } from '../testing/counting-signal.ts'
import { handModel } from './harness.ts'

const delta = (value: string): LanguageModelV4StreamPart => ({ type: 'text-delta', id: 't', delta: value })
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  )

describe('untilAborted', () => {
  test('is what the promise comes to, and leaves no listener', async () => {
    const { signal, added, removed } = countingSignal()
    expect(await outcome(untilAborted(Promise.resolve(1), signal))).toEqual({ value: 1 })
    expect(await outcome(untilAborted(Promise.reject(new Error('no')), signal))).toEqual({ thrown: new Error('no') })
    expect([added(), removed()]).toEqual([2, 2])
  })

  test('is the reason of the abort, before or while it waits; what comes later is nobody’s', async () => {
    const controller = new AbortController()
    const late = Promise.withResolvers<number>()
    const waiting = outcome(untilAborted(late.promise, controller.signal))
    controller.abort('enough')
    expect(await waiting).toEqual({ thrown: 'enough' })
    expect(await outcome(untilAborted(Promise.resolve(1), controller.signal))).toEqual({ thrown: 'enough' })
    late.reject(new Error('too late'))
    await settleMicrotasks()
  })
})

describe('readStream', () => {
  async function opened(signal: AbortSignal = new AbortController().signal) {
    const model = handModel()
    const stream = await openStream(model, { prompt: [] }, signal)
    const taken: LanguageModelV4StreamPart[] = []
    return {
      model,
      taken,
      reading: (take = (part: LanguageModelV4StreamPart) => void taken.push(part)) => readStream(stream, take, signal),
    }
  }

  test('takes every part in order, and says nothing of a good end', async () => {
    const { model, taken, reading } = await opened()
    model.send(delta('a'))
    const read = reading()
    await settleMicrotasks()
    model.send(delta('b'), delta('c'))
    model.close()
    expect(await read).toBeUndefined()
    expect(taken).toEqual([delta('a'), delta('b'), delta('c')])
    expect(model.cancelled).toEqual([])
  })

  test('says what broke it', async () => {
    const { model, reading } = await opened()
    const read = reading()
    model.fail(new Error('gone'))
    expect(await read).toEqual({ cause: new Error('gone') })
  })

  test('stops where a part cannot be taken, and cancels the rest', async () => {
    const { model, reading } = await opened()
    const refusal = new Error('cannot take it')
    const read = reading(() => {
      throw refusal
    })
    model.send(delta('a'), delta('b'))
    expect(await read).toEqual({ cause: refusal })
    expect(model.cancelled).toEqual([refusal])
  })

  test('an abort cancels the stream, before or while it is read; a stream that cannot be cancelled holds nothing', async () => {
    for (const before of [true, false]) {
      const controller = new AbortController()
      const { model, taken, reading } = await opened(controller.signal)
      if (before) controller.abort('enough')
      const read = reading()
      if (!before) controller.abort('enough')
      expect(await read).toEqual({ cause: 'enough' })
      expect(model.cancelled).toEqual(['enough'])
      expect(taken).toEqual([])
    }
    const controller = new AbortController()
    const stuck = new ReadableStream<LanguageModelV4StreamPart>({ cancel: () => new Promise(() => {}) })
    const read = readStream(stuck.getReader(), () => undefined, controller.signal)
    controller.abort('enough')
    expect(await read).toEqual({ cause: 'enough' })
    const failing = new ReadableStream<LanguageModelV4StreamPart>({ cancel: () => Promise.reject(new Error('no')) })
    expect(await readStream(failing.getReader(), () => undefined, controller.signal)).toEqual({ cause: 'enough' })
    await settleMicrotasks()
  })

  test('leaves no listener on the signal', async () => {
    const { signal, added, removed } = countingSignal()
    const { model, reading } = await opened(signal)
    model.close()
    await reading()
    expect([added(), removed()]).toEqual([2, 2])
  })
})
