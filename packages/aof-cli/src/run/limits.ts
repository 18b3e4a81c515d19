import { defined } from '../agent-file/defined.ts'
import type { AgentFile } from '../agent-file/agent-file.ts'
import type { BudgetOptions } from 'aof-runtime'
import { oneLine } from '../text.ts'
import type { RunOptions } from './options.ts'

/** The limits of a run, without those of its calls. */
export interface RunLimits {
  readonly maxIterations?: number
  readonly timeLimit?: TimeLimit
  readonly budget?: BudgetOptions
}

/** The timeout of a run, and its source. */
export interface TimeLimit {
  readonly ms: number
  /** Where to raise it, for people. */
  readonly source: string
}

/** The limits of a run: of the command line, otherwise of the agent file. A replay has no timeout. */
export function runLimits(options: RunOptions, agent: AgentFile): RunLimits {
  const { maxToolCalls: toolCalls, maxTotalTokens: tokens } = options
  return defined({
    maxIterations: options.maxIterations ?? agent.maxIterations,
    timeLimit: options.replay === undefined ? timeLimitOf(options, agent) : undefined,
    budget: toolCalls === undefined && tokens === undefined ? undefined : defined({ toolCalls, tokens }),
  })
}

function timeLimitOf({ timeout }: RunOptions, { timeoutMs, file }: AgentFile): TimeLimit | undefined {
  if (timeout !== undefined) return { ms: timeout, source: '--timeout' }
  return timeoutMs === undefined
    ? undefined
    : { ms: timeoutMs, source: `timeout in ${oneLine(file)}; raise it there, or give --timeout` }
}
