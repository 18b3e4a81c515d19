import { describe, expectTypeOf, test } from 'vitest'
import {
  ToolExecutor,
  type ToolEvent,
  type ToolEventListener,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'

/** Fails to compile when an event is added that is missing here. */
function told(event: ToolEvent): string {
  switch (event.type) {
    case 'batch_opened':
      return `${event.batch} ${event.size ?? 'open'}`
    case 'batch_closed':
      return `${event.size}`
    case 'batch_settled':
      return `${event.size} ${event.succeeded} ${event.failed} ${event.wallMs}`
    case 'accepted':
      return event.name
    case 'parked':
      return event.waitsFor
    case 'started':
      return `${event.attempt} ${event.queuedMs}`
    case 'progress':
      return String(event.value)
    case 'settled':
      return event.result.status
    case 'abandoned':
      return event.reason
    case 'attempt_failed':
      return event.error.code
    case 'rate_paused':
      return `${event.forMs} ${event.key ?? 'all'}`
    case 'limit_changed':
      return `${event.limit} ${event.max}`
    case 'suspended':
    case 'resumed':
    case 'hold_ended':
      return event.name
    case 'breaker_changed':
      return event.state
    case 'overlap_suspected':
      return event.calls[1].name
    case 'files_removed':
      return `${event.run} ${event.files} ${event.bytes}`
    case 'stalled':
      return String(event.stalledMs)
    case 'ended_late':
      return 'thrown' in event.outcome ? 'threw' : 'returned'
    case 'listener_failed':
      return event.during
    default:
      expectTypeOf(event).toEqualTypeOf<never>()
      return event
  }
}

describe('events', () => {
  test('events are a union on type, and a switch can be exhaustive', () => {
    expectTypeOf(told).toExtend<(event: ToolEvent) => string>()
  })

  test('events carry the values that they are about', () => {
    expectTypeOf<Extract<ToolEvent, { type: 'settled' }>['result']>().toEqualTypeOf<ToolResult>()
    expectTypeOf<Extract<ToolEvent, { type: 'progress' }>['value']>().toEqualTypeOf<unknown>()
    expectTypeOf<Extract<ToolEvent, { type: 'abandoned' }>['reason']>().toEqualTypeOf<
      'timeout' | 'idle' | 'deadline' | 'abort'
    >()
    expectTypeOf<
      Exclude<
        ToolEvent,
        {
          type:
            | 'listener_failed'
            | 'breaker_changed'
            | 'limit_changed'
            | 'files_removed'
            | 'stalled'
            | 'overlap_suspected'
        }
      >['run']
    >().toEqualTypeOf<string>()
  })

  test('a listener gets events, and the returned function ends the subscription', () => {
    const executor = new ToolExecutor({ tools: [] })
    const end = executor.subscribe((event) => expectTypeOf(event).toEqualTypeOf<ToolEvent>())
    expectTypeOf(end).toEqualTypeOf<() => void>()
    const listener: ToolEventListener = told
    void executor.executeTools([], { onEvent: listener })
  })

  test('events may not be changed', () => {
    const change = (event: ToolEvent): void => {
      // @ts-expect-error -- read-only
      event.at = 0
    }
    void change
  })
})
