import { defined } from '../agent-file/defined.ts'
import { thrownMessage } from 'aof-runtime/internal/values'
import type { CliError } from '../errors.ts'
import { errorWords } from '../report-error.ts'
import type { LiveEvent } from '../live/live-event.ts'
import type { LiveCall, LiveTurn } from '../live/live-state.ts'
import { toolTimes } from '../live/tool-times.ts'
import { encodeJson } from '../run-recording/json-codec.ts'
import { parsedJson } from '../text.ts'
import type { RunOutcome } from './session.ts'

/** A run in the form for machines: the document of `--json`, and the last line of `--json-lines`. */
export function runDocument(outcome: RunOutcome, about: { readonly agent: string; readonly model: string }): object {
  const { result, exitCode, state, timeLimit, divergence } = outcome
  const { status, text, messages, usage, iterations, finishReason, error, wallMs } = result
  const { wallMs: toolWallMs, toolMs, ...calls } = toolTimes(state.turns)
  return defined({
    status,
    exitCode,
    ...about,
    text,
    finishReason,
    error: error && { code: error.code, message: error.message },
    timeLimit,
    departure: divergence,
    iterations,
    calls,
    timing: { wallMs, toolWallMs, toolMs },
    usage,
    turns: state.turns.map(turnDocument),
    messages: plain(messages),
  })
}

function turnDocument(turn: LiveTurn): object {
  const { wallMs, toolMs } = toolTimes([turn])
  return { turn: turn.turn, text: turn.text, timing: { wallMs, toolMs }, calls: turn.calls.map(callDocument) }
}

function callDocument({ index, id, name, arguments: written, state }: LiveCall): object {
  const args = written === undefined ? {} : { arguments: parsedJson(written, written) }
  if (state.phase !== 'settled') return { index, id, name, ...args, status: state.phase }
  const { index: _index, id: _id, name: _name, ...result } = state.result
  return { index, id, name, ...args, ...result }
}

/**
 * An event as a JSON value. Tools may throw or report any value: the parts that JSON cannot represent are left out, and
 * errors become their messages.
 */
export function eventDocument(event: Exclude<LiveEvent, { type: 'done' }>): object {
  switch (event.type) {
    case 'settled': {
      const { thrown: _thrown, ...rest } = event
      return plain(rest)
    }
    case 'listener_failed':
      return plain({ ...event, thrown: thrownMessage(event.thrown) })
    case 'ended_late': {
      const { outcome, ...rest } = event
      return plain({ ...rest, outcome: 'thrown' in outcome ? { thrown: thrownMessage(outcome.thrown) } : 'returned' })
    }
    case 'progress':
      return withValue(event)
    default:
      return plain(event)
  }
}

function withValue(event: Extract<LiveEvent, { type: 'progress' }>): object {
  const { value, ...rest } = event
  try {
    return { ...plain(rest), value: plain({ value }).value }
  } catch {
    return plain(rest)
  }
}

/** A JSON copy; bytes and dates have the form of recordings. */
function plain<T>(value: T): T {
  return JSON.parse(encodeJson(value)) as T
}

/** A command that could not begin, in the form for machines. */
export function errorDocument(error: CliError): object {
  return { type: 'error', exitCode: error.exitCode, error: errorWords(error) }
}
