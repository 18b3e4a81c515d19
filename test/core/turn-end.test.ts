import { describe, expect, it } from 'vitest'
import { turnEnd } from '../../packages/aof-runtime/src/core/contract/turn-end.ts'

describe('how a turn ended', () => {
  it('I37 the last call runs where the SDK of a provider says that the model called tools, whatever the provider calls that', () => {
    for (const raw of [undefined, '', 'tool_calls', 'toolUse', 'a_reason_of_tomorrow'])
      expect(turnEnd(raw, 'tool-calls'), String(raw)).toMatchObject({ reason: 'tool-calls', incompleteCall: undefined })
    expect(turnEnd('a_reason_of_tomorrow', 'stop')).toMatchObject({ reason: 'stop', incompleteCall: undefined })
  })

  it('I37 the last call is held back where the provider itself names a limit, though its SDK says that the model called tools', () => {
    expect(turnEnd('length', 'tool-calls')).toMatchObject({ reason: 'length' })
    expect(turnEnd('MAX_TOKENS', 'tool-calls').incompleteCall).toMatch(/limit of output tokens/)
    expect(turnEnd('SAFETY', 'tool-calls')).toMatchObject({ reason: 'content-filter' })
  })

  it('I37 the last call is held back where the whole answer is marked as incomplete, for a known reason or an unknown one', () => {
    expect(turnEnd(undefined, 'tool-calls', 'incomplete').incompleteCall).toMatch(/marks the answer as incomplete/)
    expect(turnEnd('a_reason_of_tomorrow', 'tool-calls', 'incomplete').incompleteCall).toMatch(/unknown reason/)
    expect(turnEnd('max_output_tokens', 'tool-calls', 'incomplete')).toMatchObject({ reason: 'length' })
    expect(turnEnd(undefined, 'tool-calls', 'completed')).toMatchObject({ incompleteCall: undefined })
  })

  it('I37 the last call is held back where neither the provider nor its SDK says anything that is known', () => {
    expect(turnEnd('a_reason_of_tomorrow', 'other').incompleteCall).toMatch(/unknown reason 'a_reason_of_tomorrow'/)
    expect(turnEnd('a_reason_of_tomorrow').incompleteCall).toMatch(/unknown reason/)
    expect(turnEnd(undefined, 'other').incompleteCall).toMatch(/without a reason/)
  })
})
