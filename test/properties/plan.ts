import fc from 'fast-check'

/** The executor's settings in every plan. All other times keep clear of these, so that no two causes fall on one moment. */
export const TIMEOUT_MS = 100
export const OWN_TIMEOUT_MS = 60
export const GRACE_MS = 50
/** More than a plan has calls. */
export const SLOT_EVERY_MS = 20

/** How a tool behaves once it runs. */
export type Behaviour =
  | {
      readonly does: 'return' | 'throw'
      readonly afterMs: number
      readonly how: 'sync' | 'async'
      readonly value: number
    }
  /** Goes on until its signal, and ends `afterMs` after that. */
  | { readonly does: 'heed'; readonly afterMs: number; readonly by: 'return' | 'throw' }
  | { readonly does: 'hang' }
  | { readonly does: 'return_cycle' }

/** What a call brings, and so how far it gets. */
export type Kind =
  | { readonly is: 'good'; readonly text: boolean; readonly checked: boolean }
  /** Its schema answers later. */
  | { readonly is: 'checked_later'; readonly slow: boolean; readonly fits: boolean }
  | { readonly is: 'never_checked' }
  | { readonly is: 'unparsable' | 'misfit' | 'unknown' | 'malformed' }

export interface PlannedCall {
  readonly id: unknown
  readonly kind: Kind
  readonly behaviour: Behaviour
  /** A timeout that the host gives this very call. */
  readonly ownTimeout: boolean
}

/** How an open batch is filled. */
export interface Arrival {
  /** `add`: whole, at once. Else its place is reserved at once, and this is what becomes of it. */
  readonly by: 'add' | 'complete' | 'drop' | 'forget'
}

export interface Plan {
  readonly calls: readonly PlannedCall[]
  readonly limit: number
  /** When the caller aborts, always between two whole milliseconds; -1 before the batch. */
  readonly abortAtMs: number | undefined
  /** How the batch is filled where it is an open one, else all calls at once. */
  readonly arrivals: readonly Arrival[] | undefined
  /** The order in which slots are completed or dropped, one every {@link SLOT_EVERY_MS}. */
  readonly completionOrder: readonly number[]
  /** Decides the order of timers that are due at one moment. */
  readonly clockSeed: number
}

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('return' as const, 'return' as const, 'throw' as const),
      afterMs: fc.constantFrom(0, 0, 1, 10, 31, 73, 121, 500),
      how: fc.constantFrom('sync' as const, 'async' as const),
      value: fc.nat(20),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('heed' as const),
      afterMs: fc.constantFrom(0, 0, 20, 80),
      by: fc.constantFrom('return' as const, 'throw' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'hang' as const }) },
  { weight: 1, arbitrary: fc.constant({ does: 'return_cycle' as const }) },
)

const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ is: fc.constant('good' as const), text: fc.boolean(), checked: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('checked_later' as const),
      slow: fc.boolean(),
      fits: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constantFrom('unparsable' as const, 'misfit' as const, 'unknown' as const, 'malformed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ is: 'never_checked' as const }) },
)

const call: fc.Arbitrary<PlannedCall> = fc.record({
  id: fc.oneof(
    fc.constantFrom<unknown>('dup', 'dup', '', '__proto__', undefined, 7, null),
    fc.string({ maxLength: 4 }),
  ),
  kind,
  behaviour,
  ownTimeout: fc.boolean(),
})

const arrival: fc.Arbitrary<Arrival> = fc.record({
  by: fc.constantFrom('add' as const, 'complete' as const, 'complete' as const, 'drop' as const, 'forget' as const),
})

/** Plans of up to twelve calls, with and without an abort, at once and in an open batch. */
export const plans: fc.Arbitrary<Plan> = fc.array(call, { minLength: 1, maxLength: 12 }).chain((calls) =>
  fc.record({
    calls: fc.constant(calls),
    limit: fc.integer({ min: 1, max: 5 }),
    abortAtMs: fc.option(
      fc.oneof(
        fc.constant(-1),
        fc.integer({ min: 0, max: 300 }).map((ms) => ms + 0.5),
      ),
      { nil: undefined },
    ),
    arrivals: fc.option(fc.tuple(...calls.map(() => arrival)), { nil: undefined }),
    completionOrder: fc.shuffledSubarray(
      calls.map((_, i) => i),
      { minLength: calls.length },
    ),
    clockSeed: fc.nat(),
  }),
)

/** Plans in which nothing cuts across: what becomes of a call depends on the call alone. */
export const undisturbedPlans: fc.Arbitrary<Plan> = plans.map((plan) => ({ ...plan, abortAtMs: undefined }))

/**
 * How many plans to try, and which. `AOF_PROPERTY_RUNS` tries more of them; what a failure prints as `seed` and `path`
 * is replayed alone by `AOF_PROPERTY_SEED` and `AOF_PROPERTY_PATH`.
 */
export function runs(usual: number): fc.Parameters<unknown> {
  const { AOF_PROPERTY_RUNS, AOF_PROPERTY_SEED, AOF_PROPERTY_PATH } = process.env
  return {
    numRuns: AOF_PROPERTY_RUNS === undefined ? usual : Number(AOF_PROPERTY_RUNS),
    ...(AOF_PROPERTY_SEED !== undefined && { seed: Number(AOF_PROPERTY_SEED) }),
    ...(AOF_PROPERTY_PATH !== undefined && { path: AOF_PROPERTY_PATH }),
  }
}
