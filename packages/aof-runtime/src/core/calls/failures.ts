import type { Cut, CutDetails } from '../attempt/attempt-owner.ts'
import type { ErrorCode } from '../contract/error-code.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { Execution, ToolError, UnsuccessfulResult } from '../contract/result.ts'
import { printable } from '../contract/text.ts'
import { type AttemptLimits, type Layers, sourceOf, type TimeLimit } from '../contract/time-limits.ts'
import { MAX_MESSAGE_LENGTH, thrownMessage } from '../values/failure.ts'

/** The failure of a call: the status and the error of its result, and the state of its tool. */
export interface CallFailure {
  readonly status: UnsuccessfulResult['status']
  readonly error: ToolError
  readonly execution: Execution
  /** The thrown value, whole. */
  readonly thrown: unknown
}

type Status = UnsuccessfulResult['status']

/**
 * Every code of an error, with the status of the result, and whether the same call might succeed later: undefined where the
 * failure itself decides. The functions below give the words; those of a tool's own failure and of its output are in `values`.
 */
const CODES: Readonly<Record<ErrorCode, readonly [Status, boolean?]>> = {
  tool_error: ['failed'],
  unserializable_result: ['failed', false],
  result_too_large: ['failed', false],
  invalid_output: ['failed', false],
  content_failed: ['failed', false],
  key_failed: ['failed', false],
  effects_failed: ['failed', false],
  spill_failed: ['failed', false],
  malformed_call: ['invalid', false],
  unknown_tool: ['invalid', false],
  unparsable_arguments: ['invalid', false],
  invalid_arguments: ['invalid', false],
  incomplete_call: ['invalid', false],
  invalid_dependency: ['invalid', false],
  invalid_reference: ['invalid', false],
  timeout: ['timed_out', true],
  idle_timeout: ['timed_out', true],
  deadline: ['timed_out', true],
  aborted: ['aborted', false],
  queue_full: ['rejected', true],
  queue_timeout: ['rejected', true],
  too_deep: ['rejected', false],
  too_many_calls: ['rejected', false],
  closed: ['rejected', false],
  breaker_open: ['rejected', false],
  too_many_abandoned: ['rejected', false],
  budget_exceeded: ['rejected', false],
  deadlock: ['rejected', false],
  uncertain_effects: ['rejected', true],
  dependency_failed: ['skipped', false],
  worker_lost: ['lost'],
}

/** The failure of a code. Nothing was run, unless `more` says otherwise. */
export function failure(
  code: ErrorCode,
  message: string,
  more: { readonly thrown?: unknown; readonly execution?: Execution; readonly retryable?: boolean } = {},
): CallFailure {
  const [status, mayPass = false] = CODES[code]
  const { thrown, execution = 'none', retryable = mayPass } = more
  return { status, error: { code, message, retryable }, execution, thrown }
}

/** The failure of a tool, which ended with it. */
export function toolFailure(error: ToolError, thrown: unknown): CallFailure {
  return { status: CODES[error.code][0], error, execution: 'ended', thrown }
}

