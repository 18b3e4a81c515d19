import { MAX_DELAY_MS } from '../host/clock.ts'
import { checkDuration } from './misuse.ts'
import { printable } from './text.ts'

const MAX_NAME_LENGTH = 200

/**
 * The timeout of an attempt if no layer sets one, in milliseconds: long enough for nearly all calls of the tools that agents
 * have (builds, test runs, web pages), short enough that a hanging tool does not block a turn forever.
 */
export const DEFAULT_TIMEOUT_MS = 120_000

/** A time limit in force, and the layer that set it. */
export interface TimeLimit {
  readonly ms: number
  /** In words, e.g. "the tool's timeoutMs". */
  readonly source: string
}

/** The time limits that every layer can set, in milliseconds. */
export interface TimeLimitOptions {
  readonly timeoutMs?: number
  readonly idleTimeoutMs?: number
  readonly deadlineMs?: number
}

/** The limits of one layer as an object of one shape: they are read for every attempt, which is faster than from options of many shapes. */
export type OwnTimeLimits = { readonly [Name in keyof TimeLimitOptions]-?: number | undefined }

/** The limits that a layer sets. */
export function ownTimeLimits({ timeoutMs, idleTimeoutMs, deadlineMs }: TimeLimitOptions): OwnTimeLimits {
  return { timeoutMs, idleTimeoutMs, deadlineMs }
}

const TIME_LIMITS = ['timeoutMs', 'idleTimeoutMs', 'deadlineMs'] as const

/**
 * Throws a {@link MisuseError} for a limit that is out of its bounds.
 *
 * @param prefix what the options belong to, e.g. "tool 'search'."
 */
export function checkTimeLimits(prefix: string, limits: TimeLimitOptions): void {
  for (const name of TIME_LIMITS) {
    const ms = limits[name]
    if (ms !== undefined) checkDuration(`${prefix}${name}`, ms, 1, MAX_DELAY_MS, true)
  }
}

/** The name of the first limit that is out of its bounds. */
export function impossibleTimeLimit(limits: OwnTimeLimits): string | undefined {
  return TIME_LIMITS.find((name) => {
    const ms: unknown = limits[name]
    return ms !== undefined && !(typeof ms === 'number' && ms >= 1 && (ms <= MAX_DELAY_MS || ms === Infinity))
  })
}

/** The option and the layer in which a timeout was set. */
export interface TimeLimitPlace {
  readonly option: 'timeoutMs' | 'idleTimeoutMs'
  /** The nearest layer that sets it; `executor` also if no layer does, for its default. */
  readonly layer: 'call' | 'batch' | 'tool' | 'executor'
  /** The name of the tool that took too long. */
  readonly tool: string
}

/** Names the place of a timeout in words for the person that can raise it; undefined for the default words. */
export type NameTimeLimit = (place: TimeLimitPlace) => string | undefined

/** The layers that can limit a call, the nearest first. */
export interface Layers {
  /** The tool's name. */
  readonly name: string
  readonly nameTimeLimit: NameTimeLimit | undefined
  /** Limits that the host set for this one call. */
  readonly call: OwnTimeLimits | undefined
  readonly batch: OwnTimeLimits
  readonly tool: OwnTimeLimits
}

/** The time limits of an executor, in milliseconds, for calls without nearer ones. */
export type ExecutorTimeLimits = Required<TimeLimitOptions>

export type AttemptLimits = Omit<ExecutorTimeLimits, 'deadlineMs'>

/** The limits of an attempt: the nearest layer wins. */
export function attemptLimits(
  call: OwnTimeLimits | undefined,
  batch: OwnTimeLimits,
  tool: OwnTimeLimits,
  executor: ExecutorTimeLimits,
): AttemptLimits {
  return {
    timeoutMs: call?.timeoutMs ?? batch.timeoutMs ?? tool.timeoutMs ?? executor.timeoutMs,
    idleTimeoutMs: call?.idleTimeoutMs ?? batch.idleTimeoutMs ?? tool.idleTimeoutMs ?? executor.idleTimeoutMs,
  }
}

/** Names the layer that sets a limit, in words. */
export function sourceOf(option: TimeLimitPlace['option'], layers: Layers): string {
  const layer = layerOf(option, layers)
  return nameGiven({ option, layer, tool: layers.name }, layers) ?? `the ${layer}'s ${option}`
}

function layerOf(option: TimeLimitPlace['option'], { call, batch, tool }: Layers): TimeLimitPlace['layer'] {
  if (call?.[option] !== undefined) return 'call'
  if (batch[option] !== undefined) return 'batch'
  return tool[option] === undefined ? 'executor' : 'tool'
}

/** The host's own words for the place, if it has any. */
function nameGiven(place: TimeLimitPlace, { nameTimeLimit }: Layers): string | undefined {
  try {
    const words: unknown = nameTimeLimit?.(place)
    return typeof words === 'string' && words !== '' ? printable(words, MAX_NAME_LENGTH) : undefined
  } catch {
    return undefined
  }
}

/** The deadline of a call from its acceptance: the earliest one wins. The deadline of the batch is kept apart. */
export function callDeadline(
  call: OwnTimeLimits | undefined,
  tool: OwnTimeLimits | undefined,
  executor: ExecutorTimeLimits,
): TimeLimit | undefined {
  const earliest = Math.min(call?.deadlineMs ?? Infinity, tool?.deadlineMs ?? Infinity, executor.deadlineMs)
  if (earliest === Infinity) return undefined
  const whose = earliest === call?.deadlineMs ? 'call' : earliest === tool?.deadlineMs ? 'tool' : 'executor'
  return { ms: earliest, source: `the ${whose}'s deadlineMs` }
}
