import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { ModelStream, readStream } from '../../packages/aof-runtime/src/agent/model-stream.ts'
import { untilAborted } from '../../packages/aof-runtime/src/agent/until-aborted.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { countingSignal } from '../testing/counting-signal.ts'
import { handModel } from './harness.ts'

const delta = (value: string): LanguageModelV4StreamPart => ({ type: 'text-delta', id: 't', delta: value })
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  )

describe('untilAborted', () => {
  test('untilAborted settles like the promise, and leaves no listener', async () => {
    const { signal, added, removed } = countingSignal()
    expect(await outcome(untilAborted(Promise.resolve(1), signal))).toEqual({ value: 1 })
    expect(await outcome(untilAborted(Promise.reject(new Error('no')), signal))).toEqual({ thrown: new Error('no') })
    expect([added(), removed()]).toEqual([2, 2])
  })

  test('untilAborted rejects with the reason of the abort, before or during the wait; later outcomes are ignored', async () => {
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
    const clock = new VirtualClock()
    const stream = await ModelStream.open(model, { prompt: [] }, { signal, clock, idleMs: 1_000 })
    const taken: LanguageModelV4StreamPart[] = []
    return {
      model,
      clock,
      taken,
      reading: (take = (part: LanguageModelV4StreamPart) => void taken.push(part)) => readStream(stream, take),
    }
  }

  test('readStream takes every part in order, and returns no error for a normal end', async () => {
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

  test('readStream returns the error that broke the stream', async () => {
    const { model, reading } = await opened()
    const read = reading()
    model.fail(new Error('gone'))
    expect(await read).toEqual({ cause: new Error('gone') })
  })

  test('readStream stops at a part that cannot be taken, and cancels the rest', async () => {
    const { model, reading } = await opened()
    const refusal = new Error('cannot take it')
    const read = reading(() => {
      throw refusal
    })
    model.send(delta('a'), delta('b'))
    expect(await read).toEqual({ cause: refusal })
    expect(model.cancelled).toEqual([refusal])
  })

  test('an abort cancels the stream, before or during the reading; a stream that ignores it delays nothing', async () => {
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
    for (const cancel of [() => new Promise<void>(() => {}), () => Promise.reject(new Error('no'))]) {
      const controller = new AbortController()
      const stuck = { ...handModel(), doStream: async () => ({ stream: new ReadableStream({ cancel }) }) }
      const reading = { signal: controller.signal, clock: new VirtualClock(), idleMs: Infinity }
      const read = readStream(await ModelStream.open(stuck, { prompt: [] }, reading), () => undefined)
      controller.abort('enough')
      expect(await read).toEqual({ cause: 'enough' })
    }
    await settleMicrotasks()
  })

  test('too long a time without a part ends the reading, whatever else is sent; each part restarts the time', async () => {
    const { model, clock, taken, reading } = await opened()
    const read = reading()
    for (const n of [1, 2, 3]) {
      await clock.advance(999)
      model.send(delta(`${n}`))
      await settleMicrotasks()
    }
    await clock.advance(1_000)
    expect(await read).toMatchObject({ cause: { name: 'ModelIdle', code: 'ETIMEDOUT' } })
    expect(taken).toHaveLength(3)
    expect(model.cancelled).toHaveLength(1)
    expect(model.asked[0]?.abortSignal?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('readStream leaves no listener on the signal, and no timer', async () => {
    const { signal, added, removed } = countingSignal()
    const { model, clock, reading } = await opened(signal)
    model.close()
    await reading()
    expect(added()).toBeGreaterThan(0)
    expect([removed(), clock.pending]).toEqual([added(), 0])
  })
})
