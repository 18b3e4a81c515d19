import type { ReturnKind, ThrownKind } from './values.ts'

/** The plan of a simulated world, drawn beforehand: data alone, so that it can be changed and played again. */
export interface WorldPlan {
  readonly executors: readonly ExecutorPlan[]
  readonly batches: readonly BatchPlan[]
  /** Listeners beside the one that watches, on executors that have that. */
  readonly listeners: readonly ListenerPlan[]
  /** Moments at which time leaps, as on a machine that was asleep. */
  readonly leaps: readonly { readonly atMs: number; readonly byMs: number }[]
}

/** Limits in time that a layer sets, in milliseconds. */
export interface TimeLimits {
  readonly timeoutMs: number | undefined
  readonly idleTimeoutMs: number | undefined
  readonly deadlineMs: number | undefined
}

export interface ExecutorPlan {
  readonly maxParallelTools: number
  readonly limits: { readonly [Name in keyof TimeLimits]: number }
  readonly graceMs: number
  readonly maxAbandoned: number
  /** Whether it has the tool with a deadline; without any, deadlines cost nothing. */
  readonly hasDue: boolean
  readonly maxResultBytes: number
  /** Whether its events have a listener; without one the executor takes short cuts. */
  readonly observed: boolean
  readonly logger: 'none' | 'records' | 'throws'
  readonly closeAtMs: number
  readonly drainMs: number
}

export interface ListenerPlan {
  readonly executor: number
  /** It acts on the events whose number is a multiple of this. */
  readonly every: number
  readonly does: 'throw' | 'reject' | 'leave' | 'subscribe' | 'abort' | 'ask'
}

export interface BatchPlan {
  readonly executor: number
  readonly openAtMs: number
  /** `whole`: executeTools; `open`: openBatch; `single`: call, of its first call. */
  readonly way: 'whole' | 'open' | 'single'
  readonly calls: readonly CallPlan[]
  readonly hasSignal: boolean
  /** After opening; -1 aborts before. Means something only with a signal. */
  readonly abortAfterMs: number | undefined
  /** Closing of an open batch, after opening; what is still to arrive then, never does. */
  readonly closeAfterMs: number
  readonly closesBy: 'close' | 'dispose'
  /** Results that an iteration over an open batch reads before it leaves; Infinity reads all. */
  readonly reads: number
  readonly limits: TimeLimits
  /** Calls that may be run, and attempts beyond the first ones. */
  readonly budget: { readonly toolCalls: number; readonly retries: number } | undefined
  readonly onEvent: 'none' | 'watches' | 'throws'
}

/** The tools that every executor has. */
export const TOOLS = [
  'plain',
  'json',
  'later',
  'output',
  'output_later',
  'content',
  'timed',
  'due',
  'repeats',
  'reads',
  'unsafe',
  'fragile',
] as const
export type ToolName = (typeof TOOLS)[number]

export interface CallPlan {
  readonly id: unknown
  readonly tool: ToolName | 'nowhere' | 'nameless'
  readonly args: ArgumentsPlan
  /** Limits of its own; an impossible one makes the call malformed. */
  readonly limits: TimeLimits
  /** Of its attempts; the last one goes for all that follow. */
  readonly behaviours: readonly [Behaviour, ...Behaviour[]]
  /** How an input or output schema that answers later does so. */
  readonly schema: { readonly does: 'fits' | 'misfits' | 'rejects' | 'throws' | 'hangs'; readonly afterMs: number }
  readonly content: 'array' | 'throws' | 'text'
  readonly arrival: Arrival
}

/** The form of a call's arguments; only `value` and `text` can run. */
export type ArgumentsPlan = 'value' | 'text' | 'truncated' | 'misfit' | 'cycle' | 'getter'

export interface Arrival {
  readonly by: 'add' | 'complete' | 'drop' | 'forget'
  /** After the batch was opened. */
  readonly atMs: number
  /** How long a reserved place waits for what becomes of it. */
  readonly forMs: number
}

export interface Behaviour {
  readonly acts: readonly Act[]
  readonly ends: Ending
  /** How the tool answers; `sync` only where no act takes time. */
  readonly answers: 'sync' | 'promise' | 'thenable' | 'two-faced promise'
  /** It reports progress this long after its end; undefined where it does not. */
  readonly lateProgressMs: number | undefined
}

export type Act =
  | { readonly does: 'sleep'; readonly ms: number; readonly heeds: boolean }
  | { readonly does: 'point' | 'heed' | 'hang' | 'progress' | 'read signal' | 'log' | 'abort own' }
  /** Progress at even intervals. */
  | { readonly does: 'report'; readonly everyMs: number; readonly times: number }
  | { readonly does: 'abort other'; readonly batch: number }
  | { readonly does: 'nest'; readonly executor: 'own' | 'other'; readonly awaited: boolean; readonly call: CallPlan }
  | { readonly does: 'add'; readonly call: CallPlan }

export type Ending =
  | { readonly by: 'return'; readonly value: ReturnKind }
  | { readonly by: 'throw'; readonly value: ThrownKind }

/** Whether an act is over at once. */
export function takesNoTime(act: Act): boolean {
  switch (act.does) {
    case 'sleep':
    case 'point':
    case 'heed':
    case 'hang':
    case 'report':
      return false
    case 'nest':
      return !act.awaited
    case 'progress':
    case 'read signal':
    case 'log':
    case 'abort own':
    case 'abort other':
    case 'add':
      return true
  }
}
