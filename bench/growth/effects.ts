import { defineTool, type Effect, type ToolContext } from '../../packages/aof-runtime/dist/index.js'
import { added, calls, check, executorOf, type Input, Meeting, quick, type Shape, whole } from './shape.ts'

const touches = (effects: (i: number) => readonly Effect[]) => quick('quick', { effects: ({ i }: Input) => effects(i) })
const write = (resource: string): Effect => ({ resource, mode: 'write' })
const read = (resource: string): Effect => ({ resource, mode: 'read' })

/** Calls that read and write, and nested calls. */
export const EFFECTS: readonly Shape[] = [
  { name: 'each writes its own', most: 8_000, run: (n) => once((i) => [write(`r/${i}`)], n) },
  { name: 'all write one', most: 8_000, run: (n) => once(() => [write('one')], n) },
  { name: 'all read one', most: 8_000, run: (n) => once(() => [read('one')], n) },
  { name: 'a write after each read', most: 8_000, run: (n) => once((i) => [i % 2 ? write('one') : read('one')], n) },
  {
    name: 'reads of one, then a write',
    most: 8_000,
    run: (n) => once((i) => [i === n - 1 ? write('/') : read('one')], n),
  },
  {
    name: 'each writes two, one with the next',
    most: 8_000,
    run: (n) => once((i) => [write(`r/${i}`), write(`r/${i + 1}`)], n),
  },
  {
    name: 'writes at many levels of one folder',
    most: 8_000,
    run: (n) => once((i) => [write('d/'.repeat(1 + (i % 8)))], n),
  },
  { name: 'each writes its own, all at once', most: 8_000, run: (n) => atOnce((i) => [write(`r/${i}`)], n) },
  { name: 'all read one, all at once', most: 8_000, run: (n) => atOnce(() => [read('one')], n) },
  { name: 'runs that all write one', most: 4_000, run: runsOnOne },
  {
    name: 'open batch, all write one',
    most: 8_000,
    run: (n) => added(executorOf([touches(() => [write('one')])]), calls(n)),
  },
  { name: 'one call makes all', most: 8_000, run: (n) => makes(1, n, () => []) },
  { name: 'each makes one', most: 4_000, run: (n) => makes(n, 1, () => []) },
  { name: 'each makes one, under a limit', most: 4_000, run: (n) => makes(n, 1, () => [], 10) },
  { name: 'each makes one write of the same', most: 4_000, run: (n) => makes(n, 1, () => [write('one')]) },
  { name: 'each makes one read of the same', most: 4_000, run: (n) => makes(n, 1, () => [read('one')]) },
  { name: 'each makes one write of its own', most: 4_000, run: (n) => makes(n, 1, (i) => [write(`r/${i}`)]) },
  { name: 'each makes ten writes of the same', most: 4_000, run: (n) => makes(n / 10, 10, () => [write('one')]) },
  { name: 'each reads one and makes one write beside', most: 4_000, run: readersThatMake },
  { name: 'overlaps are looked for, one file', most: 4_000, run: (n) => watched(n, () => '/tmp/one') },
  { name: 'overlaps are looked for, a file each', most: 4_000, run: (n) => watched(n, (i) => `/tmp/${i}`) },
]

function once(effects: (i: number) => readonly Effect[], n: number): Promise<void> {
  return whole(executorOf([touches(effects)], { maxParallelTools: 10 }), calls(n))
}

async function atOnce(effects: (i: number) => readonly Effect[], n: number): Promise<void> {
  const meeting = new Meeting({ effects: ({ i }: Input) => effects(i) })
  meeting.expects(n)
  await whole(
    executorOf([meeting.tool]),
    calls(n, () => ({ name: 'meets' })),
  )
}

async function runsOnOne(n: number): Promise<void> {
  const executor = executorOf([touches(() => [write('one')])])
  const results = await Promise.all(calls(n).map((call) => executor.executeTools([call])))
  check(results.flat(), n)
}

/** N calls at once, each of which makes as many. */
async function makes(
  parents: number,
  each: number,
  effects: (i: number) => readonly Effect[],
  maxParallelTools = Infinity,
): Promise<void> {
  const inner = quick('inner', { effects: ({ i }: Input) => effects(i) })
  const executor = executorOf([parent(each), inner], { maxParallelTools, maxNestedCalls: Infinity })
  await whole(
    executor,
    calls(parents, () => ({ name: 'parent' })),
  )
}

function parent(each: number, more: object = {}) {
  return defineTool({
    name: 'parent',
    execute: async ({ i }: Input, { executor }: ToolContext) => {
      const made = calls(each, (k) => ({ name: 'inner', arguments: { i: i * each + k } }))
      check(await executor.executeTools(made, { maxCalls: Infinity }), each)
    },
    ...more,
  } as never)
}

async function readersThatMake(n: number): Promise<void> {
  const inner = quick('inner', { effects: () => [write('beside')] })
  const outer = parent(1, { effects: () => [read('one')] })
  await whole(
    executorOf([outer, inner]),
    calls(n, () => ({ name: 'parent' })),
  )
}

async function watched(n: number, path: (i: number) => string): Promise<void> {
  const meeting = new Meeting()
  meeting.expects(n)
  await whole(
    executorOf([meeting.tool], { reportOverlaps: true }),
    calls(n, (i) => ({ name: 'meets', arguments: { path: path(i) } })),
  )
}
