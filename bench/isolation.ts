import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Piscina } from 'piscina'
import { type AnyTool, defineTool, ToolExecutor } from '../packages/aof-runtime/dist/index.js'
import { inChild } from './child.ts'
import crunch from './crunch.ts'
import type { Mode } from './mode.ts'
import nothing from './nothing.ts'
import { type Claim, figure, type Table } from './report.ts'
import { median, pairwiseRatios, summarize } from './statistics.ts'

const CALLS = 8

const PISCINA = 'piscina'
const THREAD = 'aof-runtime, threads'
const PROCESS = 'aof-runtime, processes'
const INLINE = 'aof-runtime, not isolated'

/** Interval of the samples of event loop delay, in milliseconds; the figures contain it. */
const RESOLUTION_MS = 5

/** Figures of one candidate, one for each repetition. */
interface Figures {
  readonly batchMs: number[]
  readonly delayMs: number[]
  readonly callUs: number[]
  readonly coldMs: number[]
}
type Measured = Readonly<Record<string, Figures>>

/** A tool, and its module. */
interface Code {
  readonly execute: (input: { readonly rounds: number }) => unknown
  readonly module: URL
}

const COMPUTES: Code = { execute: crunch, module: new URL('crunch.ts', import.meta.url) }
const DOES_NOTHING: Code = { execute: nothing, module: new URL('nothing.ts', import.meta.url) }

/** Runs a number of calls of a tool at once. */
interface Candidate {
  readonly run: (calls: number, rounds: number) => Promise<readonly unknown[]>
  readonly close: () => Promise<unknown>
}

const open: Readonly<Record<string, (code: Code) => Candidate>> = {
  [PISCINA]: ({ module }) => {
    const pool = new Piscina({ filename: module.href, maxThreads: availableParallelism(), idleTimeout: 30_000 })
    return {
      run: (calls, rounds) => Promise.all(Array.from({ length: calls }, () => pool.run({ rounds }))),
      close: () => pool.destroy(),
    }
  },
  [THREAD]: ({ module }) => ours(defineTool({ name: 'tool', isolation: { mode: 'thread', module } })),
  [PROCESS]: ({ module }) => ours(defineTool({ name: 'tool', isolation: { mode: 'process', module } })),
  [INLINE]: ({ execute }) => ours(defineTool({ name: 'tool', execute })),
}

function ours(tool: AnyTool): Candidate {
  const executor = new ToolExecutor({ tools: [tool] })
  return {
    async run(calls, rounds) {
      const list = Array.from({ length: calls }, (_, index) => ({
        id: `c${index}`,
        name: 'tool',
        arguments: { rounds },
      }))
      const results = await executor.executeTools(list)
      return results.map((result) => (result.success ? result.data : result.error.message))
    },
    close: () => executor.close(),
  }
}

/** Isolation: CPU-bound tools in threads and processes, compared with a plain thread pool. */
export async function isolation({ quick }: Mode): Promise<Claim> {
  const measured = await inChild<boolean, Measured>('isolation.ts', quick)
  const rows = (pick: (figures: Figures) => readonly number[]): Table['rows'] =>
    Object.entries(measured).map(([name, figures]) => {
      const values = pick(figures)
      return { name, cells: [values.length === 0 ? null : summarize(values)] }
    })
  const batches = (name: string): number[] => measured[name]?.batchMs ?? []
  const ratio = median(pairwiseRatios(batches(THREAD), batches(PISCINA)))
  const delay = median(measured[THREAD]?.delayMs ?? [])
  return {
    name: 'Isolation',
    tables: [
      {
        title: `${CALLS} calls that compute`,
        unit: 'ms of a batch',
        columns: ['ms'],
        rows: rows((all) => all.batchMs),
      },
      {
        title: 'Event loop delay meanwhile',
        unit: `ms, p99 of a batch, including the ${RESOLUTION_MS} ms between two samples`,
        columns: ['p99'],
        rows: rows((all) => all.delayMs),
      },
      {
        title: 'A call that does nothing, warm, one after another',
        unit: 'µs per call',
        columns: ['µs'],
        rows: rows((all) => all.callUs),
      },
      {
        title: 'The first call, with the start of its worker',
        unit: 'ms',
        columns: ['ms'],
        rows: rows((all) => all.coldMs),
      },
    ],
    targets: [
      {
        claim: `${CALLS} calls that compute, in threads / ${PISCINA}`,
        wanted: '≤ 1.1',
        measured: figure(ratio),
        met: ratio <= 1.1,
      },
      {
        claim: 'event loop delay p99 with threads',
        wanted: '≤ 20 ms',
        measured: `${figure(delay)} ms`,
        met: delay <= 20,
      },
    ],
    notMeasured: ['large arguments and results', 'the duration of an end by force', 'more threads than processors'],
  }
}

