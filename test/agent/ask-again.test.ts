import { describe, expect, test } from 'vitest'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import type { TurnScript } from '../../packages/aof-runtime/src/testing/index.ts'
import { bench, eventsOf } from './harness.ts'

const busy = (more: object = {}): Error => Object.assign(new Error('overloaded'), { status: 529, ...more })

/** Fails `times` times, then answers. */
function failing(times: number, thrown: () => unknown): () => TurnScript {
  let left = times
  return () => {
    if (left-- > 0) throw thrown()
    return { text: 'ok' }
  }
}

describe('I33: a model that is unavailable', () => {
  test('I33: a model that is unavailable for a while is called again, after growing waits', async () => {
    const { agent, model, end, clock } = bench()
    const talks = model(failing(2, busy))
    const run = agent({ model: talks, random: () => 0.5 }).run('x')
    expect(await end(run)).toMatchObject({ status: 'done', text: 'ok', iterations: 1 })
    expect(clock.now()).toBe(1_000 + 2_000)
    const told = (await eventsOf(run)).filter((event) => event.type === 'model_failed')
    expect(told).toMatchObject([
      { turn: 0, attempt: 1, message: 'overloaded', retryInMs: 1_000, thrown: busy() },
      { turn: 0, attempt: 2, retryInMs: 2_000 },
    ])
  })

  test('I33: a model is called at most three times, then the run fails with its error', async () => {
    const { agent, model, end } = bench()
    const talks = model(failing(9, busy))
    const ended = await end(agent({ model: talks }).run('x'))
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'model_failed', cause: busy() } })
    expect(talks.calls).toHaveLength(3)
  })

  test('I33: a model is left alone for as long as it demands', async () => {
    const { agent, model, end, clock } = bench()
    const talks = model(failing(1, () => busy({ headers: new Headers({ 'retry-after': '20' }) })))
    await end(agent({ model: talks, random: () => 0 }).run('x'))
    expect(clock.now()).toBe(20_000)
  })

  test.each([
    ['refuses the request', () => busy({ status: 400 })],
    ['knows no such key', () => busy({ status: 401 })],
    ['fails in a way that nobody knows', () => new Error('bug')],
  ])('I33: a model that %s is not called again', async (_why, thrown) => {
    const { agent, model, end } = bench()
    const talks = model(failing(1, thrown))
    expect(await end(agent({ model: talks }).run('x'))).toMatchObject({ status: 'failed' })
    expect(talks.calls).toHaveLength(1)
  })

  test('I13: an abort ends the wait before the next request', async () => {
    const { agent, model, end, clock } = bench()
    const talks = model(failing(9, busy))
    const run = agent({ model: talks, random: () => 0.9 }).run('x')
    clock.setTimer(() => run.abort(), 100)
    expect(await end(run)).toMatchObject({ status: 'aborted', wallMs: 100 })
    expect([clock.pending, talks.calls.length]).toEqual([0, 1])
  })

  test('I33: modelRetry sets the retries, and is validated', async () => {
    const { agent, model, end } = bench()
    const talks = model(failing(9, busy))
    await end(agent({ model: talks, modelRetry: { maxAttempts: 1 } }).run('x'))
    expect(talks.calls).toHaveLength(1)
    expect(() => agent({ model: talks, modelRetry: { maxAttempts: 0 } })).toThrow(MisuseError)
  })
})
