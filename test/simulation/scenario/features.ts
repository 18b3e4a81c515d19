import { SeededRandom } from '../../../src/testing/index.ts'

/** Everything that a scenario may have. Each is drawn independently of the others, so that all pairs meet. */
export const FEATURES = [
  // limits, and who comes first
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
  // how calls come, and what they depend on
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
  // what tools are and do
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
  // what comes from outside
  'aborts',
  'closing',
  'leaps',
  'loggers',
  // where code of others acts
  'acting listeners',
  'acting loggers',
  'acting schemas',
  'acting keys',
  'acting effects',
  'acting contents',
  'acting tools',
  'acting stores',
  // what it does there
  'abort own',
  'abort outer',
  'close',
  'resize',
  'start batches',
  'fill slots',
  'throw',
  'block',
] as const

export type Feature = (typeof FEATURES)[number]

/** How many of the features are on: some faults need few calls that are left in peace, others need many features at once. */
const DENSITIES = [0.15, 0.3, 0.5, 0.7] as const

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
  const density = streamOf(seed, 'density').pick(DENSITIES)
  const drawn = FEATURES.filter((feature) => streamOf(seed, feature).chance(density))
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
