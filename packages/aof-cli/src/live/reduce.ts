import { type CallEventBase, type ParkedEvent, type SettledEvent, ToolFailure } from 'aof-runtime'
import { isInstance, thrownPlace } from 'aof-runtime/internal/values'
import { oneLine, valueText } from '../text.ts'
import type { LiveEvent } from './live-event.ts'
import type { LiveCall, LiveCallState, LiveState, LiveTurn, ModelState } from './live-state.ts'

/**
 * The state after one more event. Accepts any events in any order; an event that does not fit changes nothing.
 *
 * @param now the moment of the event; events of tool executors carry their own
 */
export function reduce(state: LiveState, event: LiveEvent, now: number): LiveState {
  switch (event.type) {
    case 'turn_started':
      return withTurn(state, event.turn, now, (turn) => ({ ...turn, model: 'asked' }))
    case 'reasoning':
      return withTurn(state, event.turn, now, (turn) => ({
        ...turn,
        model: 'thinking',
        reasoning: turn.reasoning + event.delta,
      }))
    case 'text':
      return withTurn(state, event.turn, now, (turn) => ({ ...turn, model: 'talking', text: turn.text + event.delta }))
    case 'model_finished':
      return withTurn(state, event.turn, now, (turn) => ({ ...turn, model: 'finished' }))
    case 'turn_finished':
      return withTurn(state, event.turn, now, (turn) => ended(turn, now))
    case 'batch_settled':
      return withTurn(state, event.turn, now, (turn) => ended(turn, event.at))
    case 'usage':
      return { ...state, usage: event.total }
    case 'done':
      return { ...state, result: event.result, turns: state.turns.map((turn) => ended(turn, now)) }
    case 'call_arguments':
      return withTurn(state, event.turn, now, (turn) => withArguments(turn, event.index, event.arguments))
    case 'call_arriving':
      return withTurn(state, event.turn, now, (turn) => withCall(turn, event, now, (call) => call))
    case 'accepted':
    case 'parked':
    case 'started':
    case 'progress':
    case 'suspended':
    case 'resumed':
    case 'settled':
      return withTurn(state, event.turn, event.at, (turn) =>
        withCall(turn, event, event.at, (call) => ({ ...call, state: nextState(call.state, event) })),
      )
    default:
      return state
  }
}

type CallEvent = Extract<
  LiveEvent,
  { type: 'accepted' | 'parked' | 'started' | 'progress' | 'suspended' | 'resumed' | 'settled' }
>

function nextState(state: LiveCallState, event: CallEvent): LiveCallState {
  // An abandoned tool may still report progress.
  if (state.phase === 'settled') return state
  switch (event.type) {
    case 'accepted':
      return state
    case 'parked':
      // A suspended call may have to wait before it resumes.
      return state.phase === 'suspended' ? state : waitingFor(event)
    case 'suspended':
    case 'resumed':
      if (state.phase !== 'running' && state.phase !== 'suspended') return state
      return {
        phase: event.type === 'resumed' ? 'running' : 'suspended',
        startedAt: state.startedAt,
        queuedMs: state.queuedMs,
      }
    case 'started':
      return { phase: 'running', startedAt: event.at, queuedMs: event.queuedMs }
    case 'progress':
      return state.phase === 'running' ? { ...state, progress: oneLine(valueText(event.value), 200) } : state
    case 'settled':
      return { phase: 'settled', settledAt: event.at, result: event.result, ...thrownAt(event) }
  }
}

/** The message of a ToolFailure is sufficient; the place of its throw adds nothing. */
function thrownAt({ result, thrown }: SettledEvent): { readonly thrownAt?: string } {
  if (result.status !== 'failed' || isInstance(thrown, ToolFailure)) return {}
  const place = thrownPlace(thrown)
  return place === undefined ? {} : { thrownAt: place }
}

function withTurn(state: LiveState, number: number, now: number, change: (turn: LiveTurn) => LiveTurn): LiveState {
  const { turns } = state
  // The search starts at the end, because the turn is nearly always the last one.
  const at = turns.findLastIndex(({ turn }) => turn === number)
  const known = turns[at]
  if (known !== undefined) return { ...state, turns: turns.with(at, change(known)) }
  const model: ModelState = 'absent'
  const fresh = { turn: number, startedAt: now, model, text: '', reasoning: '', calls: [] }
  return { ...state, turns: [...turns, change(fresh)] }
}

function ended(turn: LiveTurn, now: number): LiveTurn {
  return { ...turn, model: turn.model === 'absent' ? 'absent' : 'finished', endedAt: turn.endedAt ?? now }
}

function withCall(
  turn: LiveTurn,
  { index, id, name }: Pick<CallEventBase, 'index' | 'id' | 'name'>,
  now: number,
  change: (call: LiveCall) => LiveCall,
): LiveTurn {
  const { calls } = turn
  const at = calls[index]?.index === index ? index : calls.findIndex((call) => call.index === index)
  const known = calls[at]
  if (known !== undefined) return { ...turn, calls: calls.with(at, change(known)) }
  const fresh: LiveCall = { index, id, name, acceptedAt: now, state: { phase: 'arriving' } }
  return { ...turn, calls: [...calls, change(fresh)].sort((a, b) => a.index - b.index) }
}

function withArguments(turn: LiveTurn, index: number, written: string): LiveTurn {
  const at = turn.calls.findIndex((call) => call.index === index)
  const call = turn.calls[at]
  return call === undefined ? turn : { ...turn, calls: turn.calls.with(at, { ...call, arguments: written }) }
}

function waitingFor({ waitsFor, behind }: ParkedEvent): LiveCall['state'] {
  return { phase: 'waiting', waitsFor, ...(behind !== undefined && { behind }) }
}
