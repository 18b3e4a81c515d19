import { GRACE_MS, OWN_TIMEOUT_MS, type Plan, type PlannedCall, SLOT_EVERY_MS, TIMEOUT_MS } from './plan.ts'

/** What is to become of one call, worked out from the plan alone. */
export interface Prediction {
  readonly status: string
  readonly execution: 'none' | 'ended' | 'unknown'
  /** The error's code; undefined where it succeeds. */
  readonly code: string | undefined
  /** When its tool starts; undefined where it never does. */
  readonly startedAt: number | undefined
  readonly settledAt: number
  /** When its tool ends, in time or not; Infinity where it never does, undefined where it never starts. */
  readonly endedAt: number | undefined
  /** It ends in the millisecond in which it is abandoned, and may be either: shared timers may be late by as much. */
  readonly isAmbiguous?: boolean
}

/** When something happens to a call before its tool may start. */
interface Entry {
  /** When it asks for a permit; undefined where it never gets so far. */
  readonly requestedAt: number | undefined
  /** How it ends where it never gets so far. */
  readonly refused: Prediction | undefined
}

/**
 * What every call of a plan is to come to: a small simulation of a limit with a queue, independent of the executor.
 * Permits go to whoever asked first; nothing starts after the abort.
 */
export function predict(plan: Plan): Prediction[] {
  const abortAt = abortMoment(plan)
  const entries = plan.calls.map((call, index) => entryOf(plan, call, index, abortAt))
  const predictions = entries.map(({ refused }) => refused)
  const queue = entries
    .map(({ requestedAt }, index) => ({ requestedAt, index }))
    .filter((each): each is { requestedAt: number; index: number } => each.requestedAt !== undefined)
    .toSorted((a, b) => a.requestedAt - b.requestedAt || a.index - b.index)
  /** When each permit is free again. */
  const permits = Array.from({ length: plan.limit }, () => 0)
  for (const { requestedAt, index } of queue) {
    permits.sort((a, b) => a - b)
    const startedAt = Math.max(requestedAt, permits[0] ?? 0)
    const call = plan.calls[index] as PlannedCall
    const prediction =
      startedAt >= abortAt ? unstarted('aborted', 'aborted', abortAt) : attempt(plan, call, startedAt, abortAt)
    predictions[index] = prediction
    if (prediction.startedAt !== undefined) permits[0] = prediction.settledAt
  }
  return predictions as Prediction[]
}

function abortMoment({ abortAtMs }: Plan): number {
  if (abortAtMs === undefined) return Infinity
  return abortAtMs === -1 ? 0 : abortAtMs
}

/** When a slot is completed or dropped; the batch is closed after the last one. */
export function slotMoment(plan: Plan, index: number): number {
  if (plan.arrivals === undefined || plan.arrivals[index]?.by === 'add') return 0
  return SLOT_EVERY_MS * (plan.completionOrder.indexOf(index) + 1)
}

/** When a schema that takes its time has answered: at a moment that no other call shares. */
export function checkMs({ slow }: { readonly slow: boolean }, index: number): number {
  return (slow ? SLOT_EVERY_MS : 0) + index + 1
}

export function closeMoment(plan: Plan): number {
  return plan.arrivals === undefined ? 0 : SLOT_EVERY_MS * (plan.calls.length + 1)
}

function entryOf(plan: Plan, call: PlannedCall, index: number, abortAt: number): Entry {
  const at = slotMoment(plan, index)
  const by = plan.arrivals?.[index]?.by ?? 'add'
  const isAbortedBefore = plan.abortAtMs === -1 || abortAt < at
  if (isAbortedBefore) return refusedEntry(unstarted('aborted', 'aborted', abortAt))
  if (by === 'drop') return refusedEntry(unstarted('invalid', 'incomplete_call', at))
  if (by === 'forget') {
    const closedAt = closeMoment(plan)
    return refusedEntry(
      abortAt < closedAt ? unstarted('aborted', 'aborted', abortAt) : unstarted('invalid', 'incomplete_call', closedAt),
    )
  }
  const { kind } = call
  switch (kind.is) {
    case 'good':
      return { requestedAt: at, refused: undefined }
    case 'unparsable':
      return refusedEntry(unstarted('invalid', 'unparsable_arguments', at))
    case 'misfit':
      return refusedEntry(unstarted('invalid', 'invalid_arguments', at))
    case 'unknown':
      return refusedEntry(unstarted('invalid', 'unknown_tool', at))
    case 'malformed':
      // A slot without a name is one of no tool.
      return refusedEntry(unstarted('invalid', by === 'add' ? 'malformed_call' : 'unknown_tool', at))
    case 'never_checked':
      return checkedLater(
        at + timeoutOf(plan, call),
        abortAt,
        unstarted('timed_out', 'timeout', at + timeoutOf(plan, call)),
      )
    case 'checked_later':
      return checkedLater(
        at + checkMs(kind, index),
        abortAt,
        kind.fits ? undefined : unstarted('invalid', 'invalid_arguments', at + checkMs(kind, index)),
      )
  }
}

function checkedLater(answeredAt: number, abortAt: number, refused: Prediction | undefined): Entry {
  if (abortAt < answeredAt) return refusedEntry(unstarted('aborted', 'aborted', abortAt))
  return refused === undefined ? { requestedAt: answeredAt, refused } : refusedEntry(refused)
}

function refusedEntry(refused: Prediction): Entry {
  return { requestedAt: undefined, refused }
}

function unstarted(status: string, code: string, settledAt: number): Prediction {
  return { status, execution: 'none', code, startedAt: undefined, settledAt, endedAt: undefined }
}

/** Slots take no timeout of their own. */
function timeoutOf(plan: Plan, call: PlannedCall): number {
  return call.ownTimeout && plan.arrivals === undefined ? OWN_TIMEOUT_MS : TIMEOUT_MS
}

function attempt(plan: Plan, call: PlannedCall, startedAt: number, abortAt: number): Prediction {
  const timeoutAt = startedAt + timeoutOf(plan, call)
  const cutAt = Math.min(timeoutAt, abortAt)
  const endsAt = endOf(call, startedAt, cutAt)
  if (endsAt < cutAt) {
    const { does } = call.behaviour
    const [status, code] =
      does === 'return'
        ? ['succeeded', undefined]
        : ['failed', does === 'throw' ? 'tool_error' : 'unserializable_result']
    return { status, code, execution: 'ended', startedAt, settledAt: endsAt, endedAt: endsAt }
  }
  const [status, code] = cutAt === timeoutAt ? ['timed_out', 'timeout'] : ['aborted', 'aborted']
  const isAbandoned = endsAt > cutAt + GRACE_MS
  return {
    status,
    code,
    execution: isAbandoned ? 'unknown' : 'ended',
    startedAt,
    settledAt: isAbandoned ? cutAt + GRACE_MS : endsAt,
    endedAt: endsAt,
    isAmbiguous: isAbandoned && endsAt <= cutAt + GRACE_MS + 1,
  }
}

function endOf({ behaviour }: PlannedCall, startedAt: number, cutAt: number): number {
  switch (behaviour.does) {
    case 'return':
    case 'throw':
      return startedAt + behaviour.afterMs
    case 'heed':
      return cutAt + behaviour.afterMs
    case 'hang':
      return Infinity
    case 'return_cycle':
      return startedAt
  }
}
