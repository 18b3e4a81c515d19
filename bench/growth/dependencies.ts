import { planTool, type ToolCall, type ToolExecutor } from '../../packages/aof-runtime/dist/index.js'
import { added, calls, executorOf, quick, reversed, type Shape, whole } from './shape.ts'

const touching = (): ToolExecutor =>
  executorOf([quick('quick', { effects: ({ i }: { i: number }) => [{ resource: `r/${i}`, mode: 'write' }] })])
const plain = (): ToolExecutor => executorOf([quick()])

const chain = (n: number): ToolCall[] => calls(n, (i) => (i === 0 ? {} : { dependsOn: [i - 1] }))
const reverse = (n: number): ToolCall[] => calls(n, (i) => (i === n - 1 ? {} : { dependsOn: [i + 1] }))
const circle = (n: number): ToolCall[] => calls(n, (i) => ({ dependsOn: [(i + 1) % n] }))
const refers = (n: number): ToolCall[] =>
  calls(n, (i) => (i === 0 ? {} : { arguments: { i: { $result: i - 1, pointer: '/i' } } }))
const refersAhead = (n: number): ToolCall[] =>
  calls(n, (i) => (i === n - 1 ? {} : { arguments: { i: { $result: i + 1, pointer: '/i' } } }))
const fanOut = (n: number): ToolCall[] => calls(n, (i) => (i === 0 ? {} : { dependsOn: [0] }))
const fanIn = (n: number): ToolCall[] =>
  calls(n, (i) => (i < n - 1 ? {} : { dependsOn: Array.from({ length: n - 1 }, (_, each) => each) }))
/** Pairs of calls, each of which depends on both calls of the pair before. */
const diamonds = (n: number): ToolCall[] =>
  calls(n, (i) => {
    const pair = i - (i % 2)
    return pair === 0 ? {} : { dependsOn: [pair - 2, pair - 1] }
  })
const failing = (n: number): ToolCall[] => chain(n).map((call, i) => (i === 0 ? { ...call, name: 'unknown' } : call))

/** Calls that depend on others. */
export const DEPENDENCIES: readonly Shape[] = [
  { name: 'chain', most: 8_000, run: (n) => whole(plain(), chain(n)) },
  { name: 'chain, in reverse', most: 8_000, run: (n) => whole(plain(), reverse(n)) },
  { name: 'chain of references', most: 8_000, run: (n) => whole(plain(), refers(n)) },
  { name: 'chain of references, in reverse', most: 8_000, run: (n) => whole(plain(), refersAhead(n)) },
  { name: 'chain with effects', most: 8_000, run: (n) => whole(touching(), chain(n)) },
  { name: 'chain with effects, in reverse', most: 8_000, run: (n) => whole(touching(), reverse(n)) },
  { name: 'all after one', most: 8_000, run: (n) => whole(plain(), fanOut(n)) },
  { name: 'one after all', most: 8_000, run: (n) => whole(plain(), fanIn(n)) },
  { name: 'diamonds', most: 8_000, run: (n) => whole(plain(), diamonds(n)) },
  { name: 'chain whose first fails', most: 8_000, run: failed },
  { name: 'circle', most: 8_000, run: (n) => whole(plain(), circle(n), 'invalid') },
  { name: 'open batch, chain', most: 8_000, run: (n) => added(plain(), chain(n)) },
  { name: 'open batch, chain in reverse', most: 8_000, run: (n) => added(plain(), reverse(n)) },
  { name: 'open batch, references in reverse', most: 8_000, run: (n) => added(plain(), refersAhead(n)) },
  { name: 'open batch, chain with effects', most: 8_000, run: (n) => added(touching(), chain(n)) },
  { name: 'open batch, chain with effects in reverse', most: 4_000, run: (n) => added(touching(), reverse(n)) },
  { name: 'open batch, diamonds in reverse', most: 8_000, run: (n) => added(plain(), diamondsAhead(n)) },
  {
    name: 'open batch, diamonds with effects in reverse',
    most: 4_000,
    run: (n) => added(touching(), diamondsAhead(n)),
  },
  { name: 'open batch, circle', most: 8_000, run: (n) => added(plain(), circle(n), 'invalid') },
  { name: 'open batch, all after one', most: 8_000, run: (n) => added(plain(), fanOut(n)) },
  {
    name: 'open batch, all after one that comes last',
    most: 8_000,
    run: (n) =>
      added(
        plain(),
        calls(n, (i) => (i === n - 1 ? {} : { dependsOn: [n - 1] })),
      ),
  },
  { name: 'open batch, completed in reverse, own resources', most: 4_000, run: (n) => reversed(touching(), calls(n)) },
  { name: 'open batch, completed in reverse, one resource', most: 4_000, run: reversedOnOne },
  { name: 'plans of a hundred steps, in chains', most: 1_600, run: (n) => plans(n, true) },
  { name: 'plans of a hundred steps, flat', most: 1_600, run: (n) => plans(n, false) },
]

function diamondsAhead(n: number): ToolCall[] {
  return calls(n, (i) => {
    const next = i - (i % 2) + 2
    return next >= n ? {} : { dependsOn: next + 1 < n ? [next, next + 1] : [next] }
  })
}

async function failed(n: number): Promise<void> {
  const results = await plain().executeTools(failing(n), { maxCalls: Infinity })
  if (results.at(-1)?.status !== 'skipped') throw new Error(`Expected a skipped call, got ${results.at(-1)?.status}.`)
}

async function reversedOnOne(n: number): Promise<void> {
  const one = quick('quick', { effects: () => [{ resource: 'one', mode: 'write' }], effectScope: 'one' })
  await reversed(executorOf([one]), calls(n))
}

/** N steps in all. */
async function plans(n: number, inChains: boolean): Promise<void> {
  const executor = plain()
  const plan = planTool(executor)
  const host = executorOf([plan])
  const steps = Array.from({ length: 100 }, (_, i) => ({
    id: `s${i}`,
    tool: 'quick',
    arguments: { i: inChains && i > 0 ? { $result: `s${i - 1}`, pointer: '/i' } : i },
  }))
  await whole(
    host,
    calls(n / 100, () => ({ name: 'plan', arguments: { steps } })),
  )
}
