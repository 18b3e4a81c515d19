/** How much is simulated: `AOF_SIMULATION_SCALE` times what the ordinary tests do, e.g. 50 by night. */
export function scaled(size: number): number {
  const scale = Number(process.env['AOF_SIMULATION_SCALE'] ?? 1)
  if (!(scale > 0)) throw new Error(`AOF_SIMULATION_SCALE takes a number above 0, not ${String(scale)}.`)
  return Math.max(1, Math.round(size * scale))
}

/**
 * How long a test may take, in milliseconds: a busy machine fails none, and a real hang still shows. At least as long as
 * other tests, since loading the sources takes the same time for few seeds.
 */
export const PATIENCE_MS: number = Math.max(60_000, scaled(180_000))

/** The first seed that is played, e.g. where a night plays one range of seeds after the other. */
export const FROM: number = firstSeed()

function firstSeed(): number {
  const from = Number(process.env['AOF_SIMULATION_FROM'] ?? 0)
  if (!Number.isSafeInteger(from) || from < 0)
    throw new Error(
      `AOF_SIMULATION_FROM takes a whole number from 0, not ${String(process.env['AOF_SIMULATION_FROM'])}.`,
    )
  return from
}

/** Scenarios in all; they are shared out among as many files, so that they run side by side. */
export const SCENARIOS: number = scaled(20_000)
export const SCENARIO_SHARDS = 4

/** Worlds in all; they are shared out among as many files, so that they run side by side. */
export const WORLDS: number = scaled(20_000)
export const SHARDS = 4

/** Crowds in all, and among how many files they are shared out. */
export const CROWDS: number = scaled(20_000)
export const CROWD_SHARDS = 2
