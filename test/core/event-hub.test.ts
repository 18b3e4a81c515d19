import { describe, expect, test } from 'vitest'
import { EventHub } from '../../packages/aof-runtime/src/core/calls/event-hub.ts'
import type { ToolEvent } from '../../packages/aof-runtime/src/core/contract/events.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { eventsOf, recordingLogger, revokedProxy } from './harness.ts'

const about = { at: 1, run: 'r', turn: 0, batch: 1 } as const
const opened: ToolEvent = { type: 'batch_opened', ...about }
const closed: ToolEvent = { type: 'batch_closed', ...about, size: 0 }

const fails = (): never => {
  throw new Error('from a listener')
}
// A rejected promise without a handler fails the whole test run.
const rejects = (async () => fails()) as () => void

describe('the event hub', () => {
  test('the event hub passes every event to every listener, in order', () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    const seen: string[] = []
    hub.subscribe((event) => seen.push(`a ${event.type}`))
    hub.subscribe((event) => seen.push(`b ${event.type}`))
    hub.emit(opened)
    hub.emit(closed)
    expect(seen).toEqual(['a batch_opened', 'b batch_opened', 'a batch_closed', 'b batch_closed'])
  })

  test('the event hub is active exactly while it has a listener', () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    expect(hub.active).toBe(false)
    const [first, second] = [hub.subscribe(() => {}), hub.subscribe(() => {})]
    first()
    first()
    expect(hub.active).toBe(true)
    second()
    expect(hub.active).toBe(false)
  })

  test('a function subscribed twice is called twice, and each subscription ends on its own', () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    let calls = 0
    const listener = (): void => void calls++
    const end = hub.subscribe(listener)
    hub.subscribe(listener)
    hub.emit(opened)
    end()
    end()
    hub.emit(opened)
    expect(calls).toBe(3)
  })

  test('a subscription made or ended during an event takes effect at the next event', () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    const seen: string[] = []
    hub.subscribe(() => {
      leave()
      hub.subscribe(() => seen.push('late'))
    })
    const leave = hub.subscribe(() => seen.push('leaving'))
    hub.emit(opened)
    expect(seen).toEqual(['leaving'])
    hub.emit(opened)
    expect(seen).toEqual(['leaving', 'late'])
  })

  test.each([
    ['throws', fails],
    ['rejects', rejects],
  ])('a listener that %s harms no other and is reported once, to the log and the others', async (_how, broken) => {
    const { logger, lines } = recordingLogger()
    const clock = new VirtualClock({ startMs: 42 })
    const hub = new EventHub(clock, logger)
    const before: ToolEvent[] = []
    const after: ToolEvent[] = []
    hub.subscribe((event) => before.push(event))
    hub.subscribe(broken)
    hub.subscribe((event) => after.push(event))
    hub.emit(opened)
    await settleMicrotasks()
    for (const events of [before, after]) {
      expect(eventsOf(events, 'batch_opened').length).toBe(1)
      expect(eventsOf(events, 'listener_failed')).toEqual([
        { type: 'listener_failed', at: 42, during: 'batch_opened', thrown: new Error('from a listener') },
      ])
    }
    expect(lines).toEqual(["WARN An event listener threw on 'batch_opened'; nothing else is affected."])
  })

  test.each([
    ['throw', fails],
    ['reject', rejects],
  ])('two listeners that %s on everything do not report each other for ever (I8)', async (_how, broken) => {
    const { logger, lines } = recordingLogger()
    const hub = new EventHub(new VirtualClock(), logger)
    hub.subscribe(broken)
    hub.subscribe(broken)
    hub.emit(opened)
    await settleMicrotasks()
    expect(lines.length).toBe(2)
  })

  test('I7 a listener may throw any value', () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    const failures: unknown[] = []
    for (const thrown of [null, undefined, revokedProxy(), Symbol('s')]) {
      hub.subscribe((event) => {
        if (event.type !== 'listener_failed') throw thrown
      })
    }
    hub.subscribe((event) => event.type === 'listener_failed' && failures.push(event.thrown))
    hub.emit(opened)
    expect(failures.length).toBe(4)
  })

  test.each([
    ['throws', fails],
    ['rejects', rejects],
  ])('a logger that %s is reported, and a failure of that report is not', async (_how, line) => {
    const hub = new EventHub(new VirtualClock(), { debug: line, info: line, warn: line, error: line })
    const seen: ToolEvent[] = []
    hub.subscribe((event) => seen.push(event))
    hub.subscribe(fails)
    hub.emit(opened)
    hub.loggerFailed('log info', 'broken')
    await settleMicrotasks()
    expect(eventsOf(seen, 'listener_failed').map(({ during, thrown }) => [during, String(thrown)])).toEqual([
      ['batch_opened', 'Error: from a listener'],
      ['log info', 'broken'],
    ])
  })

  test('the event hub can pass an event to one listener alone, as safely', async () => {
    const hub = new EventHub(new VirtualClock(), undefined)
    const seen: ToolEvent[] = []
    hub.subscribe((event) => seen.push(event))
    hub.deliver(opened, fails)
    hub.deliver(closed, rejects)
    await settleMicrotasks()
    expect(seen.map(({ type }) => type)).toEqual(['listener_failed', 'listener_failed'])
  })
})
