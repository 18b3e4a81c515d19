import { describe, expect, test } from 'vitest'
import { defineTool } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, setUp } from '../harness.ts'
import { controllerOf, orderIn, work } from './harness.ts'

describe('a call takes all that it needs in one step', () => {
  test('a call that waits for its executor holds no permit of its tool', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const scarce = work(clock, 'scarce', 10, { maxParallel: 1 })
    const busy = setUp([work(clock, 'long', 100).tool, scarce.tool], { clock, admission, maxParallelTools: 1 })
    const idle = setUp([scarce.tool], { clock, admission })
    const waiting = busy.executor.executeTools([callOf('long'), callOf('scarce', {}, 'late')])
    await clock.runUntil(idle.executor.executeTools([callOf('scarce', {}, 'a'), callOf('scarce', {}, 'b')]))
    expect(scarce.starts).toEqual(['a@0', 'b@10'])
    await clock.runUntil(waiting)
    expect(scarce.starts.at(-1)).toBe('late@100')
  })

  test('a call that waits for its tool holds no permit of its executor or process', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 2 })
    const scarce = work(clock, 'scarce', 100, { maxParallel: 1 })
    const free = work(clock, 'free', 10)
    const { executor } = setUp([scarce.tool, free.tool], { clock, admission, maxParallelTools: 2 })
    const all = executor.executeTools([...callsOf('scarce', 5), ...callsOf('free', 5)])
    await clock.advance(50)
    expect([free.ends.length, executor.stats().running]).toEqual([5, 1])
    await clock.runUntil(all)
  })

  test('a call that waits for a permit takes no token of its rate', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock)
    const rated = work(clock, 'rated', 10, { rate: { n: 1, perMs: 1_000 } })
    const busy = setUp([work(clock, 'long', 500).tool, rated.tool], { clock, admission, maxParallelTools: 1 })
    const idle = setUp([rated.tool], { clock, admission })
    const waiting = busy.executor.executeTools([callOf('long'), callOf('rated', {}, 'late')])
    await clock.advance(100)
    await clock.runUntil(idle.executor.executeTools([callOf('rated', {}, 'now')]))
    expect(rated.starts).toEqual(['now@100'])
    await clock.runUntil(waiting)
    expect(rated.starts).toEqual(['now@100', 'late@1100'])
  })

  test('I25 a call that is aborted while it waits has taken no permit', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const scarce = work(clock, 'scarce', 10, { maxParallel: 1, rate: { n: 2, perMs: 1_000, burst: 2 } })
    const { executor } = setUp([scarce.tool], { clock })
    const running = executor.executeTools([callOf('scarce', {}, 'a')])
    const aborted = executor.executeTools(callsOf('scarce', 20), { signal: controller.signal })
    const last = executor.executeTools([callOf('scarce', {}, 'b')])
    controller.abort()
    expect((await aborted).every(({ status }) => status === 'aborted')).toBe(true)
    await clock.runUntil(Promise.all([running, last]))
    expect(scarce.starts).toEqual(['a@0', 'b@10'])
    expect([clock.pending, executor.stats().waiting]).toEqual([0, 0])
  })
})

