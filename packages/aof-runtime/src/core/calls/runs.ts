import { type BusyPeriod, RunShare } from '../admission/run-share.ts'
import { RunTurns } from './run-turns.ts'

/** The run of a batch, as its caller gave it. */
export type GivenRun = string | { readonly id: string; readonly weight: number } | undefined

/** The named runs of an admission controller: their shares while batches of them are under way, and their turns. */
export class Runs {
  readonly turns: RunTurns = new RunTurns()
  readonly #busyPeriod: BusyPeriod
  readonly #shares = new Map<string, { readonly share: RunShare; users: number }>()

  constructor(busyPeriod: BusyPeriod) {
    this.#busyPeriod = busyPeriod
  }

  /** The share of a run; that of a named run until it is left as often as it was joined. */
  join(run: GivenRun): RunShare {
    if (run === undefined) return new RunShare(1, this.#busyPeriod)
    return typeof run === 'string' ? this.#joinNamed(run, 1) : this.#joinNamed(run.id, run.weight)
  }

  #joinNamed(run: string, weight: number): RunShare {
    let entry = this.#shares.get(run)
    if (entry === undefined)
      this.#shares.set(run, (entry = { share: new RunShare(weight, this.#busyPeriod), users: 0 }))
    entry.users++
    return entry.share
  }

  leave(run: string): void {
    const entry = this.#shares.get(run)
    if (entry === undefined || --entry.users > 0) return
    this.#shares.delete(run)
    this.turns.rest(run)
  }
}
