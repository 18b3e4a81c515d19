import type { CallFacts, ExecutorFacts } from './facts.ts'
import type { Stage } from './stage.ts'
import { BREAKER } from './tool-settings.ts'

/** What must hold of a circuit breaker, as far as it can be told from its calls. */

const FOLLOWS = { closed: ['open'], open: ['half_open'], half_open: ['open', 'closed'] } as const

export function breakerChanges(
  stage: Stage,
  { breaker, batches }: ExecutorFacts,
  state: ExecutorFacts['breaker']['state'],
): void {
  const from: readonly string[] = FOLLOWS[breaker.state]
  if (!from.includes(state)) stage.fault('I20', `the breaker is ${state}, and was ${breaker.state}`)
  if (breaker.state === 'open' && stage.now < breaker.changedAt + BREAKER.openMs)
    stage.fault('I20', 'the breaker opened too early')
  if (breaker.state === 'closed') {
    const since = stage.now - BREAKER.windowMs * 1.1
    const recent = batches
      .flatMap(({ calls }) => calls)
      .filter(({ plan, attempts }) => plan.tool === 'fragile' && (attempts[0]?.began?.at ?? -1) >= since - 60_000)
    if (recent.length < BREAKER.minimumAttempts)
      stage.fault('I20', `the breaker opened after ${recent.length} attempts`)
  }
  breaker.state = state
  breaker.changedAt = stage.now
  breaker.probes.clear()
}

/** A call of the tool with the breaker is started. */
export function breakerLetsIn(stage: Stage, call: CallFacts): void {
  const { breaker } = call.batch.executor
  if (breaker.state === 'open') stage.fault('I20', `${call.mark} started while the breaker is open`)
  if (breaker.state !== 'half_open') return
  for (const probe of breaker.probes)
    if (probe.state !== 'settled') stage.fault('I20', `${call.mark} is a second probe`)
  breaker.probes.add(call)
}
