import type { IsolatedCall, IsolatedRun } from '../core/contract/isolation.ts'
import type { Logger } from '../core/contract/logger.ts'
import type { PackedThrown } from './packed-thrown.ts'

/** Settings for the whole life of a worker. */
export interface WorkerSettings {
  /** Time that it waits for another call before it reports that it is idle, in milliseconds. */
  readonly idleMs: number
  /** The most bytes that a tool may return. */
  readonly maxResultBytes: number
}

/** One start of a tool, as sent to its worker. */
export interface WorkerCall {
  /** Its number among the calls of this worker, from 1. All messages about the call carry it. */
  readonly run: number
  readonly module: string
  readonly export: string
  readonly call: IsolatedCall
}

/** A message to a worker. The first one is the settings. */
export type ToWorker =
  | ({ readonly type: 'settings' } & WorkerSettings)
  | ({ readonly type: 'call' } & WorkerCall)
  | { readonly type: 'abort'; readonly run: number; readonly reason: AbortReason }
  /** Acknowledges so many more reports: see {@link MAX_UNHEARD}. */
  | { readonly type: 'heard'; readonly count: number }

export type AbortReason = Parameters<IsolatedRun['abort']>[0]

export type LogLevel = keyof Logger

/** A report of a running tool; it may also come after the end of its call. */
export type Report =
  | { readonly type: 'progress'; readonly run: number; readonly value: unknown }
  | { readonly type: 'log'; readonly run: number; readonly level: LogLevel; readonly message: string }

/** The end of a call. */
export type Ending =
  | { readonly type: 'returned'; readonly run: number; readonly value: unknown }
  /** A value that can be cloned but not written as JSON, such as binary data. */
  | { readonly type: 'returned-bytes'; readonly run: number; readonly bytes: Uint8Array }
  | { readonly type: 'threw'; readonly run: number; readonly thrown: PackedThrown }
  /** An error was not caught by any `await`: the worker cannot be trusted any more. */
  | { readonly type: 'strayed'; readonly run: number; readonly thrown: PackedThrown }

/** A message from a worker. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** It confirms the call and is about to load the tool's module. */
  | { readonly type: 'took'; readonly run: number }
  /** The tool's module is loaded, or could not be, and the tool is about to run. */
  | { readonly type: 'began'; readonly run: number }
  | Report
  | Ending
  /** It takes up no further call. */
  | { readonly type: 'retired' }
  | { readonly type: 'idle' }

/**
 * The largest number of unacknowledged reports. A tool that reports faster than the executor reads loses further
 * reports, so that neither side runs out of memory.
 */
export const MAX_UNHEARD = 1_000

/** The number of reports after which the executor acknowledges them. */
export const HEARD_EVERY = 250
