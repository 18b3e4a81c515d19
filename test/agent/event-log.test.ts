import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLog } from '../../src/agent/event-log.ts'
import { settleMicrotasks } from '../../src/testing/index.ts'

const log = (capacity: number): EventLog<number | string> => new EventLog(capacity, (count) => `missed ${count}`)

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of from) items.push(item)
  return items
}

describe('an event log', () => {
  test('gives a reader what is pushed after it began, then the end', async () => {
    const events = log(10)
    const read = all(events.read())
    events.push(1)
    await settleMicrotasks()
    events.push(2)
    events.push(3)
    events.end()
    expect(await read).toEqual([1, 2, 3])
  })

  test('a reader waits for what is to come, and for the end', async () => {
    const events = log(10)
    let ended = false
    const read = all(events.read()).finally(() => (ended = true))
    events.push(1)
    await settleMicrotasks()
    expect(ended).toBe(false)
    events.end()
    await read
    expect(ended).toBe(true)
  })

  test('a reader that comes late gets what is kept, also after the end', async () => {
    const events = log(10)
    events.push(1)
    events.push(2)
    events.end()
    expect(await all(events.read())).toEqual([1, 2])
    expect(await all(events.read())).toEqual([1, 2])
  })

  test('it keeps the newest, and tells how many are gone', async () => {
    const events = log(3)
    for (let n = 1; n <= 8; n++) events.push(n)
    events.end()
    expect(await all(events.read())).toEqual(['missed 5', 6, 7, 8])
  })

  test('full to the last place, nothing is missing yet', async () => {
    const events = log(3)
    for (let n = 1; n <= 3; n++) events.push(n)
    events.end()
    expect(await all(events.read())).toEqual([1, 2, 3])
  })

  test('a capacity of one keeps the last', async () => {
    const events = log(1)
    events.push(1)
    events.push(2)
    events.end()
    expect(await all(events.read())).toEqual(['missed 1', 2])
  })

  test('a reader that falls behind is told of each gap once', async () => {
    const events = log(2)
    const reader = events.read()
    const next = async (): Promise<unknown> => (await reader.next()).value
    events.push(1)
    expect(await next()).toBe(1)
    for (let n = 2; n <= 5; n++) events.push(n)
    expect(await next()).toBe('missed 2')
    expect(await next()).toBe(4)
    expect(await next()).toBe(5)
    for (let n = 6; n <= 8; n++) events.push(n)
    expect(await next()).toBe('missed 1')
    expect(await next()).toBe(7)
    events.end()
    expect(await next()).toBe(8)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  test('what goes while a gap is told is told next', async () => {
    const events = log(1)
    const reader = events.read()
    events.push(1)
    events.push(2)
    expect((await reader.next()).value).toBe('missed 1')
    events.push(3)
    events.end()
    expect(await all(reader)).toEqual(['missed 1', 3])
  })

  test('one reader that leaves, and one that is slow, take nothing from another', async () => {
    const events = log(10)
    const others = all(events.read())
    const slow = events.read()
    events.push(1)
    for await (const event of events.read()) if (event === 1) break
    events.push(2)
    events.end()
    expect(await others).toEqual([1, 2])
    expect(await all(slow)).toEqual([1, 2])
  })

  test('readers at any pace get every event in order, or are told how many they missed', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('read' as const), reader: fc.nat(2) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(action, { maxLength: 40 }),
        async (capacity, actions) => {
          const events = new EventLog<{ n: number } | { missed: number }>(capacity, (missed) => ({ missed }))
          const readers = [0, 1, 2].map(() => ({
            iterator: events.read(),
            seen: [] as ({ n: number } | { missed: number })[],
          }))
          let pushed = 0
          for (const given of actions) {
            if (given.kind === 'push') for (let i = 0; i < given.count; i++) events.push({ n: pushed++ })
            else {
              const reader = readers[given.reader]
              const accountedFor = reader?.seen.reduce((sum, seen) => sum + ('n' in seen ? 1 : seen.missed), 0) ?? 0
              if (reader === undefined || accountedFor === pushed) continue
              const { value } = await reader.iterator.next()
              if (value) reader.seen.push(value)
            }
          }
          events.end()
          for (const { iterator, seen } of readers) {
            seen.push(...(await all(iterator)))
            let next = 0
            let gap = false
            for (const event of seen) {
              if ('missed' in event) {
                expect(event.missed).toBeGreaterThan(0)
                next += event.missed
                gap = true
              } else {
                expect(event.n).toBe(next++)
                gap = false
              }
            }
            expect(gap).toBe(false)
            expect(next).toBe(pushed)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
