import { describe, expect, test } from 'vitest'
import {
  type AnyTool,
  MisuseError,
  type OpenBatch,
  type ToolEvent,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, dataOf, deaf, eventsOf, failureOf, setUp, type SetUp, sleeper, untilAborted } from './harness.ts'

function setUpSleep(...tools: AnyTool[]): SetUp {
  const clock = new VirtualClock()
  return setUp([sleeper(clock), ...tools], { clock })
}

const sleep = (ms: number, id = 'id'): ReturnType<typeof callOf> => callOf('sleep', { ms }, id)

async function collect(batch: OpenBatch): Promise<number[]> {
  const indices: number[] = []
  for await (const { index } of batch) indices.push(index)
  return indices
}

describe('an open batch', () => {
  test('an open batch starts a call when it is complete, while others are still arriving', async () => {
    const { executor, clock, events } = setUpSleep()
    const batch = executor.openBatch()
    const first = batch.reserve({ id: 'a', name: 'sleep' })
    const second = batch.add(sleep(5, 'b'))
    expect([first.index, second.index, batch.size]).toEqual([0, 1, 2])
    await clock.advance(7)
    first.complete('{"ms":3}')
    batch.close()
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ id, timing }) => [id, timing.totalMs])).toEqual([
      ['a', 10],
      ['b', 5],
    ])
    expect(results.map(dataOf)).toEqual([{ ms: 3 }, { ms: 5 }])
    expect(eventsOf(events, 'settled').map(({ index, at }) => [index, at])).toEqual([
      [1, 5],
      [0, 10],
    ])
    expect(eventsOf(events, 'batch_opened')).toEqual([
      expect.not.objectContaining({ size: expect.anything() as number }),
    ])
    expect(eventsOf(events, 'batch_closed')).toMatchObject([{ size: 2 }])
  })

  test('an open batch does not settle before it is closed', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    batch.add(sleep(1))
    let over = false
    void batch.results().then(() => (over = true))
    await clock.runAll()
    expect(over).toBe(false)
    batch.close()
    await settleMicrotasks()
    expect(over).toBe(true)
  })

  test('an open batch without calls has no results, and events report its opening and end', async () => {
    const { executor, events, lines } = setUpSleep()
    const batch = executor.openBatch()
    batch.close()
    expect(await batch.results()).toEqual([])
    expect(await collect(batch)).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['batch_opened', 'batch_closed', 'batch_settled'])
    expect(lines).toEqual([])
  })

  test('each handle has the result of its own call, early or late, as often as asked', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    const handle = batch.add(sleep(5))
    const slot = batch.reserve({ id: 's', name: 'nowhere' })
    const early = [handle.result(), handle.result(), handle.result()]
    slot.complete('{}')
    expect((await slot.result()).status).toBe('invalid')
    const [first, second, third] = await clock.runUntil(Promise.all(early))
    expect(first?.status).toBe('succeeded')
    expect([second, third, await handle.result()]).toEqual([first, first, first])
    batch.close()
    expect((await batch.results())[0]).toBe(first)
  })

  test('results() gives the same promise, results and order to everyone', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    for (const ms of [3, 1, 2]) batch.add(sleep(ms, `${ms}`))
    batch.close()
    const before = batch.results()
    const results = await clock.runUntil(before)
    expect(results.map(({ id }) => id)).toEqual(['3', '1', '2'])
    expect(await batch.results()).toBe(results)
  })
})

