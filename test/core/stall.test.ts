import { describe, expect, test } from 'vitest'
import { type AnyTool, defineTool, MisuseError, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, eventsOf, setUp, sleeper } from './harness.ts'

describe('an event loop that stands still (I28)', () => {
  /** Computes for `ms`, right away or after a while. */
  function crunch(clock: VirtualClock, ms: number, afterMs?: number): AnyTool {
    return defineTool({
      name: 'crunch',
      execute: async () => {
        if (afterMs !== undefined) await clock.sleep(afterMs)
        clock.leap(ms)
        return 'done'
      },
    })
  }

  test('I28 an event and a warning name the tool that stalled the event loop', async () => {
    const clock = new VirtualClock()
    const { executor, events, lines } = setUp([crunch(clock, 400), sleeper(clock)], { clock, stallMs: 250 })
    const running = executor.executeTools([callOf('sleep', {}, 'a'), callOf('crunch', {}, 'b')], { run: 'r', turn: 3 })
    await clock.runAll()
    await running
    expect(eventsOf(events, 'stalled')).toEqual([
      {
        type: 'stalled',
        at: 400,
        stalledMs: 275,
        calls: [
          { run: 'r', turn: 3, batch: 1, index: 1, id: 'b', name: 'crunch' },
          { run: 'r', turn: 3, batch: 1, index: 0, id: 'a', name: 'sleep' },
        ],
      },
    ])
    expect(lines.filter((line) => line.startsWith('WARN'))).toEqual([
      'WARN The event loop was blocked for 275ms while this ran: crunch, sleep. CPU-bound tools belong in a thread (isolation).',
    ])
  })

  test('I28 a stall is not blamed on tools that started after it', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 900), sleeper(clock)], {
      clock,
      stallMs: 250,
      maxParallelTools: 2,
    })
    const running = executor.executeTools([
      callOf('sleep', { ms: 2_000 }),
      callOf('crunch'),
      callOf('sleep', { ms: 2_000 }),
      callOf('sleep', { ms: 2_000 }),
    ])
    await clock.runAll()
    await running
    const [stalled] = eventsOf(events, 'stalled')
    expect(stalled?.calls.map(({ index, name }) => [index, name])).toEqual([
      [1, 'crunch'],
      [0, 'sleep'],
    ])
  })

  test('I28 a stall is blamed on both tools that computed one after the other', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 400), sleeper(clock)], { clock, stallMs: 250 })
    const running = executor.executeTools([callOf('crunch'), callOf('crunch'), callOf('sleep')])
    await clock.runAll()
    await running
    const [stalled] = eventsOf(events, 'stalled')
    expect(stalled?.calls.map(({ index }) => index).toSorted()).toEqual([0, 1])
  })

  test('I28 a stall is reported although the tool and its batch have ended by then', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 900)], { clock, stallMs: 250 })
    await executor.executeTools([callOf('crunch')])
    await clock.runAll()
    expect(eventsOf(events, 'stalled').map(({ calls }) => calls.map(({ name }) => name))).toEqual([['crunch']])
  })

  test('I28 a stall is reported when the tool computes after a wait', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 900, 1_000)], { clock, stallMs: 250 })
    const running = executor.executeTools([callOf('crunch')])
    await clock.runAll()
    await running
    expect(eventsOf(events, 'stalled')).toHaveLength(1)
  })

  test('a short stall, or one while no call runs, is not reported', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 300), sleeper(clock)], { clock, stallMs: 250 })
    const running = executor.executeTools([...callsOf('sleep', 3), callOf('crunch')])
    await clock.runAll()
    await running
    clock.leap(5_000)
    await executor.executeTools([callOf('sleep', { ms: 0 })].slice(1))
    await settleMicrotasks()
    expect(eventsOf(events, 'stalled')).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('a stall is not watched for with a custom clock unless `stallMs` is given', async () => {
    const clock = new VirtualClock()
    const { executor, events } = setUp([crunch(clock, 5_000)], { clock })
    await executor.executeTools([callOf('crunch')])
    expect([clock.pending, eventsOf(events, 'stalled')]).toEqual([0, []])
  })

  test.each([19, -1, Number.NaN, '250' as never])('stallMs: %s is refused', (stallMs) => {
    expect(() => new ToolExecutor({ tools: [], stallMs })).toThrow(MisuseError)
  })
})