/** The failures of calls, in words for models to act on and for people to read. */
export const failures = {
  closed: (): CallFailure => failure('closed', 'The executor has been closed; nothing was run.'),

  overBudget: (limit: string): CallFailure =>
    failure('budget_exceeded', `The run has used up its budget (${limit}); nothing was run. Go on with what is there.`),

  queueFull: (max: number): CallFailure =>
    failure(
      'queue_full',
      `${max} calls are waiting already (the executor's queue.max); nothing was run. Ask for less at once, or try again later.`,
    ),

  waitedTooLong: (ms: number): CallFailure =>
    failure(
      'queue_timeout',
      `The call waited ${ms} ms without its turn having come (the executor's queue.deadlineMs); nothing was run. Try again later.`,
    ),

  tooDeep: (depth: number, max: number): CallFailure =>
    failure(
      'too_deep',
      `The call is nested ${depth} calls deep, and ${max} is the most (the executor's maxDepth); nothing was run.`,
    ),

  tooManyNested: (max: number): CallFailure =>
    failure(
      'too_many_calls',
      `The call that made this one has made ${max} already, which is the most (the executor's maxNestedCalls); nothing was run.`,
    ),

  tooManyInTurn: (max: number): CallFailure =>
    failure(
      'too_many_calls',
      `A turn may make ${max} calls (maxCalls), and this is one more; nothing was run. Ask for the rest in another turn.`,
    ),

  unknownTool: (name: string, known: readonly string[]): CallFailure => {
    const names = known.slice(0, 20).join(', ')
    const tools =
      known.length === 0 ? 'There are no tools.' : `The tools are: ${names}${known.length > 20 ? ', …' : ''}.`
    return failure('unknown_tool', `There is no tool '${printable(name, 128)}'. ${tools}`)
  },

  argumentsDoNotFit: (name: string, issues: string): CallFailure =>
    failure(
      'invalid_arguments',
      `The arguments of '${name}' do not fit its schema: ${issues}. Correct them and call it again.`,
    ),

  /** A call whose arguments never came, or were cut off. @param reason the host's words, or whatever it gave in their place */
  incomplete: (name: string, reason?: unknown): CallFailure =>
    failure(
      'incomplete_call',
      typeof reason === 'string' && reason !== ''
        ? printable(reason, MAX_MESSAGE_LENGTH)
        : `The call of '${printable(name, 128)}' was never completed; nothing was run.`,
    ),

  schemaTimedOut: (name: string, timeoutMs: number, source: string): CallFailure =>
    failure(
      'timeout',
      `The input schema of '${name}' gave no answer within ${timeoutMs} ms (${source}). Nothing was run.`,
      { retryable: false },
    ),

  schemaFailed: (name: string, thrown: unknown): CallFailure =>
    failure('tool_error', `The input schema of '${name}' failed: ${thrownMessage(thrown)}`, { thrown }),

  keyFailed: (name: string, thrown: unknown): CallFailure =>
    failure(
      'key_failed',
      `The key of a call of '${name}' could not be determined: ${thrownMessage(thrown)}. Nothing was run.`,
      {
        thrown,
      },
    ),

  effectsFailed: (name: string, thrown: unknown): CallFailure =>
    failure(
      'effects_failed',
      `The effects of a call of '${name}' could not be determined: ${thrownMessage(thrown)}. Nothing was run.`,
      { thrown },
    ),

  notStarted: (name: string, thrown: unknown): CallFailure =>
    failure(
      'tool_error',
      `The call of '${printable(name, 128)}' could not be started: ${thrownMessage(thrown)}. Nothing was run.`,
      { thrown },
    ),

  notConcluded: (name: string, execution: Execution, thrown: unknown): CallFailure =>
    failure(
      'tool_error',
      `The result of the call of '${printable(name, 128)}' could not be determined: ${thrownMessage(thrown)}.`,
      { execution, thrown },
    ),

  dependencyFailed: ({ index, id, status, error }: UnsuccessfulResult): CallFailure => {
    const why = error.message.replace(/\.?(?: Nothing was run)?\.$/, '')
    return failure(
      'dependency_failed',
      `It depends on call ${index}, '${printable(id, 100)}', which has the result '${status}' (${why}). Nothing was run.`,
    )
  },

  impossibleDependency: (why: string): CallFailure => failure('invalid_dependency', `${why} Nothing was run.`),

  deadlocked: (other: NamedCall): CallFailure =>
    failure(
      'deadlock',
      `The call would wait for ever: what it reads or writes is in use by ${called(other)}, which waits itself for a call that made this one. Nothing was run.`,
    ),

  uncertainEffects: (other: NamedCall): CallFailure =>
    failure(
      'uncertain_effects',
      `The resources of the call may still be written to by ${called(other)}, which did not stop when asked to. Nothing was run; try again later.`,
    ),

  workerLost: (thrown: WorkerLost): CallFailure => {
    const { began, message } = thrown
    const execution = began ? 'unknown' : 'none'
    return failure('worker_lost', began ? message : `${message} Nothing was run.`, {
      execution,
      thrown,
      retryable: !began,
    })
  },

  /** A call that was stopped before it started, or between two attempts. */
  stopped: (name: string, cut: Cut, limit: TimeLimit | undefined, tried: CallFailure | undefined): CallFailure => {
    const execution = tried?.execution ?? 'none'
    if (cut !== 'abort') return failure('deadline', deadlinePassed(name, limit, execution), { execution })
    const message =
      tried === undefined
        ? 'The call was aborted before it started; nothing was run.'
        : `The call was aborted while it waited to be tried again. Its last attempt had failed: ${tried.error.message}`
    return failure('aborted', message, { execution })
  },

  /** A running tool was cut short. */
  cut: (name: string, cut: Cut, execution: 'ended' | 'unknown', about: CutAttempt): CallFailure => {
    const { details, endedByForce, reason } = about
    const ended = execution === 'ended' ? (endedByForce ?? execution) : execution
    const said = details.lastWords === undefined ? '' : ` It said: ${details.lastWords}`
    if (cut === 'abort')
      return failure('aborted', `The call was aborted while it ran. ${howItEnded(ended)}${said}`, { execution })
    const [code, message] = overTime(name, cut, ended, about)
    return failure(code, `${message}${said}`, { execution, thrown: reason })
  },
}