describe('a slot', () => {
  test('a dropped slot has an invalid result with the given words, and nothing runs', async () => {
    const { executor, events } = setUpSleep()
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'sleep' })
    slot.drop('The answer was cut off.')
    batch.close()
    expect(failureOf((await batch.results())[0])).toMatchObject({
      id: 'a',
      status: 'invalid',
      execution: 'none',
      error: { code: 'incomplete_call', message: 'The answer was cut off.' },
    })
    expect(eventsOf(events, 'started')).toEqual([])
  })

  test('I37 a slot without arguments at the close of its batch is invalid', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    batch.reserve({ id: 'a', name: 'sle\x1bep' })
    batch.add(sleep(1))
    batch.close()
    const [first, second] = await clock.runUntil(batch.results())
    expect(failureOf(first).error).toEqual({
      code: 'incomplete_call',
      message: "The call of 'sle\ufffdep' was never completed; nothing was run.",
      retryable: false,
    })
    expect(second?.status).toBe('succeeded')
  })

  test.each([
    [
      'completed twice',
      (slot: ReturnType<OpenBatch['reserve']>) => (slot.complete('{}'), slot.complete('{}')),
      'slot.complete()',
    ],
    [
      'dropped after it was completed',
      (slot: ReturnType<OpenBatch['reserve']>) => (slot.complete('{}'), slot.drop('x')),
      'slot.drop()',
    ],
    [
      'completed after it was dropped',
      (slot: ReturnType<OpenBatch['reserve']>) => (slot.drop('x'), slot.complete('{}')),
      'slot.complete()',
    ],
    ['dropped twice', (slot: ReturnType<OpenBatch['reserve']>) => (slot.drop('x'), slot.drop('y')), 'slot.drop()'],
  ])('a slot that is %s is a MisuseError', (_what, use, method) => {
    const batch = setUpSleep().executor.openBatch()
    expect(() => use(batch.reserve({ id: 'a', name: 'sleep' }))).toThrow(
      new MisuseError(
        method,
        'a slot that was neither completed nor dropped',
        'slot 0, which was completed or dropped before',
      ),
    )
  })

  test('dropping a slot without a reason is a MisuseError, and the slot may still be completed', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    const slot = batch.reserve({ id: 'a', name: 'sleep' })
    expect(() => slot.drop(undefined as never)).toThrow(
      'slot.drop(reason): expected a string, for the model, got undefined.',
    )
    slot.complete('{"ms":1}')
    batch.close()
    expect((await clock.runUntil(batch.results())).map(({ status }) => status)).toEqual(['succeeded'])
  })

  test('a slot may be completed after an abort or the end of its batch, and its result stays', async () => {
    const controller = new AbortController()
    const { executor } = setUpSleep()
    const batch = executor.openBatch({ signal: controller.signal })
    const [aborted, closed] = [batch.reserve({ id: 'a', name: 'sleep' }), batch.reserve({ id: 'b', name: 'sleep' })]
    controller.abort()
    aborted.complete('{}')
    batch.close()
    closed.complete('{}')
    expect((await batch.results()).map(({ status }) => status)).toEqual(['aborted', 'aborted'])
  })
})

describe('misuse of an open batch', () => {
  test('an open batch refuses calls after its close', () => {
    const batch = setUpSleep().executor.openBatch()
    batch.close()
    batch.close()
    expect(() => batch.add(sleep(1))).toThrow('batch.add(): expected an open batch, got "a closed one".')
    expect(() => batch.reserve({ id: 'a', name: 'b' })).toThrow(
      'batch.reserve(): expected an open batch, got "a closed one".',
    )
  })

  test('a malformed call has an invalid result, and reserving a malformed place is a MisuseError', async () => {
    const { executor } = setUpSleep()
    const batch = executor.openBatch()
    batch.add(null as never)
    expect(() => batch.reserve(null as never)).toThrow('batch.reserve(call): expected an object, got null.')
    batch.reserve({ id: 7, name: 7 } as never).complete('{}')
    batch.close()
    expect((await batch.results()).map((result) => [result.id, result.name, failureOf(result).error.code])).toEqual([
      ['call-0', '', 'malformed_call'],
      ['call-1', '', 'unknown_tool'],
    ])
  })
})

describe('iterating', () => {
  test('I9 iterating gives each result at its own completion', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    for (const ms of [30, 10, 20]) batch.add(sleep(ms))
    batch.close()
    const seen: [number, number][] = []
    const reading = (async () => {
      for await (const { index } of batch) seen.push([index, clock.now()])
    })()
    await clock.runUntil(reading)
    expect(seen).toEqual([
      [1, 10],
      [2, 20],
      [0, 30],
    ])
  })

  test('a late or second iteration gives all results from the first one on', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    for (const ms of [30, 10, 20]) batch.add(sleep(ms))
    await clock.advance(15)
    const during = collect(batch)
    await clock.advance(100)
    batch.add(sleep(1))
    await clock.advance(100)
    batch.close()
    expect(await during).toEqual([1, 2, 0, 3])
    expect(await Promise.all([collect(batch), collect(batch)])).toEqual([
      [1, 2, 0, 3],
      [1, 2, 0, 3],
    ])
  })

  test('leaving an iteration early cancels nothing', async () => {
    const { executor, clock } = setUpSleep()
    const batch = executor.openBatch()
    for (const ms of [10, 20]) batch.add(sleep(ms))
    batch.close()
    const left = (async () => {
      for await (const { index } of batch) return index
      return -1
    })()
    expect(await clock.runUntil(left)).toBe(0)
    expect((await clock.runUntil(batch.results())).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  })

  const endings: [string, (batch: OpenBatch, set: SetUp) => unknown][] = [
    ['it is closed', (batch) => batch.close()],
    ['it is disposed of', (batch) => batch[Symbol.asyncDispose]()],
    ['its executor is closed', (_batch, { executor }) => executor.close({ drainMs: 0 })],
  ]
  test.each(endings)('an iteration ends when %s, also if it has nothing to wait for', async (_how, end) => {
    const set = setUpSleep()
    const batch = set.executor.openBatch()
    const [reading, other] = [collect(batch), collect(batch)]
    batch.add(sleep(1))
    await set.clock.advance(5)
    void end(batch, set)
    expect(await set.clock.runUntil(Promise.all([reading, other]))).toEqual([[0], [0]])
    expect(await collect(batch)).toEqual([0])
  })
})

