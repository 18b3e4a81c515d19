import { setTimeout as sleep } from 'node:timers/promises'
import { type Agent, FLOOR, floor, type MeasuredTool, OURS, ours } from './agents.ts'
import { bareLoop } from './baselines/bare-loop.ts'
import { LIMIT } from './calls.ts'
import { inChild } from './child.ts'
import { BARE } from './schedulers.ts'
import { sample, type Samples } from './harness.ts'
import type { Mode } from './mode.ts'
import { FINAL_TEXT, ScriptedModel } from './model.ts'
import { type Claim, figure, type Table, type Target } from './report.ts'
import { median, pairwiseRatios, summarize } from './statistics.ts'
import { AdmissionController, defineTool, type ToolCall, ToolExecutor } from '../packages/aof-runtime/dist/index.js'
import { SeededRandom, VirtualClock } from '../packages/aof-runtime/dist/testing/index.js'
import { z } from 'zod'

const AGENTS = 1_000
const TURNS = 2
const CALLS = 10
const CALL_MS = 5
const PROCESS_LIMIT = 100
const MIXED = 200
const BURST = 10_000
const SMALL = 10
const KEYS = 1_000
const SIZES = [10, 1_000, 10_000, 100_000]

/** Samples of one comparison: milliseconds by candidate, one for each repetition. */
type Times = Record<string, number[]>

interface Answer {
  /** Milliseconds of the tools' calls alone. */
  readonly calls: Times
  readonly limitedCalls: Times
  readonly unlimited: Times
  readonly limited: Times
  /** The largest number of tools that ran at once. */
  readonly peaks: Times
  readonly mixed: Times
  /** Relative to the lower bound, in virtual time. */
  readonly virtual: Times
  readonly fairness: Times
  readonly waiting: Samples
}

const EACH = `${AGENTS} agents × ${TURNS} turns × ${CALLS} calls × ${CALL_MS} ms`
const IN_CALL_ORDER = 'hand-written loop, in call order'
const LONGEST_FIRST = 'hand-written loop, longest first'
const WITHOUT_HISTORY = 'aof-runtime, without history'
const SHARED = 'beside a burst'
const ALONE = 'its share alone'
const PLAIN = 'one limit'
const ROOMY = 'all limits, no waiting'
const KEYED = 'a thousand keys'

