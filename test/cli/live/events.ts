import type { ToolResult } from 'aof-runtime'
import type { LiveEvent } from '../../../packages/aof-cli/src/live/live-event.ts'
import { type LiveState, NOTHING_YET } from '../../../packages/aof-cli/src/live/live-state.ts'
import { reduce } from '../../../packages/aof-cli/src/live/reduce.ts'

/** An event with the moment when it comes. */
export type Moment = readonly [at: number, event: LiveEvent]

/** The state of the live view after the events of one turn. */
export function stateAfter(moments: readonly Moment[], state: LiveState = NOTHING_YET): LiveState {
  return moments.reduce((known, [at, event]) => reduce(known, event, at), state)
}

/** Makes the events of one call. */
export function call(index: number, name: string, turn = 0) {
  const id = `id-${index}`
  const about = (at: number) => ({ at, run: 'run', turn, batch: turn + 1, index, id, name })
  const settled = (at: number, result: ToolResult): Moment => [at, { type: 'settled', ...about(at), result }]
  const base = { index, id, name, source: 'run' as const }
  return {
    accepted: (at: number): Moment => [at, { type: 'accepted', ...about(at) }],
    arguments: (at: number, value: unknown): Moment => [
      at,
      { type: 'call_arguments', turn, index, arguments: typeof value === 'string' ? value : JSON.stringify(value) },
    ],
    parked: (at: number): Moment => [at, { type: 'parked', ...about(at), waitsFor: 'executor' }],
    started: (at: number, queuedMs = 0): Moment => [at, { type: 'started', ...about(at), attempt: 1, queuedMs }],
    progress: (at: number, value: unknown): Moment => [at, { type: 'progress', ...about(at), value }],
    succeeded: (at: number, runMs: number, queuedMs = 0): Moment =>
      settled(at, {
        ...base,
        status: 'succeeded',
        success: true,
        data: null,
        execution: 'ended',
        timing: { queuedMs, runMs, totalMs: queuedMs + runMs, attempts: 1 },
      }),
    unsuccessful: (
      at: number,
      status: Exclude<ToolResult['status'], 'succeeded'>,
      message: string,
      runMs?: number,
      execution: ToolResult['execution'] = runMs === undefined ? 'none' : 'ended',
    ): Moment =>
      settled(at, {
        ...base,
        status,
        success: false,
        error: { code: 'tool_error', message, retryable: false },
        execution,
        timing: { queuedMs: 0, runMs: runMs ?? 0, totalMs: runMs ?? 0, attempts: runMs === undefined ? 0 : 1 },
      }),
  }
}

/** The model is asked, and says something. */
export function turnOf(turn: number, at: number, text = ''): Moment[] {
  const started: Moment = [at, { type: 'turn_started', turn }]
  return text === '' ? [started] : [started, [at, { type: 'text', turn, delta: text }]]
}