/**
 * Runs in a process of its own; the candidates take turns. The cost of a call is measured with another tool, because
 * code that has seen only short work is compiled for that.
 */
export async function measure(quick: boolean): Promise<Measured> {
  const repetitions = quick ? 5 : 15
  const rounds = await roundsOf(40)
  const expected = crunch({ rounds })
  const figures: Record<string, Figures> = {}
  const candidates = Object.entries(open).map(([name, openIt]) => ({
    name,
    openIt,
    computing: openIt(COMPUTES),
    idling: openIt(DOES_NOTHING),
  }))
  for (const { name, computing, idling } of candidates) {
    figures[name] = { batchMs: [], delayMs: [], callUs: [], coldMs: [] }
    const results = await computing.run(CALLS, rounds)
    if (results.length !== CALLS || results.some((result) => result !== expected))
      throw new Error(`${name}: expected ${CALLS} times ${expected}, got ${results.join(', ')}.`)
    await computing.run(CALLS, rounds)
    await perCall(idling)
  }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const { name, openIt, computing, idling } of candidates) {
      const own = figures[name]
      if (own === undefined) continue
      const { batchMs, delayMs } = await timed(() => computing.run(CALLS, rounds))
      own.batchMs.push(batchMs)
      own.delayMs.push(delayMs)
      own.callUs.push(await perCall(idling))
      if (name !== INLINE) own.coldMs.push(await cold(openIt))
    }
    candidates.push(...candidates.splice(0, 1))
  }
  for (const { computing, idling } of candidates) await Promise.all([computing.close(), idling.close()])
  return figures
}

/** Number of rounds of work that take about this long in this process, once the code is hot. */
async function roundsOf(ms: number): Promise<number> {
  const trial = 10_000_000
  crunch({ rounds: trial })
  const startedAt = performance.now()
  crunch({ rounds: trial })
  return Math.round((trial * ms) / (performance.now() - startedAt))
}

/**
 * A blocked interval is recorded when the loop continues, so the histogram runs from well before the batch until well
 * after it, and is never reset in between.
 */
async function timed(run: () => Promise<unknown>): Promise<{ batchMs: number; delayMs: number }> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  await sleep(3 * RESOLUTION_MS)
  const startedAt = performance.now()
  await run()
  const batchMs = performance.now() - startedAt
  await sleep(3 * RESOLUTION_MS)
  histogram.disable()
  return { batchMs, delayMs: histogram.percentile(99) / 1e6 }
}

async function perCall(candidate: Candidate): Promise<number> {
  const calls = 200
  const startedAt = performance.now()
  for (let i = 0; i < calls; i++) await candidate.run(1, 1)
  return ((performance.now() - startedAt) * 1_000) / calls
}

async function cold(openIt: (code: Code) => Candidate): Promise<number> {
  const candidate = openIt(DOES_NOTHING)
  const startedAt = performance.now()
  await candidate.run(1, 1)
  const ms = performance.now() - startedAt
  await candidate.close()
  return ms
}
