import { printable } from './text.ts'

/** The reason why a model's turn ended, in the words of the AI SDK. */
export type EndReason = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'error' | 'interrupted' | 'other'

/** The end of a model's turn, and its meaning for the last call of the turn. */
export interface TurnEnd {
  readonly reason: EndReason
  /** Whether the provider paused, and goes on when it gets the same history again. */
  readonly isPaused: boolean
  /** Says what happened, as a clause that begins with a capital letter; undefined if the model ended by itself. */
  readonly what: string | undefined
  /**
   * Says to the model why the turn's last call does not run; undefined if the model ended by itself, so that its last call is
   * complete.
   */
  readonly incompleteCall: string | undefined
}

/** A kind of end, as in the tables below. */
interface Kind {
  readonly reason: EndReason
  readonly isPaused?: boolean
  readonly what?: string
  /** Says to the model what to do with the call. */
  readonly todo?: string
}

const AGAIN = 'Send the whole call again.'
const SMALLER = 'Send it in smaller parts.'
const NEVER = 'Do not send the same call again.'

const STOP: Kind = { reason: 'stop' }
const TOOL_CALLS: Kind = { reason: 'tool-calls' }
const PAUSED: Kind = { reason: 'stop', isPaused: true }
const LENGTH: Kind = { reason: 'length', what: 'The answer reached its limit of output tokens', todo: SMALLER }
const CONTEXT: Kind = { reason: 'length', what: "The answer reached the end of the model's context", todo: SMALLER }
const FILTER: Kind = { reason: 'content-filter', what: 'The answer was stopped by a content filter', todo: NEVER }
const REFUSAL: Kind = { reason: 'content-filter', what: 'The answer was stopped by a refusal', todo: NEVER }
const MALFORMED: Kind = {
  reason: 'error',
  what: 'The provider could not read the call that the model wrote',
  todo: 'Send it again as one complete call.',
}
const ERROR: Kind = { reason: 'error', what: 'The answer was cut off by an error of the provider', todo: AGAIN }
const INTERRUPTED: Kind = {
  reason: 'interrupted',
  what: 'The answer was cut off before the model had ended',
  todo: AGAIN,
}
const INCOMPLETE: Kind = { reason: 'other', what: 'The provider marks the answer as incomplete', todo: AGAIN }

/** The reasons of all providers, in lower case with underscores, and those of the AI SDK as it writes them. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['tool-calls', TOOL_CALLS],
  ['content-filter', FILTER],
  ...named(STOP, 'stop end_turn stop_sequence eos eos_token end complete completed done finish_reason_unspecified'),
  // Gemini stops with `unexpected_tool_call` at a call of a tool that it was not offered. The call is complete, so the executor may answer it.
  ...named(
    TOOL_CALLS,
    'tool_calls tool_call tool_use function_calls function_call requires_action unexpected_tool_call',
  ),
  ...named(PAUSED, 'pause_turn'),
  ...named(LENGTH, 'length max_tokens max_output_tokens max_completion_tokens max_length model_length continuation'),
  ...named(CONTEXT, 'model_context_window_exceeded context_length_exceeded context_length error_limit'),
  ...named(FILTER, 'content_filter content_filtered guardrail_intervened safety recitation blocklist spii language'),
  ...named(FILTER, 'prohibited_content image_safety image_recitation image_prohibited_content model_armor jailbreak'),
  ...named(FILTER, 'error_toxic sensitive'),
  ...named(REFUSAL, 'refusal'),
  ...named(MALFORMED, 'malformed_function_call malformed_tool_use malformed_model_output malformed_response'),
  ...named(ERROR, 'error failed network_error insufficient_system_resource'),
  ...named(INTERRUPTED, 'interrupted cancelled canceled abort user_cancel in_progress queued'),
  ...named(INCOMPLETE, 'incomplete'),
])

function named(kind: Kind, reasons: string): (readonly [string, Kind])[] {
  return reasons.split(' ').map((reason) => [reason, kind] as const)
}

/**
 * The end of a turn. Only a model that stopped by itself, or to have its calls run, has certainly completed its last call.
 * After any other end, also one that no provider has today, the last call never runs. Earlier calls run, since the text or
 * call after them shows that they are complete.
 *
 * @param raw the provider's own reason
 * @param unified the AI SDK's reason, if there is one. Of two known reasons the one that keeps the last call from running
 *   counts: providers of the AI SDK report `tool-calls` for a turn with calls even if it reached a limit, and `other` for many
 *   reasons. If the provider's own reason is unknown, the AI SDK's package of that provider knows it better
 * @param status the status of the whole answer, if the provider gives one; `incomplete` keeps the last call from running, too
 */
export function turnEnd(raw: unknown, unified?: string, status?: string): TurnEnd {
  const own = kindOf(raw)
  const mapped = kindOf(unified)
  const whole = kindOf(status)
  if (own?.what !== undefined) return endOf(own)
  if (whole?.what !== undefined) return isGiven(raw) ? unknownEnd(raw) : endOf(whole)
  // Providers of the AI SDK report `error` for a stream that ended without a reason.
  if (mapped === ERROR && !isGiven(raw)) return endOf({ ...INTERRUPTED, reason: 'error' })
  if (mapped?.what !== undefined) return endOf(mapped)
  if (own?.isPaused === true) return endOf(own)
  const ofItsOwnWill = mapped ?? own
  return ofItsOwnWill === undefined ? unknownEnd(isGiven(raw) ? raw : unified) : endOf(ofItsOwnWill)
}

/** Whether the meaning of a provider's reason is known. */
export function isKnownEnd(reason: string): boolean {
  return kindOf(reason) !== undefined
}

function unknownEnd(named: string | undefined): TurnEnd {
  const what =
    named === undefined || named === 'other'
      ? 'The answer ended without a reason'
      : `The answer ended for the unknown reason '${printable(named, 60)}'`
  return endOf({ reason: 'other', what, todo: AGAIN })
}

/** The end of a turn whose stream broke, or ended before the model did. */
export const INTERRUPTED_TURN: TurnEnd = endOf(INTERRUPTED)

/** Says to the model why a call does not run that its provider marks as incomplete, in a turn that did end. */
export const INCOMPLETE_ITEM: string = incompleteCall('The provider marks this call as incomplete', AGAIN)

/** Statuses of an item that its provider did not complete. */
const GIVEN_UP: ReadonlySet<unknown> = new Set(['incomplete', 'failed', 'cancelled'])

/** Whether a status marks a finished item as incomplete. */
export function isMarkedIncomplete(status: unknown): boolean {
  return GIVEN_UP.has(status)
}

/** Whether a status marks an item as incomplete, or as not finished yet. */
export function isMarkedUndone(status: unknown): boolean {
  return isMarkedIncomplete(status) || status === 'in_progress' || status === 'queued'
}

function isGiven(reason: unknown): reason is string {
  return typeof reason === 'string' && reason !== ''
}

function kindOf(reason: unknown): Kind | undefined {
  if (typeof reason !== 'string') return undefined
  const known = KINDS.get(reason)
  if (known !== undefined) return known
  const words = reason.replaceAll(/([a-z])([A-Z])/g, '$1_$2')
  return KINDS.get(words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'))
}

function endOf({ reason, isPaused = false, what, todo = AGAIN }: Kind): TurnEnd {
  return { reason, isPaused, what, incompleteCall: what === undefined ? undefined : incompleteCall(what, todo) }
}

function incompleteCall(what: string, todo: string): string {
  return `${what}, so this call may be incomplete; nothing was run. ${todo}`
}