/** An attempt that was cut: its limits, and what is known of its end. */
export interface CutAttempt {
  readonly limits: AttemptLimits
  readonly details: CutDetails
  readonly layers: Layers
  /** The place in which its tool was ended by force, if it was. */
  readonly endedByForce: 'thread' | 'process' | undefined
  /** The reason that the tool's signal gave. */
  readonly reason: unknown
}

/**
 * The end of an attempt that was cut: its tool ended by itself, or not yet as far as is known, or its thread or process was
 * ended by force.
 */
type HowEnded = 'ended' | 'unknown' | 'thread' | 'process'

function overTime(
  name: string,
  cut: 'timeout' | 'idle' | 'deadline',
  ended: HowEnded,
  { limits, details, layers }: CutAttempt,
): readonly [ErrorCode, string] {
  if (cut === 'deadline') return ['deadline', deadlinePassed(name, details.cutBy, ended)]
  if (cut === 'timeout') {
    const limit = inForce({ ms: limits.timeoutMs, source: sourceOf('timeoutMs', layers) })
    return ['timeout', `The tool '${name}' did not end within ${limit}. ${howItEnded(ended)}`]
  }
  const limit = inForce({ ms: limits.idleTimeoutMs, source: sourceOf('idleTimeoutMs', layers) })
  return ['idle_timeout', `The tool '${name}' reported no progress for ${limit}. ${howItEnded(ended)}`]
}

function deadlinePassed(name: string, limit: TimeLimit | undefined, ended: HowEnded | 'none'): string {
  const within = limit === undefined ? 'its deadline' : inForce(limit)
  return `The call of '${printable(name, 128)}' was not done within ${within}. ${ended === 'none' ? 'Nothing was run.' : howItEnded(ended)}`
}

function howItEnded(ended: HowEnded): string {
  switch (ended) {
    case 'ended':
      return 'It has ended since, and what it returned was dropped; it may have acted.'
    case 'unknown':
      return 'It did not stop when asked to, and may still act.'
    case 'thread':
    case 'process':
      return `It did not stop when asked to, so its ${ended} was ended by force; it may have acted before that.`
  }
}

function inForce({ ms, source }: TimeLimit): string {
  return `${ms} ms (${source}; raise it there if it needs longer)`
}

interface NamedCall {
  readonly index: number
  readonly id: string
  readonly name: string
}

function called({ index, id, name }: NamedCall): string {
  return `call ${index} of a batch, '${printable(id, 100)}', of the tool '${printable(name, 128)}'`
}
