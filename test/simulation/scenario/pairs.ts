import { type Feature, FEATURES } from './features.ts'
import type { Summary } from './simulate.ts'

/** Two features, and how often both came about in one scenario. */
export interface Pair {
  readonly features: readonly [Feature, Feature]
  readonly count: number
}

/** All pairs of features, those that met least often first. */
export function pairsOf({ met }: Summary): Pair[] {
  const pairs = FEATURES.flatMap((one, i) =>
    FEATURES.slice(i + 1).map((other, j): Pair => ({ features: [one, other], count: met[i]?.[i + 1 + j] ?? 0 })),
  )
  return pairs.sort((a, b) => a.count - b.count)
}

/** The table of all pairs: a row and a column for each feature, and on the diagonal how often it came about. */
export function tableOf({ met, seeds }: Summary): string {
  const width = String(seeds).length + 1
  const names = FEATURES.map((feature, i) => `${String(i + 1).padStart(2)} ${feature.padEnd(20)}`)
  const head = ' '.repeat(names[0]?.length ?? 0) + FEATURES.map((_, i) => String(i + 1).padStart(width)).join('')
  const rows = names.map(
    (name, i) => name + Array.from(met[i] ?? [], (count) => String(count).padStart(width)).join(''),
  )
  return [`How often two features came about in one of ${seeds} scenarios:`, head, ...rows].join('\n')
}
