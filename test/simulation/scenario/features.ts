import { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'

/** Everything that a scenario may have, by what it concerns. Each is drawn independently, so that all pairs meet. */
const GROUPS = {
  limits: [
    'several executors',
    'process limit',
    'executor limit',
    'tool limits',
    'keys',
    'rates',
    'full queues reject',
    'full queues wait',
    'queue deadlines',
    'ageing',
    'reservations',
    'priorities',
    'weighted runs',
    'resizing',
  ],
  calls: [
    'nested calls',
    'tracked calls',
    'open batches',
    'unfilled slots',
    'references',
    'effects',
    'uncertain effects',
    'odd calls',
    'caps',
    'budgets',
  ],
  tools: [
    'input schemas',
    'late input schemas',
    'output schemas',
    'contents',
    'spills',
    'failing spills',
    'failing tools',
    'odd values',
    'deaf tools',
    'retries',
    'breakers',
    'timeouts',
    'idle timeouts',
    'deadlines',
  ],
  outside: ['aborts', 'closing', 'leaps', 'loggers'],
  sites: [
    'acting listeners',
    'acting loggers',
    'acting schemas',
    'acting keys',
    'acting effects',
    'acting contents',
    'acting tools',
    'acting stores',
  ],
  actions: ['abort own', 'abort outer', 'close', 'resize', 'start batches', 'fill slots', 'throw', 'block'],
} as const

type Group = keyof typeof GROUPS

export type Feature = (typeof GROUPS)[Group][number]

export const FEATURES: readonly Feature[] = Object.values(GROUPS).flat()

/**
 * How many features of a group are on. Drawn for each group by itself: some faults need many limits and a single listener
 * that acts, others many callbacks and calls that are otherwise left in peace.
 */
const DENSITIES = [0.08, 0.2, 0.4, 0.7] as const

/** Features that come to nothing without others. */
const NEEDS: Partial<Readonly<Record<Feature, readonly Feature[]>>> = {
  'full queues reject': ['executor limit'],
  'full queues wait': ['executor limit'],
  'queue deadlines': ['executor limit'],
  'uncertain effects': ['effects', 'deaf tools'],
  'unfilled slots': ['open batches'],
  'fill slots': ['open batches'],
  'failing spills': ['spills'],
  'acting stores': ['spills'],
  'acting contents': ['contents'],
  'acting keys': ['keys'],
  'acting effects': ['effects'],
  'acting loggers': ['loggers'],
}

/** The features of a seed. */
export function drawFeatures(seed: number): Set<Feature> {
  const drawn = Object.entries(GROUPS).flatMap(([group, features]) => {
    const density = streamOf(seed, `density of ${group}`).pick(DENSITIES)
    return features.filter((feature: Feature) => streamOf(seed, feature).chance(density))
  })
  return new Set(drawn.flatMap((feature) => [feature, ...(NEEDS[feature] ?? [])]))
}

/**
 * A source of chance of its own for each purpose: what is drawn for one feature stays the same when another is switched
 * off, so that a failing scenario can be made smaller.
 */
export function streamOf(seed: number, purpose: string): SeededRandom {
  let hash = 0x811c9dc5
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0
  return new SeededRandom((hash * 0x100000 + (seed % 0x100000) + Math.floor(seed / 0x100000)) % Number.MAX_SAFE_INTEGER)
}
