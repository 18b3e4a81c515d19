import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BinaryHeap, type HeapEntry } from '../../packages/aof-runtime/src/core/collections/binary-heap.ts'

interface Entry extends HeapEntry {
  readonly key: number
  readonly order: number
}

const byKeyThenOrder = (a: Entry, b: Entry): boolean => a.key < b.key || (a.key === b.key && a.order < b.order)
const sorted = (entries: readonly Entry[]): Entry[] => [...entries].sort((a, b) => a.key - b.key || a.order - b.order)

function drain(heap: BinaryHeap<Entry>): Entry[] {
  const entries: Entry[] = []
  for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) entries.push(entry)
  return entries
}

test('an empty heap has nothing to give', () => {
  const heap = new BinaryHeap<Entry>(byKeyThenOrder)
  expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined])
})

test('heap order is sorted order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100, size: 'max' }), (keys) => {
      const heap = new BinaryHeap<Entry>(byKeyThenOrder)
      const entries = keys.map((key, order): Entry => ({ key, order, heapIndex: -1 }))
      for (const entry of entries) heap.push(entry)
      expect(drain(heap)).toEqual(sorted(entries))
    }),
  )
})

test('an entry that fills a gap rises where it comes before its new parent', () => {
  const heap = new BinaryHeap<Entry>(byKeyThenOrder)
  const keys = [1, 10, 2, 11, 12, 20, 3, 13, 14, 15, 16, 21, 22, 4]
  const entries = keys.map((key, order): Entry => ({ key, order, heapIndex: -1 }))
  for (const entry of entries) heap.push(entry)
  // 4, the last one, moves to where 12 was: below 10.
  expect(heap.remove(entries[4]!)).toBe(true)
  expect(drain(heap).map(({ key }) => key)).toEqual([1, 2, 3, 4, 10, 11, 13, 14, 15, 16, 20, 21, 22])
})

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), key: fc.integer({ min: 0, max: 99 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat() }) },
)

test('any program of pushes, pops and removals does what a sorted list does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (program) => {
      const heap = new BinaryHeap<Entry>(byKeyThenOrder)
      const pushed: Entry[] = []
      let model: Entry[] = []
      for (const op of program) {
        if (op.do === 'push') {
          const entry: Entry = { key: op.key, order: pushed.length, heapIndex: -1 }
          pushed.push(entry)
          heap.push(entry)
          model = sorted([...model, entry])
        } else if (op.do === 'pop') {
          expect(heap.pop()).toBe(model.shift())
        } else if (pushed.length > 0) {
          const entry = pushed[op.which % pushed.length]!
          expect(heap.remove(entry)).toBe(model.includes(entry))
          model = model.filter((other) => other !== entry)
          expect(entry.heapIndex).toBe(-1)
        }
        expect(heap.size).toBe(model.length)
        expect(heap.peek()).toBe(model[0])
      }
      expect(drain(heap)).toEqual(model)
    }),
  )
})