/** Admission over the whole process: many agents at once, tools of different durations, runs beside each other. */
export async function admission({ quick }: Mode): Promise<Claim> {
  const answer = await inChild<number, Answer>('admission.ts', quick ? 3 : 9)
  const { calls, limitedCalls, unlimited, limited, peaks, mixed, virtual, fairness, waiting } = answer
  const added = (waiting[ROOMY]?.[LIMIT] ?? []).map(
    (ns, i) => (ns - (waiting[PLAIN]?.[LIMIT]?.[i] ?? ns)) / LIMIT / 1_000,
  )
  const small = ratio(fairness, SHARED, ALONE)
  const batches = ratio(calls, OURS, BARE)
  const agents = ratio(unlimited, OURS, FLOOR)
  const longest = ratio(mixed, OURS, LONGEST_FIRST)
  const peak = Math.max(...(peaks[OURS] ?? []))
  return {
    name: 'Admission',
    tables: [
      times(`The calls of ${EACH}, each with an executor of its own, no limit of the process`, calls),
      times(`The same, at most ${PROCESS_LIMIT} tools at once in the process`, limitedCalls),
      times(`${EACH}, whole: with their model's parts and their histories, no limit of the process`, unlimited),
      times(`The same, at most ${PROCESS_LIMIT} tools at once in the process`, limited),
      times(`${MIXED} calls, log-normal, median 30 ms, sigma 1, at most ${LIMIT} at once`, mixed),
      times(`A run of ${SMALL} calls of ${CALL_MS} ms beside one of ${BURST}, at most ${LIMIT} at once`, fairness),
      {
        title: 'Admission alone: tools that return at once',
        unit: 'ns per call',
        columns: SIZES.map(String),
        rows: Object.entries(waiting).map(([name, bySize]) => ({
          name,
          cells: SIZES.map((size) => {
            const ns = bySize[size]
            return ns === undefined ? null : summarize(ns.map((each) => each / size))
          }),
        })),
      },
    ],
    targets: [
      target(
        `the calls of ${AGENTS} agents / ${BARE}, no limit of the process`,
        '≤ 1.5',
        batches,
        (value) => value <= 1.5,
      ),
      target(`${AGENTS} whole agents / ${FLOOR}, no limit of the process`, '≤ 1.5', agents, (value) => value <= 1.5),
      target(
        `tools at once, with a limit of ${PROCESS_LIMIT}`,
        `≤ ${PROCESS_LIMIT}`,
        peak,
        (value) => value <= PROCESS_LIMIT,
      ),
      target(`${MIXED} mixed calls / ${LONGEST_FIRST}`, '≤ 1.01', longest, (value) => value <= 1.01),
      {
        claim: `${MIXED} mixed calls / the lower bound, in virtual time`,
        wanted: '≤ 1.005',
        measured: `${median(virtual[OURS] ?? []).toFixed(4)}; in call order ${median(virtual[IN_CALL_ORDER] ?? []).toFixed(3)}`,
        met: median(virtual[OURS] ?? []) <= 1.005,
      },
      target('a small run beside a burst / its fair share alone', '≤ 1.2', small, (value) => value <= 1.2),
      {
        claim: 'the cost of all limits for a call that does not wait, in µs',
        wanted: '≤ 0.3',
        measured: figure(median(added)),
        met: median(added) <= 0.3,
      },
    ],
    notMeasured: [
      'tools whose durations change from call to call: each of the mixed calls has a tool of its own with a constant duration',
      'rates and priorities',
      'several processes',
    ],
  }
}

/** Runs in a process of its own. */
export async function measure(repetitions: number): Promise<Answer> {
  const peaks: Times = {}
  return {
    calls: await callTimes(repetitions, Infinity, peaks),
    limitedCalls: await callTimes(Math.ceil(repetitions / 2), PROCESS_LIMIT, peaks),
    unlimited: await agentTimes(repetitions, Infinity, peaks),
    limited: await agentTimes(Math.ceil(repetitions / 2), PROCESS_LIMIT, peaks),
    peaks,
    mixed: await mixedTimes(Math.ceil(repetitions / 2)),
    virtual: await mixedInVirtualTime(repetitions * 20),
    fairness: await fairnessTimes(repetitions),
    waiting: await admissionAlone(repetitions),
  }
}

const schema = z.object({ q: z.string() })

/** A tool that waits, and a counter of the largest number that waited at once. */
function counted(): { readonly execute: () => Promise<{ ok: boolean }>; takePeak(): number } {
  let running = 0
  let peak = 0
  return {
    execute: async () => {
      peak = Math.max(peak, ++running)
      await sleep(CALL_MS)
      running--
      return { ok: true }
    },
    takePeak: () => {
      const was = peak
      peak = 0
      return was
    },
  }
}

/** Milliseconds until the calls of all agents are done. */
async function callTimes(repetitions: number, processLimit: number, peaks: Times): Promise<Times> {
  const { execute, takePeak } = counted()
  const tool = defineTool({ name: 'measured', execute })
  const calls = Array.from({ length: CALLS }, (_, i) => ({
    id: `call_${i}`,
    name: 'measured',
    arguments: { q: `${i}` },
  }))
  const handLimited = processLimit === Infinity ? execute : limited(processLimit, execute)
  const admission =
    processLimit === Infinity ? {} : { admission: new AdmissionController({ maxParallel: processLimit }) }
  const candidates: Record<string, () => Promise<unknown>> = {
    [BARE]: async () => {
      for (let turn = 0; turn < TURNS; turn++) await bareLoop(calls, LIMIT, handLimited)
    },
    [OURS]: async () => {
      const executor = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT, ...admission })
      for (let turn = 0; turn < TURNS; turn++) await executor.executeTools(calls)
    },
  }
  const result: Times = {}
  for (let repetition = -2; repetition < repetitions; repetition++) {
    const entries = Object.entries(candidates)
    for (const [name, run] of repetition % 2 === 0 ? entries : entries.toReversed()) {
      takePeak()
      const ms = await timed(() => Promise.all(Array.from({ length: AGENTS }, run)))
      if (repetition < 0) continue
      record(result, name, ms)
      if (processLimit !== Infinity) record(peaks, name, takePeak())
    }
  }
  return result
}

