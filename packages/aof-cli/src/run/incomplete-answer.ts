import type { AgentResult } from 'aof-runtime/agent'

/** The reason why the answer of a finished run may be incomplete; undefined if the model ended it normally. */
export function incompleteAnswer({ status, finishReason }: AgentResult): string | undefined {
  if (status !== 'done') return undefined
  if (finishReason === 'length')
    return 'the answer is incomplete: it reached its limit of output tokens (max_tokens of the agent file, or of the model)'
  return finishReason === 'other' ? 'the answer may be incomplete: the model ended for an unknown reason' : undefined
}
