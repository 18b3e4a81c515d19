import type { Claim } from './claim.ts'
import { compareKeys, type OrderKey } from './order-key.ts'

/** How many claims a row has at most: inserting into an array of that length moves no more than a page of memory. */
const MAX_ROW = 512

/**
 * The claims of one parent that wait for one resource, in the order of their keys.
 *
 * Adding, removing and finding take time logarithmic in the number of claims. Nearly all claims come last and leave first,
 * which takes constant time. The claims are in rows of at most {@link MAX_ROW}, all of one row before those of the next (a
 * B+ tree of two levels): in a single array, each claim that comes or goes would move all claims behind it.
 */
export class ClaimsInOrder {
  /** The only claim. Most resources have just one, which needs no row. */
  #only: Claim | undefined
  #rows: Row[] | undefined

  get isEmpty(): boolean {
    return this.#only === undefined && (this.#rows === undefined || this.#rows.length === 0)
  }

  add(claim: Claim): void {
    if (this.isEmpty) this.#only = claim
    else if (this.#only === undefined) this.#addTo(this.#rows as Row[], claim)
    else {
      const rows = (this.#rows ??= [])
      rows.push(new Row([this.#only]))
      this.#only = undefined
      this.#addTo(rows, claim)
    }
  }

  #addTo(rows: Row[], claim: Claim): void {
    const last = rows.at(-1)
    if (last === undefined) rows.push(new Row([claim]))
    else if (compareKeys(last.last.key, claim.key) <= 0) {
      if (last.size < MAX_ROW) last.push(claim)
      else rows.push(new Row([claim]))
    } else {
      const place = rowOf(rows, claim.key)
      const row = rows[place] as Row
      row.insert(claim)
      if (row.size > MAX_ROW) rows.splice(place + 1, 0, row.split())
    }
  }

  /** Does nothing where the claim is absent. */
  remove(claim: Claim): void {
    if (this.#only === claim) this.#only = undefined
    const rows = this.#rows
    if (rows === undefined) return
    const place = rowOf(rows, claim.key)
    const row = rows[place]
    if (row === undefined) return
    row.remove(claim)
    if (row.size === 0) rows.splice(place, 1)
  }

  /** The last claim that comes before `key`. */
  lastBefore(key: OrderKey): Claim | undefined {
    if (this.#only !== undefined) return compareKeys(this.#only.key, key) < 0 ? this.#only : undefined
    const rows = this.#rows
    if (rows === undefined) return undefined
    const place = rowOf(rows, key)
    return rows[place]?.lastBefore(key) ?? rows[place - 1]?.last
  }
}

/** The place of the first row that ends with `key` or after it. */
function rowOf(rows: readonly Row[], key: OrderKey): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys((rows[middle] as Row).last.key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Some claims in order. Claims removed at the front leave empty places, until half of the array is empty. */
class Row {
  #claims: (Claim | undefined)[]
  #head = 0

  constructor(claims: Claim[]) {
    this.#claims = claims
  }

  get size(): number {
    return this.#claims.length - this.#head
  }

  get last(): Claim {
    return this.#claims.at(-1) as Claim
  }

  push(claim: Claim): void {
    this.#claims.push(claim)
  }

  insert(claim: Claim): void {
    this.#claims.splice(this.#placeOf(claim.key), 0, claim)
  }

  remove(claim: Claim): void {
    const place = this.#placeOf(claim.key)
    if (this.#claims[place] !== claim) return
    if (place !== this.#head) {
      this.#claims.splice(place, 1)
      return
    }
    this.#claims[this.#head++] = undefined
    if (this.#head * 2 < this.#claims.length) return
    this.#claims = this.#claims.slice(this.#head)
    this.#head = 0
  }

  lastBefore(key: OrderKey): Claim | undefined {
    const place = this.#placeOf(key)
    return place === this.#head ? undefined : this.#claims[place - 1]
  }

  /** Removes the later half of the claims, and returns it as a row. */
  split(): Row {
    return new Row(this.#claims.splice(this.#head + (this.size >>> 1)) as Claim[])
  }

  /** The place of the first claim that does not come before `key`. */
  #placeOf(key: OrderKey): number {
    let low = this.#head
    let high = this.#claims.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys((this.#claims[middle] as Claim).key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