/** Milliseconds until all agents are done. */
async function agentTimes(repetitions: number, processLimit: number, peaks: Times): Promise<Times> {
  const { execute, takePeak } = counted()
  const measured: MeasuredTool<z.infer<typeof schema>> = { name: 'measured', schema, execute }
  const admission = processLimit === Infinity ? undefined : new AdmissionController({ maxParallel: processLimit })
  const handLimited = processLimit === Infinity ? execute : limited(processLimit, execute)
  const candidates: Agent[] = [floor({ ...measured, execute: handLimited }, LIMIT), ours(measured, LIMIT, admission)]
  const calls = Array.from({ length: CALLS }, (_, i) => ({
    id: `call_${i}`,
    name: 'measured',
    input: `{"q":"query ${i}"}`,
  }))
  const result: Times = {}
  for (let repetition = -1; repetition < repetitions; repetition++) {
    for (const { name, run } of repetition % 2 === 0 ? candidates : candidates.toReversed()) {
      const models = Array.from({ length: AGENTS }, () => new ScriptedModel(calls, 0, TURNS))
      takePeak()
      const startedAt = performance.now()
      const texts = await Promise.all(models.map((model) => run(model)))
      const ms = performance.now() - startedAt
      if (texts.some((text) => text !== FINAL_TEXT)) throw new Error(`${name}: an agent did not finish.`)
      if (repetition < 0) continue
      record(result, name, ms)
      if (processLimit !== Infinity) record(peaks, name, takePeak())
    }
  }
  return result
}

/** A typical hand-written semaphore. */
function limited<T>(limit: number, work: () => Promise<T>): () => Promise<T> {
  const waiting: (() => void)[] = []
  let free = limit
  return async () => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

function durations(seed: number): number[] {
  const random = new SeededRandom(seed)
  return Array.from({ length: MIXED }, () => Math.max(1, Math.round(random.logNormal(30, 1))))
}

function boundOf(all: readonly number[]): number {
  return Math.max(...all, all.reduce((sum, ms) => sum + ms, 0) / LIMIT)
}

function mixedTools(all: readonly number[], wait: (ms: number) => Promise<unknown>) {
  const tools = all.map((ms, i) => defineTool({ name: `tool_${i}`, execute: async () => void (await wait(ms)) }))
  const calls: ToolCall[] = tools.map(({ name }, i) => ({ id: `call_${i}`, name, arguments: {} }))
  return { tools, calls }
}

async function mixedTimes(repetitions: number): Promise<Times> {
  const all = durations(1)
  const wait = (ms: number): Promise<unknown> => sleep(ms)
  const { tools, calls } = mixedTools(all, wait)
  const executor = new ToolExecutor({ tools, maxParallelTools: LIMIT })
  const longestFirst = all.toSorted((a, b) => b - a)
  const result: Times = {}
  const candidates: Record<string, () => Promise<unknown>> = {
    [IN_CALL_ORDER]: () => bareLoop(all, LIMIT, wait),
    [LONGEST_FIRST]: () => bareLoop(longestFirst, LIMIT, wait),
    [WITHOUT_HISTORY]: () =>
      new ToolExecutor({ tools: mixedTools(all, wait).tools, maxParallelTools: LIMIT }).executeTools(calls),
    [OURS]: () => executor.executeTools(calls),
  }
  // The first batch only builds the history of durations.
  await executor.executeTools(calls)
  for (let repetition = 0; repetition < repetitions; repetition++)
    for (const [name, run] of Object.entries(candidates)) record(result, name, await timed(run))
  return result
}

/** The makespan relative to the bound in virtual time, for one draw per seed. */
async function mixedInVirtualTime(seeds: number): Promise<Times> {
  const result: Times = {}
  for (let seed = 0; seed < seeds; seed++) {
    const all = durations(seed)
    const clock = new VirtualClock()
    const { tools, calls } = mixedTools(all, (ms) => clock.sleep(ms))
    const executor = new ToolExecutor({ tools, maxParallelTools: LIMIT, clock })
    const run = async (): Promise<number> => {
      const startedAt = clock.now()
      await clock.runUntil(executor.executeTools(calls))
      return clock.now() - startedAt
    }
    // The first run has no history, so it goes in call order.
    record(result, IN_CALL_ORDER, (await run()) / boundOf(all))
    record(result, OURS, (await run()) / boundOf(all))
  }
  return result
}

/** Milliseconds of a small run, beside a burst and alone with half of the permits. */
async function fairnessTimes(repetitions: number): Promise<Times> {
  const tool = defineTool({ name: 'measured', execute: async () => void (await sleep(CALL_MS)) })
  const calls = (count: number): ToolCall[] =>
    Array.from({ length: count }, (_, i) => ({ id: `call_${i}`, name: 'measured', arguments: {} }))
  const result: Times = {}
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const half = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT / 2 })
    record(result, ALONE, await timed(() => half.executeTools(calls(SMALL))))
    const whole = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT })
    const abort = new AbortController()
    const burst = whole.executeTools(calls(BURST), { signal: abort.signal })
    await sleep(CALL_MS * 4)
    record(result, SHARED, await timed(() => whole.executeTools(calls(SMALL))))
    abort.abort()
    await burst
  }
  return result
}

