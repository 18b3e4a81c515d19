import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../../packages/aof-cli/src/live/live-event.ts'
import { NOTHING_YET } from '../../../packages/aof-cli/src/live/live-state.ts'
import { reduce } from '../../../packages/aof-cli/src/live/reduce.ts'
import { call, stateAfter, turnOf } from './events.ts'

const search = call(0, 'search')

function phaseAfter(...moments: Parameters<typeof stateAfter>[0]) {
  return stateAfter(moments).turns[0]?.calls[0]?.state
}

describe('a call', () => {
  test('goes through arriving, waiting and running to its result', () => {
    const { accepted, parked, started, succeeded } = search
    expect(phaseAfter(accepted(1))).toEqual({ phase: 'arriving' })
    expect(phaseAfter(accepted(1), parked(2))).toEqual({ phase: 'waiting', waitsFor: 'executor' })
    expect(phaseAfter(accepted(1), parked(2), started(5, 4))).toEqual({ phase: 'running', startedAt: 5, queuedMs: 4 })
    expect(phaseAfter(accepted(1), started(5, 4), succeeded(9, 4, 4))).toMatchObject({
      phase: 'settled',
      settledAt: 9,
      result: { status: 'succeeded', timing: { runMs: 4, queuedMs: 4 } },
    })
  })

  test('shows the newest progress while it runs, as one safe line', () => {
    const { accepted, started, progress, succeeded } = search
    const running = [accepted(1), started(2)]
    expect(phaseAfter(...running, progress(3, 'a\u001B[2Jb\nc'))).toMatchObject({ progress: 'a\uFFFD[2Jb c' })
    expect(phaseAfter(...running, progress(3, 'old'), progress(4, { done: 3 }))).toMatchObject({
      progress: '{"done":3}',
    })
    expect(phaseAfter(...running, succeeded(3, 1), progress(4, 'late'))).toMatchObject({ phase: 'settled' })
  })

  test('is shown without progress if that is not printable', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    for (const value of [cycle, 1n, undefined, () => 1]) {
      expect(phaseAfter(search.accepted(1), search.started(2), search.progress(3, value))).toMatchObject({
        phase: 'running',
        progress: '',
      })
    }
  })

  test('keeps its first result', () => {
    const { accepted, succeeded, unsuccessful } = search
    expect(phaseAfter(accepted(1), succeeded(3, 2), unsuccessful(4, 'failed', 'again'))).toMatchObject({
      result: { status: 'succeeded' },
    })
  })

  test('has its arguments as written, once they are complete', () => {
    const { accepted, arguments: complete } = search
    expect(stateAfter([accepted(1), complete(2, '{"q":1}')]).turns[0]?.calls[0]).toMatchObject({
      arguments: '{"q":1}',
      state: { phase: 'arriving' },
    })
  })
})

describe('a turn', () => {
  test('has its calls by index, in whatever order their events arrive', () => {
    const state = stateAfter([call(2, 'c').accepted(1), call(0, 'a').accepted(2), call(1, 'b').accepted(3)])
    expect(state.turns[0]?.calls.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  test('with the same id twice has both calls', () => {
    const [, first] = call(0, 'a').accepted(1)
    const [, second] = call(1, 'b').accepted(1)
    const state = [first, { ...second, id: 'id-0' } as LiveEvent].reduce(
      (known, each) => reduce(known, each, 1),
      NOTHING_YET,
    )
    expect(state.turns[0]?.calls.map(({ id, name }) => [id, name])).toEqual([
      ['id-0', 'a'],
      ['id-0', 'b'],
    ])
  })

  test('collects what the model thinks and says', () => {
    const state = stateAfter([
      ...turnOf(0, 1),
      [2, { type: 'reasoning', turn: 0, delta: 'Hm' }],
      [3, { type: 'reasoning', turn: 0, delta: 'm.' }],
      [4, { type: 'text', turn: 0, delta: 'Ye' }],
      [5, { type: 'text', turn: 0, delta: 's.' }],
    ])
    expect(state.turns[0]).toMatchObject({ model: 'talking', reasoning: 'Hmm.', text: 'Yes.' })
  })

  test('is over when its batch is settled, or the turn, or the run; the first of them counts', () => {
    const batch = { run: 'run', turn: 0, batch: 1, size: 0, succeeded: 0, failed: 0, wallMs: 1 }
    const settled = stateAfter([...turnOf(0, 1), [7, { type: 'batch_settled', at: 7, ...batch }]])
    expect(settled.turns[0]).toMatchObject({ endedAt: 7, model: 'finished' })
    expect(stateAfter([[9, { type: 'turn_finished', turn: 0, calls: 0 }]], settled).turns[0]?.endedAt).toBe(7)
    expect(stateAfter([...turnOf(0, 1), [9, { type: 'turn_finished', turn: 0, calls: 0 }]]).turns[0]?.endedAt).toBe(9)
  })

  test('of an executor without an agent has no model', () => {
    expect(stateAfter([search.accepted(1)]).turns[0]?.model).toBe('absent')
  })

  test('after another one is a turn of its own', () => {
    const state = stateAfter([...turnOf(0, 1, 'one'), ...turnOf(1, 5, 'two'), call(0, 'x', 1).accepted(6)])
    expect(state.turns.map(({ turn, text, calls }) => [turn, text, calls.length])).toEqual([
      [0, 'one', 0],
      [1, 'two', 1],
    ])
  })
})

test('events in any order, with any left out, never change a final state (property)', () => {
  const { accepted, parked, started, progress, succeeded, arguments: complete } = search
  const all = [
    ...turnOf(0, 0, 'text'),
    accepted(1),
    complete(2, {}),
    parked(3),
    started(4),
    progress(5, 'p'),
    succeeded(6, 2),
    [7, { type: 'model_finished', turn: 0, finishReason: 'stop' }] as const,
    [8, { type: 'turn_finished', turn: 0, calls: 1 }] as const,
    [9, { type: 'missed', count: 3 }] as const,
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray(all), (moments) => {
      const { turns } = stateAfter(moments)
      expect(turns.length).toBeLessThanOrEqual(1)
      const [only] = turns
      const isSettled = moments.some(([, { type }]) => type === 'settled')
      expect(only?.calls[0]?.state.phase === 'settled').toBe(isSettled)
      expect(only?.endedAt !== undefined).toBe(moments.some(([, { type }]) => type === 'turn_finished'))
    }),
  )
})
