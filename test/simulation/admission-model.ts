/** The demands of one call, in the model: names of limits and rates, narrowest first. */
export interface ModelNeeds {
  readonly rates: readonly ModelRate[]
  readonly limits: readonly ModelLimit[]
}

export interface ModelLimit {
  readonly kind: 'key' | 'tool' | 'executor' | 'process'
  max: number
  inUse: number
}

/** A token bucket, worked out from the starts so far. */
export class ModelRate {
  readonly kind = 'rate'
  readonly perMs: number
  readonly #n: number
  readonly #burst: number
  #tokens: number
  #at = 0
  #pausedUntil = 0

  constructor(n: number, perMs: number, burst: number = Math.ceil(n / perMs)) {
    this.#n = n
    this.perMs = perMs
    this.#burst = burst
    this.#tokens = burst
  }

  hasRoom(now: number): boolean {
    return now >= this.#pausedUntil && this.#tokensAt(now) >= 1 - 1e-6
  }

  /** Nothing starts before `until`, and one token comes in at most. */
  pause(until: number, now: number): void {
    if (until <= this.#pausedUntil) return
    this.#tokens = Math.max(this.#tokensAt(now), Math.min(1, this.#tokensAt(until)))
    this.#at = this.#pausedUntil = until
  }

  #tokensAt(now: number): number {
    return Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) * this.#n) / this.perMs)
  }

  start(now: number): void {
    this.#tokens = this.#tokensAt(now) - 1
    this.#at = now
  }
}

export interface ModelRun {
  /** Its place among all runs. */
  readonly order: number
  readonly weight: number
  readonly held: { readonly since: number; until: number | undefined }[]
  /** The service added to its own when it began to wait. */
  credit: number
  /** The busy period of that moment. */
  want: number
}

export interface ModelCall {
  readonly run: ModelRun
  readonly needs: ModelNeeds
  readonly priority: number
  readonly acceptedAt: number
  readonly depth: number
  readonly expectedMs: number
  readonly batchOrder: number
  readonly index: number
}

/**
 * The rules of admission as they are written down, and as slowly as they can be followed: every question looks at everybody.
 * It shares nothing with the sources.
 */
export class AdmissionModel {
  readonly waiting = new Set<ModelCall>()
  readonly #ageMs: number
  #want = 0
  #wantSince = 0
  #floor = 0

  constructor(ageMs: number) {
    this.#ageMs = ageMs
  }

  /** How many times calls have begun to wait where none did. */
  get wants(): number {
    return this.#want
  }

  /** The first thing that a call lacks. */
  lacks({ needs }: ModelCall, now: number): ModelRate | ModelLimit | undefined {
    return needs.rates.find((rate) => !rate.hasRoom(now)) ?? needs.limits.find(({ inUse, max }) => inUse >= max)
  }

  waits(call: ModelCall, now: number): void {
    const { run } = call
    if (this.waiting.size === 0) {
      this.#want++
      this.#wantSince = now
      this.#floor = 0
    }
    const isNew = ![...this.waiting].some((other) => other.run === run)
    if (run.want !== this.#want) {
      run.want = this.#want
      run.credit = 0
    }
    if (isNew) run.credit += Math.max(0, this.#floor - this.service(run, now))
    this.waiting.add(call)
  }

  /** The usage of a run in the present busy period. */
  service(run: ModelRun, now: number): number {
    const credit = run.want === this.#want ? run.credit : 0
    const ms = run.held.map(({ since, until = now }) => Math.max(0, until - Math.max(since, this.#wantSince)))
    return ms.reduce((sum, each) => sum + each, 0) / run.weight + credit
  }

  /** A call starts that did not wait, or no longer does. */
  starts(call: ModelCall, now: number): void {
    if (this.waiting.has(call)) this.#floor = Math.max(this.#floor, this.service(call.run, now))
    this.waiting.delete(call)
    for (const rate of call.needs.rates) rate.start(now)
    for (const limit of call.needs.limits) limit.inUse++
    call.run.held.push({ since: now, until: undefined })
  }

  /** @param kept limits of which it keeps its permits */
  ends(call: ModelCall, since: number, now: number, kept: readonly ModelLimit[] = []): void {
    const held = call.run.held.find((each) => each.since === since && each.until === undefined)
    if (held !== undefined) held.until = now
    for (const limit of call.needs.limits) if (!kept.includes(limit)) limit.inUse--
  }

  /** Those that could start. */
  admissible(now: number): ModelCall[] {
    return [...this.waiting].filter((call) => this.lacks(call, now) === undefined)
  }

  /** Who must start first: of the highest priority the run that has had least; of its calls the first in its own order. */
  best(now: number, able: readonly ModelCall[] = this.admissible(now)): ModelCall | undefined {
    const highest = Math.max(...able.map((call) => this.#priority(call, now)))
    const highestOf = able.filter((call) => this.#priority(call, now) === highest)
    const firstOfRuns = [...new Set(highestOf.map(({ run }) => run))].map((run) =>
      first(
        highestOf.filter((call) => call.run === run),
        ({ depth, expectedMs, acceptedAt, batchOrder, index }) => [-depth, -expectedMs, acceptedAt, batchOrder, index],
      ),
    )
    return first(firstOfRuns, ({ run }) => {
      const under = run.held.filter(({ until }) => until === undefined).length
      // Sums of fractions are a little off.
      return [Math.round(this.service(run, now) * 1e6), under / run.weight, run.order]
    })
  }

  #priority({ priority, acceptedAt }: ModelCall, now: number): number {
    return priority + Math.floor((now - acceptedAt) / this.#ageMs)
  }
}

/** The one with the smallest key, compared from the left. */
function first(calls: readonly ModelCall[], key: (call: ModelCall) => readonly number[]): ModelCall {
  return calls.toSorted((a, b) => {
    const [one, other] = [key(a), key(b)]
    const at = one.findIndex((value, i) => value !== other[i])
    return at === -1 ? 0 : (one[at] as number) - (other[at] as number)
  })[0] as ModelCall
}
