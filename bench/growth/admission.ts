import {
  AdmissionController,
  type AdmissionOptions,
  type AnyTool,
  type ToolExecutor,
} from '../../packages/aof-runtime/dist/index.js'
import { VirtualClock } from '../../packages/aof-runtime/dist/testing/index.js'
import { calls, check, executorOf, quick, type Shape, whole } from './shape.ts'

/** Calls that wait for permits and for rates, in runs and with priorities. */
export const ADMISSION: readonly Shape[] = [
  { name: 'runs of one call', most: 8_000, run: (n) => runs(n, 1, {}) },
  { name: 'runs of three calls', most: 8_000, run: (n) => runs(n / 3, 3, {}) },
  { name: 'named runs of one call', most: 8_000, run: (n) => runs(n, 1, { named: true }) },
  { name: 'named runs of three calls', most: 8_000, run: (n) => runs(n / 3, 3, { named: true }) },
  { name: 'overdue runs of one call', most: 8_000, run: (n) => runs(n, 1, { overdue: true }) },
  { name: 'overdue runs of three calls', most: 8_000, run: (n) => runs(n / 3, 3, { overdue: true }) },
  { name: 'overdue runs of mixed tools', most: 8_000, run: (n) => runs(n / 4, 4, { overdue: true, tools: 4 }) },
  { name: 'overdue runs of mixed priorities', most: 8_000, run: (n) => runs(n, 1, { overdue: true, priorities: 7 }) },
  { name: 'one overdue run', most: 8_000, run: (n) => runs(1, n, { overdue: true }) },
  { name: 'one overdue run of many tools', most: 4_000, run: (n) => runs(1, n, { overdue: true, tools: n }) },
  { name: 'one overdue run of many keys', most: 4_000, run: (n) => keyed(n, { overdue: true }) },
  { name: 'priorities', most: 8_000, run: (n) => runs(1, n, { priorities: 201 }) },
  { name: 'runs of mixed priorities', most: 8_000, run: (n) => runs(n, 1, { priorities: 201 }) },
  { name: 'a key each', most: 8_000, run: (n) => keyed(n, {}) },
  { name: 'a key each, all at once', most: 8_000, run: (n) => keyed(n, { room: true }) },
  { name: 'one key', most: 8_000, run: (n) => keyed(n, { keys: 1, room: true }) },
  { name: 'a hundred keys', most: 8_000, run: (n) => keyed(n, { keys: 100, room: true }) },
  { name: 'a rate', most: 4_000, run: (n) => rated(n, { rate: { n: 100, perMs: 100, burst: 100 } }) },
  {
    name: 'a rate for each of many keys',
    most: 4_000,
    run: (n) => rated(n, { key: ({ i }: { i: number }) => `${i % 500}`, ratePerKey: { n: 1, perMs: 10, burst: 1 } }),
  },
  { name: 'two limits, passed over', most: 8_000, run: passedOver },
  { name: 'outside of a short queue', most: 8_000, run: (n) => queued(n, { max: 10, policy: 'wait' }) },
  { name: 'a queue with a deadline', most: 8_000, run: (n) => queued(n, { max: Infinity, deadlineMs: 1_000_000 }) },
  { name: 'executors on one controller', most: 2_000, run: executors },
  { name: 'stats at every hundredth call', most: 8_000, run: asked },
  { name: 'subscribers that come and leave', most: 8_000, run: subscribers },
]

interface Manner {
  readonly named?: boolean
  readonly overdue?: boolean
  readonly tools?: number
  readonly priorities?: number
}

const MS = 100
const LIMIT = 100

function slow(clock: VirtualClock, name: string, more: object = {}): AnyTool {
  return quick(name, { execute: () => clock.sleep(MS), ...more })
}

/** A quarter of the time that `n` calls take; with it as `ageMs`, waiting raises a call's priority up to four times. */
function quarter(n: number): number {
  return Math.max(1, ((n / LIMIT) * MS) / 4)
}

