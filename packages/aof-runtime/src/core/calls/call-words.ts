import { MAX_MESSAGE_LENGTH } from '../values/failure.ts'
import type { WorkerLost } from '../contract/isolation.ts'
import type { ToolError, UnsuccessfulResult } from '../contract/result.ts'
import { printable } from '../contract/text.ts'
import type { TimeLimit } from '../contract/time-limits.ts'

/** What results say, for models to act on and people to read. */

export const CLOSED = 'The executor has been closed; nothing was run.'

export const ABORTED_UNSTARTED = 'The call was aborted before it started; nothing was run.'

/**
 * How an attempt ended that was cut: by itself, not yet as far as is known, or with the thread or the process that it ran in,
 * which was ended by force.
 */
export type HowEnded = 'ended' | 'unknown' | 'thread' | 'process'

export function abortedRunning(ended: HowEnded): string {
  return `The call was aborted while it ran. ${howItEnded(ended)}`
}

export function abortedBetween({ message }: ToolError): string {
  return `The call was aborted while it waited to be tried again. Its last attempt had failed: ${message}`
}

export function timedOut(name: string, limit: TimeLimit, ended: HowEnded): string {
  return `The tool '${name}' did not end within ${inForce(limit)}. ${howItEnded(ended)}`
}

export function wentIdle(name: string, limit: TimeLimit, ended: HowEnded): string {
  return `The tool '${name}' reported no progress for ${inForce(limit)}. ${howItEnded(ended)}`
}

export function deadlinePassed(name: string, limit: TimeLimit | undefined, ended: HowEnded | 'none'): string {
  const within = limit === undefined ? 'its deadline' : inForce(limit)
  return `The call of '${printable(name, 128)}' was not done within ${within}. ${ended === 'none' ? 'Nothing was run.' : howItEnded(ended)}`
}

export function overBudget(limit: string): string {
  return `The run has used up its budget (${limit}); nothing was run. Go on with what is there.`
}

export function queueFull(max: number): string {
  return `${max} calls are waiting already (the executor's queue.max); nothing was run. Ask for less at once, or try again later.`
}

export function waitedTooLong(ms: number): string {
  return `The call waited ${ms} ms without its turn having come (the executor's queue.deadlineMs); nothing was run. Try again later.`
}

export function tooDeep(depth: number, max: number): string {
  return `The call is nested ${depth} calls deep, and ${max} is the most (the executor's maxDepth); nothing was run.`
}

export function tooManyNested(max: number): string {
  return `The call that made this one has made ${max} already, which is the most (the executor's maxNestedCalls); nothing was run.`
}

export function tooManyInTurn(max: number): string {
  return `A turn may make ${max} calls (maxCalls), and this is one more; nothing was run. Ask for the rest in another turn.`
}

export function effectsFailed(name: string, why: string): string {
  return `What a call of '${name}' reads and writes could not be told: ${why}. Nothing was run.`
}

export function dependencyFailed({ index, id, status, error }: UnsuccessfulResult): string {
  const why = error.message.replace(/\.?(?: Nothing was run)?\.$/, '')
  return `It depends on call ${index}, '${printable(id, 100)}', which has the result '${status}' (${why}). Nothing was run.`
}

export function deadlocked(other: NamedCall): string {
  return `The call would wait for ever: what it reads or writes is in use by ${called(other)}, which waits itself for a call that made this one. Nothing was run.`
}

export function uncertainEffects(other: NamedCall): string {
  return `What the call reads or writes may still be written to by ${called(other)}, which did not stop when asked to. Nothing was run; try again later.`
}

interface NamedCall {
  readonly index: number
  readonly id: string
  readonly name: string
}

function called({ index, id, name }: NamedCall): string {
  return `call ${index} of a batch, '${printable(id, 100)}', of the tool '${printable(name, 128)}'`
}

export function keyFailed(name: string, why: string): string {
  return `The key of a call of '${name}' could not be told: ${why}. Nothing was run.`
}

export function workerLost({ message, began }: WorkerLost): string {
  return began ? message : `${message} Nothing was run.`
}

export function schemaTimedOut(name: string, timeoutMs: number, source: string): string {
  return `The input schema of '${name}' gave no answer within ${timeoutMs} ms (${source}). Nothing was run.`
}

export function schemaFailed(name: string, why: string): string {
  return `The input schema of '${name}' failed: ${why}`
}

export function argumentsDoNotFit(name: string, issues: string): string {
  return `The arguments of '${name}' do not fit its schema: ${issues}. Correct them and call it again.`
}

export function neverCompleted(name: string): string {
  return `The call of '${printable(name, 128)}' was never completed; nothing was run.`
}

/** @param reason the host's words, or whatever it gave in their place */
export function incompleteCall(name: string, reason: unknown): string {
  return typeof reason === 'string' && reason !== '' ? printable(reason, MAX_MESSAGE_LENGTH) : neverCompleted(name)
}

export function notStarted(name: string, why: string): string {
  return `The call of '${printable(name, 128)}' could not be started: ${why}. Nothing was run.`
}

export function notConcluded(name: string, why: string): string {
  return `What the call of '${printable(name, 128)}' came to could not be told: ${why}.`
}

export function unknownTool(name: string, known: readonly string[]): string {
  const names = known.slice(0, 20).join(', ')
  const tools = known.length === 0 ? 'There are no tools.' : `The tools are: ${names}${known.length > 20 ? ', …' : ''}.`
  return `There is no tool '${printable(name, 128)}'. ${tools}`
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
