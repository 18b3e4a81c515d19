import {
  AdmissionController,
  type AdmissionOptions,
  type AnyTool,
  defineTool,
  type JsonObject,
  type ParkedEvent,
  type ToolContext,
  type ToolEvent,
} from '../../../packages/aof-runtime/src/index.ts'
import type { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'

/** A tool that takes its time, and what it has been through. */
export interface Work {
  readonly tool: AnyTool
  /** Each start as `id@moment`. */
  readonly starts: string[]
  /** Each end as `id@moment`. */
  readonly ends: string[]
  readonly running: number
  /** How many have run at once at the most. */
  readonly peak: number
}

type Execute = (input: JsonObject, ctx: ToolContext) => unknown

/** A tool that takes `ms`, or the `ms` of its input, and ends early when its signal aborts. */
export function work(clock: VirtualClock, name: string, ms = 10, more: Partial<AnyTool> = {}): Work {
  return noting(
    clock,
    name,
    (input, { signal }) => clock.sleep(typeof input.ms === 'number' ? input.ms : ms, { signal }),
    more,
  )
}

/** A tool that records its starts and ends, and runs `execute` in between. */
export function noting(clock: VirtualClock, name: string, execute: Execute, more: Partial<AnyTool> = {}): Work {
  const starts: string[] = []
  const ends: string[] = []
  let running = 0
  let peak = 0
  const tool = defineTool<unknown, JsonObject>({
    name,
    ...(more as object),
    execute: async (input, ctx) => {
      starts.push(`${ctx.call.id}@${clock.now()}`)
      peak = Math.max(peak, ++running)
      try {
        return (await execute(input, ctx)) ?? null
      } finally {
        running--
        ends.push(`${ctx.call.id}@${clock.now()}`)
      }
    },
  })
  return {
    tool,
    starts,
    ends,
    get running() {
      return running
    },
    get peak() {
      return peak
    },
  }
}

/** A controller in virtual time. */
export function controllerOf(clock: VirtualClock, options: AdmissionOptions = {}): AdmissionController {
  return new AdmissionController({ clock, ...options })
}

/** The ids of the calls that started, in order. */
export function orderIn(events: readonly ToolEvent[]): string[] {
  return events.filter((event) => event.type === 'started').map(({ id }) => id)
}

/** The demands on which a call was parked, as `reason@moment`, in order. */
export function parksOf(events: readonly ToolEvent[], id: string): string[] {
  return events
    .filter((event): event is ParkedEvent => event.type === 'parked' && event.id === id)
    .map(({ waitsFor, at }) => `${waitsFor}@${at}`)
}

/** No call waits. */
export const NOBODY = {
  dependency: 0,
  conflict: 0,
  breaker: 0,
  rate: 0,
  key: 0,
  tool: 0,
  executor: 0,
  process: 0,
} as const
