import { execFileSync } from 'node:child_process'
import { forEachSeed, SeedFailure, type Simulation } from '../../packages/aof-runtime/src/testing/index.ts'
import { drawPlan } from './draw-plan.ts'
import { playWorld } from './world.ts'

/** Plays what a seed has drawn; throws for the first thing that must not be, and gives what has happened. */
export type Play = (simulation: Simulation) => Promise<Iterable<string>>

/**
 * Plays from `seeds` seeds on; the first that shows something wrong fails, and says how to see it again.
 *
 * @returns everything that has happened, each thing once, sorted
 */
export async function simulate(play: Play, seeds: number, from = 0): Promise<string[]> {
  const happened = new Set<string>()
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', note)
  try {
    await forEachSeed({ seeds, from, timeMoves: 'any-time' }, async (simulation) => {
      rejections.length = 0
      for (const each of await play(simulation)) happened.add(each)
      if (rejections.length > 0) throw new Error(`I8: nobody handled a rejection with ${String(rejections[0])}`)
    })
  } catch (error) {
    throw error instanceof SeedFailure ? withContext(error) : error
  } finally {
    process.off('unhandledRejection', note)
  }
  return [...happened].toSorted()
}

/** A world that is drawn, and what became of its calls: status, execution and error code. */
export async function playDrawnWorld(simulation: Simulation): Promise<string[]> {
  const batches = await playWorld(simulation, drawPlan(simulation.random))
  return batches
    .flatMap(({ results }) => results ?? [])
    .map((result) => `${result.status} ${result.execution}${result.success ? '' : ` ${result.error.code}`}`)
}

/** The failure with what is needed to find it again: the commit, and what happened last. */
function withContext(failure: SeedFailure): SeedFailure {
  const last = failure.trace.slice(-40).join('\n  ')
  return new SeedFailure(`${failure.message}\n${commit()}\nWhat happened last:\n  ${last}`, {
    ...failure,
    cause: failure.cause,
  })
}

function commit(): string {
  try {
    const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    const isClean = execFileSync('git', ['status', '--porcelain', 'src'], { encoding: 'utf8', stdio: 'pipe' }) === ''
    return `At commit ${revision}${isClean ? '' : ', with changes in src'}.`
  } catch {
    return 'At no commit.'
  }
}