describe('disposing', () => {
  test('disposing closes the batch, aborts its calls, and resolves when every call has its result', async () => {
    const { executor, clock } = setUpSleep(untilAborted(), deaf().tool)
    let results: ToolResult[] = []
    const using = (async () => {
      await using batch = executor.openBatch()
      batch.add(callOf('until_aborted'))
      batch.add(callOf('deaf'))
      batch.reserve({ id: 'r', name: 'sleep' })
      void batch.results().then((all) => (results = all))
    })()
    await clock.runUntil(using)
    expect(results.map(({ status, execution }) => [status, execution])).toEqual([
      ['aborted', 'ended'],
      ['aborted', 'unknown'],
      ['invalid', 'none'],
    ])
    expect([clock.now(), clock.pending]).toEqual([50, 0])
  })

  test('disposing gives the tools a reason of the abort', async () => {
    const { executor, clock, events } = setUpSleep(untilAborted())
    const batch = executor.openBatch()
    batch.add(callOf('until_aborted'))
    await clock.runUntil(batch[Symbol.asyncDispose]())
    await batch[Symbol.asyncDispose]()
    expect(eventsOf(events, 'batch_settled').length).toBe(1)
  })
})

describe('actions of listeners on their own batch', () => {
  const acting = (act: (event: ToolEvent, batch: OpenBatch) => void): SetUp & { batch: OpenBatch } => {
    const set = setUpSleep()
    const batch = set.executor.openBatch()
    set.executor.subscribe((event) => act(event, batch))
    return { ...set, batch }
  }

  test('I3 a call added while another is accepted has a place of its own', async () => {
    const { batch, clock } = acting((event, open) => {
      if (event.type === 'accepted' && event.id === 'outer') open.add(sleep(1, 'inner'))
    })
    batch.add(sleep(2, 'outer'))
    batch.close()
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ index, id }) => [index, id])).toEqual([
      [0, 'outer'],
      [1, 'inner'],
    ])
  })

  test('a batch that a listener closes during its close is closed once', async () => {
    const { batch, events } = acting((event, open) => {
      if (event.type === 'settled') open.close()
    })
    batch.reserve({ id: 'a', name: 'sleep' })
    batch.reserve({ id: 'b', name: 'sleep' })
    batch.close()
    expect((await batch.results()).length).toBe(2)
    expect(eventsOf(events, 'batch_closed').length).toBe(1)
    expect(eventsOf(events, 'batch_settled').length).toBe(1)
  })

  test('I37 if a listener closes the batch as a whole call is accepted, the call runs, with all its options', async () => {
    const { batch, events, clock } = acting((event, open) => {
      if (event.type === 'accepted' && event.id === 'last') open.close()
    })
    batch.add({ ...sleep(1, 'first'), dependsOn: ['last'] })
    batch.add(sleep(2, 'last'))
    expect(() => batch.add(sleep(3, 'late'))).toThrow(MisuseError)
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['first', 'succeeded'],
      ['last', 'succeeded'],
    ])
    const [closed] = eventsOf(events, 'batch_closed')
    expect(closed).toMatchObject({ size: 2 })
    expect(eventsOf(events, 'batch_settled')).toHaveLength(1)
  })

  test('I37 if one listener adds a call and another closes the batch as a call is accepted, both calls run', async () => {
    const { batch, clock } = acting((event, open) => {
      if (event.type !== 'accepted') return
      if (event.id === 'outer') open.add(sleep(1, 'inner'))
      else open.close()
    })
    batch.add(sleep(2, 'outer'))
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['outer', 'succeeded'],
      ['inner', 'succeeded'],
    ])
  })

  test('I37 if a listener closes the batch as a slot is reserved, the arguments of the slot never come', async () => {
    const { batch } = acting((event, open) => {
      if (event.type === 'accepted') open.close()
    })
    batch.reserve({ id: 'a', name: 'sleep' }).complete({ ms: 1 })
    expect((await batch.results()).map((result) => failureOf(result).error.code)).toEqual(['incomplete_call'])
  })

  test('I1 a batch takes no call from a listener while its close drops slots', async () => {
    const refused: unknown[] = []
    const { batch } = acting((event, open) => {
      if (event.type !== 'settled') return
      try {
        open.add(sleep(1, 'late'))
      } catch (error) {
        refused.push(error)
      }
    })
    batch.reserve({ id: 'a', name: 'sleep' })
    batch.close()
    expect(await batch.results()).toHaveLength(1)
    expect(refused).toEqual([expect.any(MisuseError)])
  })

  test('I13 if a listener disposes of the batch as a whole call is accepted, that call is aborted', async () => {
    let disposed: Promise<void> | undefined
    const { batch } = acting((event, open) => {
      if (event.type === 'accepted') disposed ??= Promise.resolve(open[Symbol.asyncDispose]())
    })
    batch.add(sleep(5, 'a'))
    expect((await batch.results()).map(({ status, execution }) => [status, execution])).toEqual([['aborted', 'none']])
    await disposed
  })
})