/** Nanoseconds of batches of tools that return at once: admission, and the fixed cost of every call. */
function admissionAlone(repetitions: number): Promise<Samples> {
  const execute = async (): Promise<{ ok: boolean }> => ({ ok: true })
  const plain = defineTool({ name: 'measured', execute })
  const roomy = defineTool({ name: 'measured', maxParallel: 1_000_000, priority: 1, execute })
  const keyed = defineTool({
    name: 'measured',
    key: ({ key }: { key: string }) => key,
    maxParallelPerKey: 1,
    maxParallel: 1_000_000,
    execute,
  })
  const inputs = new Map(
    SIZES.map((size) => [
      size,
      Array.from({ length: size }, (_, i): ToolCall => ({
        id: `c${i}`,
        name: 'measured',
        arguments: { key: `${i % KEYS}` },
      })),
    ]),
  )
  const admission = new AdmissionController({ maxParallel: 1_000_000 })
  const executors = {
    [PLAIN]: new ToolExecutor({ tools: [plain], maxParallelTools: LIMIT }),
    [ROOMY]: new ToolExecutor({ tools: [roomy], maxParallelTools: LIMIT, admission }),
    [KEYED]: new ToolExecutor({ tools: [keyed], maxParallelTools: LIMIT, admission }),
  }
  const candidates = Object.entries(executors).map(([name, executor]) => ({
    name,
    run: (calls: ToolCall[]) => executor.executeTools(calls),
  }))
  return sample(candidates, inputs, { repetitions: repetitions * 2, sampleMs: 40, warmUpMs: 1_000 })
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

function record(into: Times, name: string, value: number): void {
  ;(into[name] ??= []).push(value)
}

function ratio(all: Times, name: string, base: string): number {
  return median(pairwiseRatios(all[name] ?? [], all[base] ?? []))
}

function times(title: string, all: Times): Table {
  const rows = Object.entries(all).map(([name, ms]) => ({ name, cells: [summarize(ms)] }))
  return { title, unit: 'ms', columns: ['ms'], rows }
}

function target(claim: string, wanted: string, value: number, isMet: (value: number) => boolean): Target {
  return { claim, wanted, measured: figure(value), met: isMet(value) }
}
