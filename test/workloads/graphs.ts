import { existsSync, readFileSync } from 'node:fs'
import {
  type AnyTool,
  defineTool,
  ToolExecutor,
  type ToolExecutorOptions,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import type { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'

/** Calls with the time that each takes, and what each has to wait for. */
export interface Graph {
  readonly id: string
  readonly calls: readonly GraphCall[]
}

export interface GraphCall {
  readonly id: string
  readonly name: string
  readonly latencyMs: number
  readonly dependsOn?: readonly string[]
}

/** The number of permits, as the data has it. */
export type Slots = 1 | 2 | 4 | 8

export const SLOTS: readonly Slots[] = [1, 2, 4, 8]

/** A graph with the bounds that were computed for it. */
export interface BoundedGraph extends Graph {
  readonly expected: {
    readonly workMs: number
    readonly criticalPathMs: number
    /** The makespan if each free slot goes to the first ready call in call order. */
    readonly listScheduleMs: Readonly<Record<Slots, number>>
    /** An upper bound of every schedule that leaves no slot idle. */
    readonly grahamUpperMs: Readonly<Record<Slots, number>>
  }
}

const FOLDER = new URL('../../../shared/workloads/', import.meta.url)

/** Whether the data is there; where it is not, what needs it is skipped. */
export const hasGraphs: boolean = existsSync(new URL('sim.jsonl', FOLDER)) && existsSync(new URL('scale.jsonl', FOLDER))

/** For the title of what is skipped without it. */
export const WITHOUT_GRAPHS: string = hasGraphs ? '' : ' (skipped: ../shared/workloads is not there)'

function linesOf(name: string): string[] {
  if (!hasGraphs) return []
  return readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n')
}

/** The graphs with bounds. */
export function boundedGraphs(): BoundedGraph[] {
  return linesOf('sim.jsonl').map((line) => JSON.parse(line) as BoundedGraph)
}

/** One turn of very many independent calls. */
export function largeTurn(): Graph {
  return linesOf('scale.jsonl').map((line) => JSON.parse(line) as Graph)[0] ?? { id: '', calls: [] }
}

export function workMs(calls: readonly GraphCall[]): number {
  return calls.reduce((sum, { latencyMs }) => sum + latencyMs, 0)
}

export function longestMs(calls: readonly GraphCall[]): number {
  return calls.reduce((longest, { latencyMs }) => Math.max(longest, latencyMs), 0)
}

/** An upper bound of every schedule of independent calls that leaves no slot idle (Graham, 1966). */
export function grahamMs(calls: readonly GraphCall[], slots: number): number {
  return workMs(calls) / slots + (1 - 1 / slots) * longestMs(calls)
}

/** A lower bound of every schedule of independent calls. */
export function leastMs(calls: readonly GraphCall[], slots: number): number {
  return Math.max(longestMs(calls), workMs(calls) / slots)
}

/** The makespan if each free slot goes to the next of independent calls, in the order of the list. */
export function listScheduleMs(calls: readonly GraphCall[], slots: number): number {
  const freeAt = Array.from({ length: slots }, () => 0)
  for (const { latencyMs } of calls) {
    const first = freeAt.indexOf(Math.min(...freeAt))
    freeAt[first] = (freeAt[first] ?? 0) + latencyMs
  }
  return Math.max(...freeAt)
}

/** A tool for each name of the calls, which takes in virtual time what its call is said to take. */
export function toolsFor(calls: readonly GraphCall[], clock: VirtualClock): AnyTool[] {
  return [...new Set(calls.map(({ name }) => name))].map((name) =>
    defineTool({
      name,
      execute: async ({ ms }: { ms: number }) => {
        await clock.sleep(ms)
        return { ms }
      },
    }),
  )
}

/** An executor in virtual time whose tools may take as long as they do. */
export function executorFor(
  calls: readonly GraphCall[],
  clock: VirtualClock,
  options: Omit<Partial<ToolExecutorOptions>, 'clock'> = {},
): ToolExecutor {
  const tools = [...toolsFor(calls, clock), ...(options.tools ?? [])]
  return new ToolExecutor({ timeoutMs: Infinity, random: () => 0.5, ...options, tools, clock })
}

export function toolCall({ id, name, latencyMs }: GraphCall): { id: string; name: string; arguments: object } {
  return { id, name, arguments: { ms: latencyMs } }
}

/** The outcome of a run in virtual time. */
export interface Ran {
  readonly makespanMs: number
  readonly results: readonly ToolResult[]
}

/**
 * Runs a graph as a caller does whose executor knows of no dependencies: a call is given to an open batch as soon as those
 * that it depends on have their results.
 */
export async function runGraph(
  { calls }: Graph,
  executor: ToolExecutor,
  clock: VirtualClock,
  watch?: () => void,
): Promise<Ran> {
  const startedAt = clock.now()
  const batch = executor.openBatch()
  const results = new Map<string, ToolResult>()
  const added = new Set<string>()
  const addReady = (): void => {
    for (const call of calls) {
      if (added.has(call.id) || call.dependsOn?.some((id) => !results.has(id)) === true) continue
      added.add(call.id)
      const handle = batch.add(toolCall(call))
      void handle.result().then((result) => {
        results.set(call.id, result)
        if (results.size < calls.length) addReady()
        else batch.close()
      })
    }
  }
  addReady()
  const inOrder = await drive(clock, batch.results(), watch)
  return { makespanMs: clock.now() - startedAt, results: inOrder }
}

/** Runs a graph as one batch, of which the executor knows what depends on what. */
export async function runWhole({ calls }: Graph, executor: ToolExecutor, clock: VirtualClock): Promise<Ran> {
  const startedAt = clock.now()
  const given = calls.map((call) => ({ ...toolCall(call), ...(call.dependsOn && { dependsOn: call.dependsOn }) }))
  const results = await drive(clock, executor.executeTools(given))
  return { makespanMs: clock.now() - startedAt, results }
}

/** Moves time on until `promise` resolves; `watch` looks whenever all that can happen at a moment has happened. */
export async function drive<T>(clock: VirtualClock, promise: Promise<T>, watch?: () => void): Promise<T> {
  let isOver = false
  const onEnd = (): void => void (isOver = true)
  promise.then(onEnd, onEnd)
  await clock.advance(0)
  for (;;) {
    watch?.()
    if (isOver || !(await clock.fireNext())) return promise
  }
}
