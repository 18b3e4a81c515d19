import type { IsolatedCall } from '../core/isolation.ts'
import type { Logger } from '../core/logger.ts'
import type { PackedThrown } from './packed-thrown.ts'

/** What holds for a worker as long as it lives. */
export interface WorkerSettings {
  /** How long it waits for another call before it says that it is idle, in milliseconds. */
  readonly idleMs: number
  /** The most bytes that a tool may return. */
  readonly maxResultBytes: number
}

/** One start of a tool, as its worker is told. */
export interface WorkerCall {
  /** Its number among the calls of this worker, from 1: what else is said of it carries the same. */
  readonly run: number
  /** A URL. */
  readonly module: string
  readonly export: string
  readonly call: IsolatedCall
}

/** What a worker is told. Its first message is the settings. */
export type ToWorker =
  | ({ readonly type: 'settings' } & WorkerSettings)
  | ({ readonly type: 'call' } & WorkerCall)
  | { readonly type: 'abort'; readonly run: number; readonly reason: AbortReason }
  /** So many more reports have arrived: see {@link MAX_UNHEARD}. */
  | { readonly type: 'heard'; readonly count: number }

export interface AbortReason {
  readonly name: string
  readonly message: string
}

export type LogLevel = keyof Logger

/** Something that a tool says on its way; it may come after its call has ended, too. */
export type Report =
  | { readonly type: 'progress'; readonly run: number; readonly value: unknown }
  | { readonly type: 'log'; readonly run: number; readonly level: LogLevel; readonly message: string }

/** How a call ended. */
export type Ending =
  | { readonly type: 'returned'; readonly run: number; readonly value: unknown }
  /** What JSON cannot hold, but a clone can: binary data above all. */
  | { readonly type: 'returned-bytes'; readonly run: number; readonly bytes: Uint8Array }
  | { readonly type: 'threw'; readonly run: number; readonly thrown: PackedThrown }
  /** It threw where nothing awaited it: the worker can be trusted no more. */
  | { readonly type: 'strayed'; readonly run: number; readonly thrown: PackedThrown }

/** What a worker says. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** It has heard of the call, and is about to load the tool's module. */
  | { readonly type: 'took'; readonly run: number }
  /** It has loaded the tool's module, or failed to, and the tool is about to run. */
  | { readonly type: 'began'; readonly run: number }
  | Report
  | Ending
  /** It takes up no call from now on. */
  | { readonly type: 'retired' }
  | { readonly type: 'idle' }

/**
 * How many reports may be on their way at once: a tool that reports faster than it is heard loses what is over, instead
 * of filling the memory of both sides.
 */
export const MAX_UNHEARD = 1_000

/** After how many reports the worker is told that they were heard. */
export const HEARD_EVERY = 250
