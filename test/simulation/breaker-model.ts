import type { ToolResult } from '../../packages/aof-runtime/src/index.ts'
import type { AttemptFacts, BreakerFacts, CallFacts, ExecutorFacts } from './facts.ts'
import type { Stage } from './stage.ts'
import { BREAKER } from './tool-settings.ts'
import { isPermanent } from './values.ts'

/** The rules of a circuit breaker, worked out from the ends of its calls. */

const FOLLOWS = { closed: ['open'], open: ['half_open'], half_open: ['open', 'closed'] } as const

/** The breaker reports a change, right before the event of the attempt's end or start that causes it. */
export function breakerChanges(stage: Stage, { breaker }: ExecutorFacts, state: BreakerFacts['state']): void {
  const follows: readonly string[] = FOLLOWS[breaker.state]
  if (!follows.includes(state)) stage.fault('I20', `the breaker is ${state}, and was ${breaker.state}`)
  if (breaker.state === 'open' && stage.now < breaker.changedAt + BREAKER.openMs)
    stage.fault('I20', 'the breaker is half open too early')
  breaker.unexplained = state !== 'half_open'
  breaker.before = breaker.state
  breaker.state = state
  breaker.changedAt = stage.now
  if (state !== 'half_open') breaker.era++
}

/** An attempt of the tool with the breaker is started. */
export function breakerLetsIn(stage: Stage, attempt: AttemptFacts): void {
  const { breaker } = attempt.call.batch.executor
  if (breaker.state === 'open') stage.fault('I20', `${attempt.call.mark} started while the breaker is open`)
  attempt.era = breaker.era
  if (breaker.state !== 'half_open') return
  if (isProbed(breaker)) stage.fault('I20', `${attempt.call.mark} is a second probe`)
  breaker.probe = attempt.call
}

/** A call waits for the probe. */
export function breakerHoldsBack(stage: Stage, call: CallFacts): void {
  const { breaker } = call.batch.executor
  if (!isProbedBeside(breaker, call))
    stage.fault('I20', `${call.mark} waits for a probe, and the breaker is ${breaker.state}`)
}

/** Checks a call that waits for the probe while no work is left. */
export function checkProbeWait(stage: Stage, call: CallFacts): void {
  breakerHoldsBack(stage, call)
  if (stage.now > stage.fires(call.waitsSince + BREAKER.openMs))
    stage.fault('I27', `${call.mark} waits for a probe since ${call.waitsSince} ms`)
}

/** A call is refused because of it: while it is open, or since the call has waited for a probe for too long. */
export function breakerRefuses(stage: Stage, call: CallFacts): void {
  const { mark, batch, state, waitsFor, waitsSince } = call
  const { breaker } = batch.executor
  const isLate = state === 'parked' && waitsFor === 'breaker' && stage.now >= waitsSince + BREAKER.openMs
  const isRight =
    breaker.state === 'half_open'
      ? isLate && isProbedBeside(breaker, call)
      : breaker.state === 'open' && stage.now < breaker.changedAt + BREAKER.openMs
  if (!isRight) stage.fault('I20', `${mark} is refused by a breaker that is ${breaker.state}`)
}

/** An attempt of the tool with the breaker has ended. */
export function breakerLearns(stage: Stage, attempt: AttemptFacts, result: ToolResult): void {
  const { call, era, ended } = attempt
  const { breaker } = call.batch.executor
  const outcome = outcomeOf(result, ended?.kind !== undefined && isPermanent(ended.kind))
  if (outcome === 'neither') {
    if (breaker.probe === call) breaker.probe = undefined
    return
  }
  const isByThis = breaker.unexplained
  breaker.unexplained = false
  const state = isByThis ? breaker.before : breaker.state
  if (era !== breaker.era - (isByThis ? 1 : 0)) {
    if (isByThis) stage.fault('I20', `${call.mark} began before the breaker last changed, and changes it`)
    return
  }
  if (state === 'half_open') {
    breaker.probe = undefined
    const expected = outcome === 'success' ? 'closed' : 'open'
    if (breaker.state !== expected) stage.fault('I20', `after a probe's ${outcome} the breaker is ${breaker.state}`)
    if (expected === 'closed') breaker.ends.length = 0
    return
  }
  breaker.ends.push({ at: stage.now, failed: outcome === 'failure' })
  // Attempts leave the window a slice at a time: it begins somewhere in its first tenth.
  const earliest = stage.now - BREAKER.windowMs
  const latest = stage.now - 0.9 * BREAKER.windowMs
  const between = breaker.ends.map(({ at }) => at).filter((at) => at > earliest && at < latest)
  const answers = [earliest, latest, ...between].map((since) => opens(breaker, since))
  const isOpen = breaker.state === 'open'
  const isRight = isOpen
    ? outcome === 'failure' && answers.includes(true)
    : outcome === 'success' || answers.includes(false)
  if (!isRight) stage.fault('I20', `after a ${outcome} the breaker is ${breaker.state}`)
}

function isProbed({ probe }: BreakerFacts): boolean {
  return probe !== undefined && probe.state !== 'settled'
}

/** Whether another call than this one is the probe. */
function isProbedBeside(breaker: BreakerFacts, call: CallFacts): boolean {
  return breaker.state === 'half_open' && isProbed(breaker) && breaker.probe !== call
}

function opens({ ends }: BreakerFacts, since: number): boolean {
  const recent = ends.filter(({ at }) => at > since)
  const failures = recent.filter(({ failed }) => failed).length
  return recent.length >= BREAKER.minimumAttempts && failures >= recent.length * BREAKER.failureRate
}

function outcomeOf(result: ToolResult, isPermanentFailure: boolean): 'success' | 'failure' | 'neither' {
  if (result.success || (result.status === 'failed' && isPermanentFailure)) return 'success'
  if (result.status === 'aborted' || result.error.code === 'deadline') return 'neither'
  return 'failure'
}
