import type { ToolExecutor } from '../../src/index.ts'
import type { BatchFacts, ExecutorFacts } from './facts.ts'
import type { ListenerPlan } from './plan.ts'
import type { Stage } from './stage.ts'

interface Watched {
  readonly executor: ToolExecutor
  readonly facts: ExecutorFacts
}

const BROKEN = new Error('a listener broke')

/** Subscribes listeners that do what listeners should not do. */
export function addListeners(
  stage: Stage,
  plans: readonly ListenerPlan[],
  sites: readonly Watched[],
  world: { abort(batch: BatchFacts): void },
): void {
  for (const plan of plans) {
    const site = sites[plan.executor]
    if (site?.facts.plan.observed === true) addListener(stage, plan, site, world)
  }
}

function addListener(
  stage: Stage,
  { every, does }: ListenerPlan,
  { executor, facts }: Watched,
  world: { abort(batch: BatchFacts): void },
): void {
  let count = 0
  const leave = executor.subscribe((event) => {
    if (++count % every !== 0) return
    // What goes wrong on the report of something that went wrong is reported no more.
    const isReported = event.type !== 'listener_failed'
    switch (does) {
      case 'throw':
        if (isReported) facts.listenersFailed++
        throw BROKEN
      case 'reject':
        if (isReported) facts.listenersFailed++
        return Promise.reject(BROKEN) as never
      case 'leave':
        return leave()
      case 'subscribe': {
        const leaveAgain = executor.subscribe(() => leaveAgain())
        return
      }
      case 'abort': {
        const batch = 'batch' in event ? facts.batches[event.batch - 1] : undefined
        if (batch !== undefined) world.abort(batch)
        return
      }
      case 'ask':
        return void executor.stats()
    }
    stage.fault('S1', `a listener that does ${String(does)}`)
  })
}
