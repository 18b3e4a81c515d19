import { describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../../packages/aof-runtime/src/core/attempt/circuit-breaker.ts'
import {
  type AnyTool,
  type BreakerOptions,
  defineTool,
  MisuseError,
  ToolExecutor,
  ToolFailure,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, deaf, eventsOf, failureOf, setUp } from './harness.ts'

const options = { failureRate: 0.5, windowMs: 1_000, minimumAttempts: 4, openMs: 300 } satisfies BreakerOptions

function breaker(more: BreakerOptions = {}): { readonly of: CircuitBreaker; readonly states: [string, number][] } {
  const states: [string, number][] = []
  return { of: new CircuitBreaker({ ...options, ...more }, (state, at) => states.push([state, at])), states }
}

/** Lets attempts of these outcomes pass, one after the other, all at once. */
function pass(of: CircuitBreaker, outcomes: string, now: number): void {
  for (const outcome of outcomes) {
    const entered = of.enter(now)
    if (entered === undefined) throw new Error('it let nobody in')
    of.ended(entered, outcome === '-' ? 'failure' : outcome === '+' ? 'success' : 'neither', now)
  }
}

describe('a circuit breaker', () => {
  test.each([
    ['---', 'closed'],
    ['----', 'open'],
    ['++--', 'open'],
    ['+++-', 'closed'],
    ['+++---', 'open'],
    ['000---', 'closed'],
  ])('after %s a circuit breaker is %s', (outcomes, state) => {
    const { of } = breaker()
    pass(of, outcomes, 5)
    expect(of.state).toBe(state)
  })

  test('a circuit breaker forgets attempts older than its window, a slice at a time', () => {
    const { of } = breaker()
    pass(of, '---', 0)
    pass(of, '-', 1_000)
    expect(of.state).toBe('closed')
    pass(of, '---', 1_099)
    expect(of.state).toBe('open')
  })

  test('I20 a circuit breaker lets one probe through after openMs; its success closes the breaker, its failure opens it again', () => {
    const { of, states } = breaker()
    pass(of, '----', 100)
    expect([of.enter(399), of.openFor(399)]).toEqual([undefined, 1])
    const probe = of.enter(400) as number
    expect([of.enter(400), of.state]).toEqual([undefined, 'half_open'])
    of.ended(probe, 'failure', 410)
    expect(of.enter(709)).toBeUndefined()
    of.ended(of.enter(710) as number, 'success', 720)
    expect(states).toEqual([
      ['open', 100],
      ['half_open', 400],
      ['open', 410],
      ['half_open', 710],
      ['closed', 720],
    ])
    pass(of, '---', 721)
    expect(of.state).toBe('closed')
  })

  test('I20 after a probe whose end says nothing about the tool, the next call is the probe', () => {
    const { of } = breaker()
    pass(of, '----', 0)
    of.ended(of.enter(300) as number, 'neither', 310)
    expect(of.enter(310)).toBeTypeOf('number')
    expect(of.enter(310)).toBeUndefined()
  })

  test('an attempt that began before a breaker opened does not change its state', () => {
    const { of } = breaker()
    const old = [of.enter(0), of.enter(0)] as number[]
    pass(of, '----', 1)
    of.ended(old[0] as number, 'success', 2)
    expect(of.state).toBe('open')
    const probe = of.enter(301) as number
    of.ended(old[1] as number, 'success', 302)
    expect([of.state, of.enter(302)]).toEqual(['half_open', undefined])
    of.ended(probe, 'success', 303)
    expect(of.state).toBe('closed')
  })
})

describe('a tool with a breaker', () => {
  function failing(thrown: () => unknown, more: Partial<AnyTool> = {}): AnyTool {
    return { ...defineTool({ name: 'bad', execute: () => Promise.reject(thrown()) }), breaker: options, ...more }
  }

  test('I20 a tool that keeps failing gets no calls, then one probe, and the events report both', async () => {
    let works = false
    const tool: AnyTool = {
      ...defineTool({
        name: 'bad',
        execute: () => {
          if (!works) throw new Error('down')
          return 'up'
        },
      }),
      breaker: options,
    }
    const { run, clock, events } = setUp([tool])
    await run(callsOf('bad', 4))
    const rejected = await run(callsOf('bad', 2))
    expect(rejected.map((result) => [result.status, result.execution, failureOf(result).error.code])).toEqual(
      Array(2).fill(['rejected', 'none', 'breaker_open']),
    )
    expect(failureOf(rejected[0]).error.message).toBe(
      "The tool 'bad' has failed too often and is left alone for now; nothing was run. Try again in 300 ms.",
    )
    await clock.advance(300)
    works = true
    expect((await run(callsOf('bad', 2))).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(eventsOf(events, 'breaker_changed').map(({ tool: name, state, at }) => [name, state, at])).toEqual([
      ['bad', 'open', 0],
      ['bad', 'half_open', 300],
      ['bad', 'closed', 300],
    ])
  })

  test('an aborted probe does not count, and aborts and permanent failures do not open a breaker', async () => {
    const { run } = setUp([failing(() => new ToolFailure('no such city'))])
    await run(callsOf('bad', 8))
    expect((await run([callOf('bad')]))[0]?.status).toBe('failed')
    const { tool } = deaf('bad')
    const aborting = setUp([{ ...tool, breaker: options }], { maxAbandoned: Infinity })
    await aborting.clock.runUntil(aborting.executor.executeTools(callsOf('bad', 8), { deadlineMs: 10 }))
    expect((await aborting.run([callOf('bad')], { deadlineMs: 10 }))[0]?.status).toBe('timed_out')
  })

  test('I51 calls that a breaker rejects pass their permits on', async () => {
    const other = defineTool({ name: 'other', execute: () => 1 })
    const { run } = setUp([failing(() => new Error('x')), other], { maxParallelTools: 1 })
    const results = await run([...callsOf('bad', 6), callOf('other')])
    expect(results.map(({ status }) => status)).toEqual([
      ...Array(4).fill('failed'),
      'rejected',
      'rejected',
      'succeeded',
    ])
  })

  test('an open breaker ends the retries of its calls with their last failures', async () => {
    const tool = failing(() => new Error('x'), {
      retry: { maxAttempts: 9, initialDelayMs: 10 },
      annotations: { readOnlyHint: true },
    })
    const { run } = setUp([tool])
    const [result] = await run([callOf('bad')])
    expect(failureOf(result)).toMatchObject({ status: 'failed', error: { message: 'x' }, timing: { attempts: 4 } })
  })

  test('I13 a listener may abort the probe on the event that the breaker is half open: nothing starts, and the next call is the probe', async () => {
    const controller = new AbortController()
    const { executor, run, clock } = setUp([failing(() => new Error('x'))])
    await run(callsOf('bad', 4))
    await clock.advance(300)
    executor.subscribe((event) => {
      if (event.type === 'breaker_changed' && event.state === 'half_open') controller.abort()
    })
    const results = await run(callsOf('bad', 2), { signal: controller.signal })
    expect(results.map(({ status, execution }) => [status, execution])).toEqual(Array(2).fill(['aborted', 'none']))
    expect(executor.stats().running).toBe(0)
    expect((await run([callOf('bad')]))[0]?.status).toBe('failed')
  })

  test.each([
    [{ failureRate: 0 }, 'failureRate'],
    [{ failureRate: 1.1 }, 'failureRate'],
    [{ windowMs: 9 }, 'windowMs'],
    [{ minimumAttempts: 0 }, 'minimumAttempts'],
    [{ openMs: 0 }, 'openMs'],
    [true as never, 'breaker'],
  ])('%j is refused', (given, named) => {
    const tool = { ...deaf().tool, breaker: given }
    expect(() => new ToolExecutor({ tools: [tool] })).toThrow(MisuseError)
    expect(() => defineTool(tool as never)).toThrow(named)
  })
})

describe('maxAbandoned', () => {
  test('a tool with maxAbandoned abandoned attempts is rejected until one ends; other tools run', async () => {
    const { tool, runs } = deaf()
    const other = defineTool({ name: 'other', execute: () => 1 })
    const { run, executor } = setUp([{ ...tool, timeoutMs: 10 }, other], { maxAbandoned: 2 })
    const results = await run([...callsOf('deaf', 2), callOf('other')])
    expect(results.map(({ execution }) => execution)).toEqual(['unknown', 'unknown', 'ended'])
    const [rejected, fine] = await run([callOf('deaf'), callOf('other')])
    expect(failureOf(rejected)).toMatchObject({
      status: 'rejected',
      execution: 'none',
      error: {
        code: 'too_many_abandoned',
        message:
          "2 earlier calls of the tool 'deaf' did not end after their signal and still run (maxAbandoned: 2); nothing was run.",
      },
    })
    expect(fine?.status).toBe('succeeded')
    runs[0]?.resolve('late')
    await settleMicrotasks()
    expect((await run([callOf('deaf')]))[0]?.status).toBe('timed_out')
    expect(executor.stats().abandoned).toBe(2)
  })

  test('maxAbandoned is 10 by default', async () => {
    const { tool } = deaf()
    const { run } = setUp([{ ...tool, timeoutMs: 10 }])
    await run(callsOf('deaf', 10))
    expect((await run([callOf('deaf')]))[0]?.status).toBe('rejected')
  })
})
