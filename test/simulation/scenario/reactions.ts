import type { BatchFacts } from './facts.ts'
import type { Feature } from './features.ts'
import type { Action, ReactionPlan, Site } from './plan.ts'
import type { Stage } from './stage.ts'

const BY_SITE: Readonly<Record<Site, Feature>> = {
  listener: 'acting listeners',
  logger: 'acting loggers',
  schema: 'acting schemas',
  key: 'acting keys',
  effects: 'acting effects',
  content: 'acting contents',
  tool: 'acting tools',
  store: 'acting stores',
}

/** The behaviour of callbacks: at the n-th visit of its site a callback acts as the plan says. */
export class Reactions {
  /** Nothing acts any more. */
  isOver = false
  readonly #stage: Stage
  readonly #act: (action: Action, batch: BatchFacts | undefined) => void
  readonly #left: (ReactionPlan & { visits: number })[]

  constructor(stage: Stage, act: (action: Action, batch: BatchFacts | undefined) => void) {
    this.#stage = stage
    this.#act = act
    this.#left = stage.plan.reactions.map((each) => ({ ...each, visits: 0 }))
  }

  /**
   * @param about the type of a listener's event, or the line of a log
   * @throws Error if the plan says so
   */
  visit(site: Site, batch: BatchFacts | undefined, about?: string): void {
    if (this.isOver) return
    const { comesFrom } = this.#stage
    const parked = site === 'listener' && comesFrom !== undefined ? `parked from ${comesFrom}` : about
    const due = this.#left.filter(
      (each) =>
        each.site === site &&
        (each.on === undefined || each.on === about || each.on === parked) &&
        (!each.isNested || batch?.maker !== undefined) &&
        ++each.visits === each.nth,
    )
    for (const { action } of due) if (action.does !== 'throw') this.#do(site, action, batch)
    for (const { action } of due) if (action.does === 'throw') this.#throw(site, action, batch, about)
  }

  #throw(site: Site, action: Action, batch: BatchFacts | undefined, about: string | undefined): void {
    // A failure during the report of a failure is not reported.
    const isReport = about === 'listener_failed' || about?.startsWith('An event listener threw') === true
    if ((site === 'listener' || site === 'logger') && !isReport) this.#stage.threw++
    this.#do(site, action, batch)
  }

  #do(site: Site, action: Action, batch: BatchFacts | undefined): void {
    const { happened } = this.#stage
    this.#stage.record(`${site} does ${action.does}`)
    happened.add(BY_SITE[site])
    happened.add(featureOf(action))
    if (action.does === 'block') this.#stage.hasListenerBlocked = site === 'listener' || site === 'logger'
    this.#act(action, batch)
  }
}

function featureOf(action: Action): Feature {
  switch (action.does) {
    case 'abort':
      return action.whose === 'own' ? 'abort own' : 'abort outer'
    case 'open':
      return 'start batches'
    case 'fill':
      return 'fill slots'
    case 'close':
    case 'resize':
    case 'throw':
    case 'block':
      return action.does
  }
}
