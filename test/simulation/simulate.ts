import { execFileSync } from 'node:child_process'
import { forEachSeed, SeedFailure } from '../../src/testing/index.ts'
import { drawPlan } from './draw-plan.ts'
import { playWorld } from './world.ts'

/**
 * Plays worlds from `seeds` seeds on; the first that shows something wrong fails, and says how to see it again.
 *
 * @returns everything that became of a call, sorted: status, execution and error code
 */
export async function simulate(seeds: number, from = 0): Promise<string[]> {
  const outcomes = new Set<string>()
  const rejections: unknown[] = []
  const note = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', note)
  try {
    await forEachSeed({ seeds, from, timeMoves: 'any-time' }, async (simulation) => {
      rejections.length = 0
      for (const batch of await playWorld(simulation, drawPlan(simulation.random)))
        for (const result of batch.results ?? [])
          outcomes.add(`${result.status} ${result.execution}${result.success ? '' : ` ${result.error.code}`}`)
      if (rejections.length > 0) throw new Error(`I8: nobody handled a rejection with ${String(rejections[0])}`)
    })
  } catch (error) {
    throw error instanceof SeedFailure ? withContext(error) : error
  } finally {
    process.off('unhandledRejection', note)
  }
  return [...outcomes].toSorted()
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
