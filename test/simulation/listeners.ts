import type { ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
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
  let heard = 0
  let leftAt = Infinity
  if (does !== 'leave') facts.heard.push(() => heard)
  const leave = executor.subscribe((event) => {
    if (event.type !== 'listener_failed') heard++
    // An event that was under way still arrives.
    if ((facts.numbers.get(event) ?? 0) > leftAt) stage.fault('S1', 'a listener that has left still hears')
    if (++count % every !== 0) return
    // A failure during the report of a failure is not reported.
    const isReported = event.type !== 'listener_failed'
    switch (does) {
      case 'throw':
        if (isReported) facts.listenersFailed++
        throw BROKEN
      case 'reject':
        if (isReported) facts.listenersFailed++
        return Promise.reject(BROKEN) as never
      case 'leave':
        leftAt = Math.min(leftAt, facts.events)
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