/** Runs that wait for one limit. If they are overdue, most have waited for longer than `ageMs`. */
async function runs(count: number, each: number, { named, overdue, tools = 1, priorities = 1 }: Manner): Promise<void> {
  const whenDone = Math.floor(count)
  const { clock, executor } = virtual((time) => Array.from({ length: tools }, (_, i) => slow(time, `t${i}`)), {
    ageMs: overdue === true ? quarter(count * each) : Infinity,
  })
  const all = Array.from({ length: whenDone }, (_, run) =>
    executor.executeTools(
      calls(each, (i) => ({
        name: `t${i % tools}`,
        ...(priorities > 1 && { priority: ((run + i) % priorities) - 100 }),
      })),
      { maxCalls: Infinity, ...(named === true && { run: `run ${run}` }) },
    ),
  )
  check((await clock.runUntil(Promise.all(all), { maxMs: Infinity })).flat(), whenDone * Math.floor(each))
}

function virtual(
  tools: (clock: VirtualClock) => readonly AnyTool[],
  options: AdmissionOptions,
  more: object = {},
): { readonly clock: VirtualClock; readonly executor: ToolExecutor } {
  const clock = new VirtualClock()
  const admission = new AdmissionController({ clock, ...options })
  return { clock, executor: executorOf(tools(clock), { clock, admission, maxParallelTools: LIMIT, ...more }) }
}

async function keyed(
  n: number,
  { keys = n, overdue, room }: { keys?: number; overdue?: boolean; room?: boolean },
): Promise<void> {
  const limits = { key: ({ i }: { i: number }) => `${i % keys}`, maxParallelPerKey: 1 }
  const { clock, executor } = virtual(
    (time) => [keys === 1 ? quick('quick', limits) : slow(time, 'quick', limits)],
    { ageMs: overdue === true ? quarter(n) : Infinity },
    room === true ? { maxParallelTools: Infinity } : {},
  )
  const results = executor.executeTools(calls(n), { maxCalls: Infinity })
  check(await clock.runUntil(results, { maxMs: Infinity }), n)
}

async function rated(n: number, limits: object): Promise<void> {
  const { clock, executor } = virtual(() => [quick('quick', limits)], {})
  check(await clock.runUntil(executor.executeTools(calls(n), { maxCalls: Infinity }), { maxMs: Infinity }), n)
}

/** Calls that also need the only permit of their tool, beside calls of other tools. */
async function passedOver(n: number): Promise<void> {
  const { clock, executor } = virtual((time) => [slow(time, 'quick'), slow(time, 'narrow', { maxParallel: 10 })], {
    reserveAfterMs: 1_000,
  })
  const given = calls(n, (i) => (i % 2 === 0 ? {} : { name: 'narrow' }))
  check(await clock.runUntil(executor.executeTools(given, { maxCalls: Infinity }), { maxMs: Infinity }), n)
}

function queued(n: number, queue: object): Promise<void> {
  return whole(executorOf([quick()], { maxParallelTools: 10, queue }), calls(n))
}

async function executors(n: number): Promise<void> {
  const admission = new AdmissionController({ maxParallel: 10 })
  const tool = quick()
  const results = await Promise.all(calls(n).map((call) => executorOf([tool], { admission }).executeTools([call])))
  check(results.flat(), n)
}

async function asked(n: number): Promise<void> {
  let executor: ToolExecutor | undefined
  const tool = quick('quick', {
    execute: async ({ i }: { i: number }) => (i % 100 === 0 ? (executor?.stats().waiting ?? 0) : i),
  })
  executor = executorOf([tool], { maxParallelTools: 10 })
  await whole(executor, calls(n))
}

async function subscribers(n: number): Promise<void> {
  const executor = executorOf([quick()])
  const leave = Array.from({ length: n }, () => executor.subscribe(() => {}))
  for (const each of leave) each()
  await whole(executor, calls(1))
}