describe('a permit that is given back', () => {
  test('a released permit goes to a waiting call, not to a call that comes at that moment', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10)
    const { executor, events } = setUp([tool], { clock, maxParallelTools: 1 })
    const batch = executor.openBatch()
    const ends = executor.subscribe((event) => {
      if (event.type !== 'settled') return
      ends()
      batch.add(callOf('w', {}, 'barging'))
    })
    for (const id of ['a', 'b', 'c']) batch.add(callOf('w', {}, id))
    await clock.advance(10)
    batch.close()
    await clock.runUntil(batch.results())
    expect(orderIn(events)).toEqual(['a', 'b', 'c', 'barging'])
  })

  test('a released permit goes to a waiting call, not to a call that the holder makes next', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10)
    const { executor, events } = setUp([tool], { clock, maxParallelTools: 1 })
    const first = executor.executeTools([callOf('w', {}, 'first')], { run: 'r' })
    const second = executor.executeTools([callOf('w', {}, 'second')], { run: 'r' })
    const third = first.then(() => executor.executeTools([callOf('w', {}, 'third')], { run: 'r' }))
    await clock.runUntil(Promise.all([second, third]))
    expect(orderIn(events)).toEqual(['first', 'second', 'third'])
  })

  test('I51 a permit is never seen free while a call waits for it', async () => {
    const clock = new VirtualClock()
    const { tool } = work(clock, 'w', 10)
    const { executor, run } = setUp([tool], { clock, maxParallelTools: 2 })
    const seen: number[] = []
    executor.subscribe((event) => {
      if (event.type === 'started' || event.type === 'parked') seen.push(executor.stats().running)
    })
    await run(callsOf('w', 20))
    expect(seen.slice(2)).toEqual(Array(36).fill(2))
    expect(clock.now()).toBe(100)
  })

  test('I25 a listener’s own call may take a released permit, and the limit still holds', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const { executor, run } = setUp([worked.tool], { clock, maxParallelTools: 2 })
    const extra: Promise<unknown>[] = []
    executor.subscribe((event) => {
      if (event.type === 'settled' && extra.length < 10) extra.push(executor.executeTools([callOf('w')]))
    })
    await run(callsOf('w', 10))
    await clock.runUntil(Promise.all(extra))
    expect([worked.peak, worked.starts.length, clock.now()]).toEqual([2, 20, 100])
  })
})

describe('the stack stays flat', () => {
  const gated = (clock: VirtualClock, more: object = {}) => {
    let runs = 0
    const gate = defineTool({ name: 'gate', execute: () => clock.sleep(10) })
    const quick = defineTool({ name: 'quick', ...more, execute: () => ++runs })
    return { gate, quick, runs: () => runs }
  }

  test('the stack stays flat when 100 000 calls wait whose tools return at once', async () => {
    const clock = new VirtualClock()
    const { gate, quick, runs } = gated(clock)
    const { run } = setUp([gate, quick], { clock, maxParallelTools: 1, quiet: true })
    const results = await run([callOf('gate'), ...callsOf('quick', 100_000)])
    expect([runs(), results.filter(({ success }) => success).length]).toEqual([100_000, 100_001])
    expect(results.every(({ index }, i) => index === i)).toBe(true)
  })

  test('the stack stays flat when 100 000 calls wait for their tool, in two executors', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 4 })
    let runs = 0
    const tool = defineTool({
      name: 'w',
      maxParallel: 1,
      execute: () => (runs++ === 0 ? clock.sleep(10) : undefined),
    })
    const [one, other] = [
      setUp([tool], { clock, admission, quiet: true }),
      setUp([tool], { clock, admission, quiet: true }),
    ]
    await clock.runUntil(
      Promise.all([one.executor.executeTools(callsOf('w', 50_000)), other.executor.executeTools(callsOf('w', 50_000))]),
    )
    expect([runs, admission.stats().running]).toEqual([100_000, 0])
  })

  test('the stack stays flat when 100 000 waiting calls are aborted', async () => {
    const clock = new VirtualClock()
    const { gate, quick, runs } = gated(clock)
    const controller = new AbortController()
    const { executor } = setUp([gate, quick], { clock, maxParallelTools: 1, quiet: true })
    const gateOpen = executor.executeTools([callOf('gate')])
    const waiting = executor.executeTools(callsOf('quick', 100_000), { signal: controller.signal })
    controller.abort()
    expect((await waiting).every(({ status }) => status === 'aborted')).toBe(true)
    expect(executor.stats().waiting).toBe(0)
    await clock.runUntil(gateOpen)
    expect([runs(), clock.pending]).toEqual([0, 0])
  })
})
