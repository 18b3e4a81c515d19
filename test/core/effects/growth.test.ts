import { expect, test } from 'vitest'
import type { Claim, Claimant } from '../../../packages/aof-runtime/src/core/order/effects/claim.ts'
import { Conflicts } from '../../../packages/aof-runtime/src/core/order/effects/conflicts.ts'
import { CallGraph } from '../../../packages/aof-runtime/src/core/order/dependencies/call-graph.ts'
import { OverlapWatch } from '../../../packages/aof-runtime/src/core/order/effects/overlap-watch.ts'
import type { Dependent, GraphCall } from '../../../packages/aof-runtime/src/core/order/dependencies/dependent.ts'

const write = (name: string) => [{ path: [name], isWrite: true, isRunOnly: false }]
const keyOf = (index: number) => ({ acceptedAt: 0, batch: 0, place: index, depth: 0, index })

/** Claims of calls, all of one run; the number of looks shows in the numbers of waits and admissions. */
function conflictsOf() {
  const later: (() => void)[] = []
  const conflicts = new Conflicts((act) => later.push(act))
  const counts = { waits: 0, cleared: [] as Claimant[] }
  const claimant = (parent?: Claimant): Claimant => {
    const owner: Claimant = {
      parent,
      run: 'run',
      priority: 0,
      inherit: () => {},
      effectsCleared: () => void counts.cleared.push(owner),
      beginsToWait: () => undefined,
      waitsBehind: () => void counts.waits++,
      effectsDeadlocked: () => expect.unreachable(),
      effectsUncertain: () => expect.unreachable(),
    }
    return owner
  }
  const settleMicrosteps = (): void => {
    for (let act = later.shift(); act !== undefined; act = later.shift()) act()
  }
  return { conflicts, counts, claimant, settleMicrosteps }
}

test('I32 nested writes of one resource, each of another parent, cost one look each', () => {
  const { conflicts, counts, claimant, settleMicrosteps } = conflictsOf()
  const claims = Array.from({ length: 500 }, (_, i) => conflicts.enter(claimant(claimant()), keyOf(i), write('one')))
  expect(claims.filter((claim) => conflicts.request(claim))).toHaveLength(1)
  for (const claim of claims) {
    expect(claim.isHeld).toBe(true)
    conflicts.settle(claim)
    settleMicrosteps()
  }
  expect(counts.cleared).toEqual(claims.slice(1).map(({ owner }) => owner))
  expect(counts.waits).toBe(499)
})

test('I32 calls whose effects become known in reverse wait for the first of all without a look at each', () => {
  const { conflicts, counts, claimant, settleMicrosteps } = conflictsOf()
  const everything = [{ path: [], isWrite: true, isRunOnly: true }]
  const claims: Claim[] = Array.from({ length: 500 }, (_, i) => conflicts.enter(claimant(), keyOf(i), everything))
  for (let i = 499; i >= 0; i--) {
    conflicts.refine(claims[i] as Claim, write(`r${i}`))
    conflicts.request(claims[i] as Claim)
  }
  settleMicrosteps()
  expect(claims.every(({ isHeld }) => isHeld)).toBe(true)
  expect(counts.waits).toBe(499)
})

test('the places of a chain whose calls arrive in reverse are computed once', () => {
  let moves = 0
  const graph = new CallGraph((act) => act(), false, true)
  const call = (index: number): GraphCall => ({
    index,
    id: `c${index}`,
    dependenciesMet: () => {},
    dependencyFailed: () => {},
    dependencyImpossible: () => {},
    moved: (_node: Dependent) => void moves++,
  })
  for (let i = 0; i < 500; i++) {
    const each = call(i)
    graph.enter(each)
    if (i < 499) graph.add(each, [i + 1])
    graph.placeAwaiting()
  }
  // Once to the end, where nothing is known, and once from there.
  expect(moves).toBeLessThanOrEqual(2 * 499)
})

test('calls that name one file are reported beside one running call of each tool', () => {
  let told = 0
  const watch = new OverlapWatch<object>(() => void told++)
  const place = { run: 'r', turn: 0, batch: 0, index: 0, id: 'a', name: 'a' }
  for (let i = 0; i < 500; i++)
    watch.started({}, { tool: `t${i % 2}`, place: () => place, isReadOnly: false, input: { path: '/tmp/a' } })
  expect(told).toBeLessThanOrEqual(2 * 499)
})
