import type { AgentResult } from 'aof-runtime/agent'

/** Why the answer of a run that is done may be only a part of one; undefined where the model ended of its own will. */
export function incompleteAnswer({ status, finishReason }: AgentResult): string | undefined {
  if (status !== 'done') return undefined
  if (finishReason === 'length')
    return 'the answer is incomplete: it came to its limit of output tokens (max_tokens of the agent file, or of the model)'
  return finishReason === 'other'
    ? 'the answer may be incomplete: the model ended for a reason that is not known'
    : undefined
}
