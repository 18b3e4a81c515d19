/** Every code that an error of a result can carry, by the status that it comes with. */
export type ErrorCode =
  // failed
  | 'tool_error'
  | 'unserializable_result'
  | 'result_too_large'
  | 'invalid_output'
  | 'content_failed'
  // invalid
  | 'malformed_call'
  | 'unknown_tool'
  | 'unparsable_arguments'
  | 'invalid_arguments'
  | 'incomplete_call'
  // timed_out
  | 'timeout'
  | 'idle_timeout'
  | 'deadline'
  // aborted
  | 'aborted'
  // rejected
  | 'queue_full'
  | 'closed'
  | 'breaker_open'
  | 'too_many_abandoned'
  | 'budget_exceeded'
  // lost
  | 'worker_lost'
