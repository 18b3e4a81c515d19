import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLog } from '../../packages/aof-runtime/src/agent/event-log.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'

const log = (capacity: number): EventLog<number | string> => new EventLog(capacity, (count) => `missed ${count}`)

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of from) items.push(item)
  return items
}

describe('an event log', () => {
  test('a reader gets the events after its beginning, then the end', async () => {
    const events = log(10)
    const read = all(events.read())
    events.push(1)
    await settleMicrotasks()
    events.push(2)
    events.push(3)
    events.end()
    expect(await read).toEqual([1, 2, 3])
  })

  test('a reader waits for events, and for the end', async () => {
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

  test('a late reader gets the kept events, also after the end', async () => {
    const events = log(10)
    events.push(1)
    events.push(2)
    events.end()
    expect(await all(events.read())).toEqual([1, 2])
    expect(await all(events.read())).toEqual([1, 2])
  })

  test('the log keeps the newest events, and reports the number of missed ones', async () => {
    const events = log(3)
    for (let n = 1; n <= 8; n++) events.push(n)
    events.end()
    expect(await all(events.read())).toEqual(['missed 5', 6, 7, 8])
  })

  test('a log that is exactly full has lost no event', async () => {
    const events = log(3)
    for (let n = 1; n <= 3; n++) events.push(n)
    events.end()
    expect(await all(events.read())).toEqual([1, 2, 3])
  })

  test('a log with a capacity of one keeps the last event', async () => {
    const events = log(1)
    events.push(1)
    events.push(2)
    events.end()
    expect(await all(events.read())).toEqual(['missed 1', 2])
  })

  test('a slow reader misses no event', async () => {
    const events = log(2)
    const reader = events.read()
    const next = async (): Promise<unknown> => (await reader.next()).value
    const first = next()
    for (let n = 1; n <= 5; n++) events.push(n)
    expect(await first).toBe(1)
    expect(await next()).toBe(2)
    for (let n = 6; n <= 9; n++) events.push(n)
    events.end()
    expect(await all(reader)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(await all(events.read())).toEqual(['missed 7', 8, 9])
  })

  test('an event that is dropped while a late reader reads its missed events is not lost for that reader', async () => {
    const events = log(1)
    const reader = events.read()
    events.push(1)
    events.push(2)
    expect((await reader.next()).value).toBe('missed 1')
    events.push(3)
    events.push(4)
    events.end()
    expect(await all(reader)).toEqual([2, 3, 4])
  })

  test('a reader that leaves, and a slow one, do not affect other readers', async () => {
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

  test('readers may begin at any time and read at any pace', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('read' as const), reader: fc.nat(2) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(action, { maxLength: 40 }),
        async (capacity, actions) => {
          const events = new EventLog<number>(capacity, (count) => -count)
          const readers = [0, 1, 2].map(() => ({
            iterator: events.read(),
            seen: [] as number[],
            begunAt: undefined as number | undefined,
          }))
          let pushed = 0
          for (const given of actions) {
            if (given.kind === 'push') for (let i = 0; i < given.count; i++) events.push(++pushed)
            else {
              const reader = readers[given.reader] as (typeof readers)[number]
              if (pushed === 0 || reader.seen.at(-1) === pushed) continue
              reader.begunAt ??= pushed
              const { value } = await reader.iterator.next()
              if (value !== undefined) reader.seen.push(value)
            }
          }
          events.end()
          for (const { iterator, seen, begunAt = pushed } of readers) {
            seen.push(...(await all(iterator)))
            const gone = Math.max(0, begunAt - capacity)
            const kept = Array.from({ length: pushed - gone }, (_, i) => gone + i + 1)
            expect(seen).toEqual(gone > 0 ? [-gone, ...kept] : kept)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
