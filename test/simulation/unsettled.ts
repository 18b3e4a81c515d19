import { deadlineAt, idleAt, limitOf, timeoutAt } from './calls.ts'
import { begunOf, type CallFacts, doneAt } from './facts.ts'
import type { Stage } from './stage.ts'
import { RETRIES } from './tool-settings.ts'

/** Checks that no call stays without a result for longer than its own limits allow. */
export function checkUnsettled(stage: Stage, call: CallFacts): void {
  const { batch, plan } = call
  const { graceMs, observed } = batch.executor.plan
  if (batch.plan.way !== 'open' && !observed) return
  const last = begunOf(call).at(-1)
  const isRunning = observed ? call.state === 'started' : last !== undefined && !(plan.tool in RETRIES)
  if (!isRunning || last === undefined) {
    if (last === undefined || observed) checkWaiting(stage, call)
    return
  }
  if (doneAt(last) !== undefined) stage.fault('I9', `${call.mark} has ended and has no result`)
  const limitAt = stage.fires(Math.min(timeoutAt(last), idleAt(last, 'latest'), deadlineAt(call)))
  const cutAt = Math.min(limitAt, batch.abortedAt?.at ?? Infinity)
  if (stage.now > stage.fires(cutAt + graceMs))
    stage.fault('I11', `${call.mark} should have been given up at ${cutAt} + ${graceMs} ms`)
  const { signal } = last
  if (signal !== undefined && !signal.aborted && (batch.abortedAt !== undefined || stage.now > limitAt))
    stage.fault('I13', `${call.mark} was never told to stop`)
}

/** Checks a call that is not running. */
function checkWaiting(stage: Stage, call: CallFacts): void {
  const { batch, plan, mark, state, retryAt, completedAt, checkedAt } = call
  if (batch.abortedAt !== undefined) stage.fault('I13', `${mark} waits though its batch was aborted`)
  if (stage.now > stage.fires(deadlineAt(call))) stage.fault('I11', `${mark} waits though its deadline has passed`)
  if (state === 'backing off' && stage.now > stage.fires(retryAt ?? 0))
    stage.fault('I33', `${mark} was not tried again at ${retryAt} ms`)
  if (state !== 'accepted' || completedAt === undefined) return
  // It has all that it needs: it may only wait for a schema that takes its time.
  const isChecked = plan.tool !== 'later' || plan.schema.does === 'throws' || checkedAt !== undefined
  if (isChecked || stage.now > stage.fires(completedAt.at + limitOf(call, 'timeoutMs').ms))
    stage.fault('I9', `${mark} waits for nothing`)
}
