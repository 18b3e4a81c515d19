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
  const maxIterations = options.maxIterations ?? agent.maxIterations
  const timeLimit = options.replay === undefined ? timeLimitOf(options, agent) : undefined
  const budget = budgetOf(options)
  return {
    ...(maxIterations !== undefined && { maxIterations }),
    ...(timeLimit !== undefined && { timeLimit }),
    ...(budget !== undefined && { budget }),
  }
}

function budgetOf({ maxToolCalls, maxTotalTokens }: RunOptions): BudgetOptions | undefined {
  if (maxToolCalls === undefined && maxTotalTokens === undefined) return undefined
  return {
    ...(maxToolCalls !== undefined && { toolCalls: maxToolCalls }),
    ...(maxTotalTokens !== undefined && { tokens: maxTotalTokens }),
  }
}

function timeLimitOf({ timeout }: RunOptions, { timeoutMs, file }: AgentFile): TimeLimit | undefined {
  if (timeout !== undefined) return { ms: timeout, source: '--timeout' }
  return timeoutMs === undefined
    ? undefined
    : { ms: timeoutMs, source: `timeout in ${oneLine(file)}; raise it there, or give --timeout` }
}
