/** An element of a {@link BinaryHeap}; it stores its own index, so that it can be removed from anywhere. */
export interface HeapEntry {
  /** Written by the heap alone; −1 while the entry is in no heap. */
  heapIndex: number
}

/**
 * A binary heap: the first entry is read in O(1), any entry can be removed, each change takes O(log n).
 *
 * Invariants: no entry comes before its parent at `(index - 1) >> 1`; each entry's `heapIndex` is its index.
 */
export class BinaryHeap<T extends HeapEntry> implements Iterable<T> {
  readonly #entries: T[] = []
  readonly #before: (a: T, b: T) => boolean

  /** @param before whether `a` comes strictly before `b`; a strict weak order that does not change for entries inside */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#entries.length
  }

  /** The first entry, which stays inside. */
  peek(): T | undefined {
    return this.#entries[0]
  }

  push(entry: T): void {
    this.#entries.push(entry)
    this.#rise(entry, this.#entries.length - 1)
  }

  /** Removes the first entry and returns it. */
  pop(): T | undefined {
    const first = this.#entries[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Removes `entry`; false if it is not inside. */
  remove(entry: T): boolean {
    const index = entry.heapIndex
    if (this.#entries[index] !== entry) return false
    const last = this.#entries.pop()
    if (last !== undefined && last !== entry) this.#replace(index, last)
    entry.heapIndex = -1
    return true
  }

  /** Moves an entry whose order has changed to its new place; all other entries must be in order. */
  update(entry: T): void {
    this.#replace(entry.heapIndex, entry)
  }

  /** Iterates over the entries in no particular order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#entries.values()
  }

  #replace(index: number, entry: T): void {
    const parent = this.#entries[(index - 1) >> 1]
    if (index > 0 && parent !== undefined && this.#before(entry, parent)) this.#rise(entry, index)
    else this.#sink(entry, index)
  }

  #rise(entry: T, from: number): void {
    let index = from
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#entries[parentIndex]
      if (parent === undefined || !this.#before(entry, parent)) break
      this.#place(parent, index)
      index = parentIndex
    }
    this.#place(entry, index)
  }

  #sink(entry: T, from: number): void {
    let index = from
    for (;;) {
      const child = this.#firstChild(index)
      if (child === undefined || !this.#before(child, entry)) break
      const childIndex = child.heapIndex
      this.#place(child, index)
      index = childIndex
    }
    this.#place(entry, index)
  }

  #firstChild(index: number): T | undefined {
    const left = this.#entries[2 * index + 1]
    const right = this.#entries[2 * index + 2]
    return left !== undefined && right !== undefined && this.#before(right, left) ? right : left
  }

  #place(entry: T, index: number): void {
    this.#entries[index] = entry
    entry.heapIndex = index
  }
}
