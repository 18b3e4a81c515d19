import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ToolEvent, ToolResult } from '../../src/index.ts'
import { eventsOf } from '../core/harness.ts'
import { closeMoment, type Prediction, predict } from './model.ts'
import { type Plan, plans, runs, undisturbedPlans } from './plan.ts'
import { dataOf, play, type Played } from './play.ts'

function idOf(id: unknown, index: number): string {
  return typeof id === 'string' ? id : `call-${index}`
}

/** A result without what depends on time. */
function timeless({ timing: _timing, ...result }: ToolResult): object {
  return result
}

/** A result in the terms of the model, and the model's own. */
function comparable(plan: Plan, index: number, result: ToolResult | undefined): object {
  if (result === undefined) return {}
  const { index: place, id, status, execution, success, timing } = result
  return {
    place,
    id,
    status,
    execution,
    success,
    outcome: result.success ? result.data : result.error.code,
    queuedMs: timing.queuedMs,
    attempts: timing.attempts,
    // An abandoned call of an abort between two milliseconds is found at the next whole one.
    settledAt: execution === 'unknown' && status === 'aborted' ? Math.ceil(timing.totalMs) : timing.totalMs,
    expected: idOf(plan.calls[index]?.id, index) === id,
  }
}

function foretold(plan: Plan, index: number, prediction: Prediction): object {
  const { status, execution, code, startedAt, settledAt } = prediction
  const { behaviour } = plan.calls[index] as Plan['calls'][number]
  return {
    place: index,
    id: idOf(plan.calls[index]?.id, index),
    status,
    execution,
    success: status === 'succeeded',
    outcome: code ?? (behaviour.does === 'return' ? dataOf(index, behaviour.value) : 'a success of something else'),
    queuedMs: startedAt ?? settledAt,
    attempts: startedAt === undefined ? 0 : 1,
    settledAt: execution === 'unknown' && status === 'aborted' ? Math.ceil(settledAt) : settledAt,
    expected: true,
  }
}

/** How often each place has an event of a type. */
function countsOf(events: readonly ToolEvent[], type: 'accepted' | 'started' | 'settled', size: number): number[] {
  const counts = Array.from({ length: size }, () => 0)
  for (const { index } of eventsOf(events, type)) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

describe('any batch at all', () => {
  test('I1, I2, I3, I7, I11, I13, I14, I25, I51: comes to what a model foretells of each call', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const predictions = predict(plan)
        fc.pre(!predictions.some(({ isAmbiguous }) => isAmbiguous === true))
        const played = await play(plan)
        expect(played.results.map((result, i) => comparable(plan, i, result))).toEqual(
          predictions.map((prediction, i) => foretold(plan, i, prediction)),
        )
        expect(played.faults).toEqual([])
        checkEvents(plan, played)
        expect(played.ran.toSorted((a, b) => a - b)).toEqual(
          predictions.flatMap(({ startedAt }, i) => (startedAt === undefined ? [] : [i])),
        )
        expect(played.overAt).toBeLessThanOrEqual(
          Math.ceil(Math.max(...predictions.map(({ settledAt }) => settledAt), closeMoment(plan)) + 1),
        )
      }),
      runs(1_500),
    )
  })

  test('I8, I17: leaves no timer, and counts what it has abandoned until that ends', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const predictions = predict(plan)
        fc.pre(!predictions.some(({ isAmbiguous }) => isAmbiguous === true))
        const { timersThen, abandonedThen, abandonedLater, overAt, events } = await play(plan)
        const abandoned = predictions.filter(({ execution }) => execution === 'unknown')
        expect(timersThen).toBe(0)
        // One that ends in the very moment in which the batch is over may be counted still, or not.
        expect(abandonedThen).toBeGreaterThanOrEqual(abandoned.filter(({ endedAt }) => (endedAt ?? 0) > overAt).length)
        expect(abandonedThen).toBeLessThanOrEqual(abandoned.filter(({ endedAt }) => (endedAt ?? 0) >= overAt).length)
        expect(abandonedLater).toBe(abandoned.filter(({ endedAt }) => endedAt === Infinity).length)
        expect(eventsOf(events, 'abandoned').length).toBe(abandoned.length)
        expect(eventsOf(events, 'ended_late').length).toBe(abandoned.length - abandonedLater)
      }),
      runs(400),
    )
  })
})

function checkEvents(plan: Plan, { results, events }: Played): void {
  const size = plan.calls.length
  const once = Array.from({ length: size }, () => 1)
  expect(countsOf(events, 'accepted', size)).toEqual(once)
  expect(countsOf(events, 'settled', size)).toEqual(once)
  expect(countsOf(events, 'started', size)).toEqual(results.map(({ timing }) => timing.attempts))
  for (const { index, result } of eventsOf(events, 'settled')) expect(result).toBe(results[index])
  const succeeded = results.filter(({ success }) => success).length
  const batch = eventsOf(events, 'batch_settled')
  expect(batch).toMatchObject([{ size, succeeded, failed: size - succeeded }])
  expect(eventsOf(events, 'batch_opened').length).toBe(1)
  expect(eventsOf(events, 'batch_closed').length).toBe(1)
  expect(eventsOf(events, 'listener_failed')).toEqual([])
}

describe('a batch that nothing cuts across', () => {
  test('I6: changing what one call does changes no other result', async () => {
    await fc.assert(
      fc.asyncProperty(undisturbedPlans, undisturbedPlans, fc.nat(), async (plan, other, which) => {
        const changed = which % plan.calls.length
        const calls = plan.calls.map((call, i) => (i === changed ? { ...(other.calls[0] ?? call), id: call.id } : call))
        const before = await play(plan)
        const after = await play({ ...plan, calls })
        const others = ({ results }: Played): object[] => results.filter((_, i) => i !== changed).map(timeless)
        expect(others(after)).toEqual(others(before))
      }),
      runs(250),
    )
  })

  test('I2: the bytes of the results are the same for every order of ending, every limit and every way in', async () => {
    await fc.assert(
      fc.asyncProperty(undisturbedPlans, fc.nat(), fc.integer({ min: 1, max: 5 }), async (plan, clockSeed, limit) => {
        const inTime = plan.calls.map((call) => ({ ...call, ownTimeout: false }))
        const paced = (ms: (i: number) => number): Plan['calls'] =>
          inTime.map((call, i) => ({
            ...call,
            behaviour: 'how' in call.behaviour ? { ...call.behaviour, afterMs: ms(i) } : call.behaviour,
          }))
        const everyOne = { ...plan, arrivals: undefined }
        const bytes = async (variant: Plan): Promise<string> =>
          JSON.stringify((await play(variant)).results.map(timeless))
        const inOrder = await bytes({ ...everyOne, calls: paced((i) => i), limit: 5 })
        expect(await bytes({ ...everyOne, calls: paced((i) => 50 - i), limit, clockSeed })).toBe(inOrder)
        expect(
          await bytes({ ...everyOne, calls: paced((i) => 3 * (plan.completionOrder[i] ?? 0)), limit, clockSeed }),
        ).toBe(inOrder)
        const malformedStaysSo = plan.calls.map(({ kind }) => ({
          by: kind.is === 'malformed' ? ('add' as const) : ('complete' as const),
        }))
        expect(await bytes({ ...plan, calls: paced((i) => 7 + i), arrivals: malformedStaysSo, limit, clockSeed })).toBe(
          inOrder,
        )
      }),
      runs(150),
    )
  })
})
