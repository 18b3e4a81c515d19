import '../core/host/supported-platform.ts'

export { AgentExecutor, type AgentInput, type AgentRun, type RunOptions } from './agent-executor.ts'
export type * from './events.ts'
export { mendHistory } from './history.ts'
export type { AgentOptions, FinishedTurn, ModelSettings, TurnSettings, TurnToPrepare } from './options.ts'
export type { AgentError, AgentMessage, AgentResult, AgentStatus, CallTotals } from './result.ts'
export type { Eager } from './turn.ts'
export type { Usage } from './usage.ts'
