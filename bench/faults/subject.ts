import type { Ledger } from './ledger.ts'
import type { Scenario } from './scenario.ts'

/** One agent SDK in one of its ways of running a turn: makes an agent for the scenario, which runs once. */
export type Subject = (scenario: Scenario, ledger: Ledger) => Run | Promise<Run>

/**
 * Lets the agent's model make the calls, and notes in the ledger what becomes of the results. Rejects with whatever the
 * SDK throws.
 */
export type Run = (signal: AbortSignal) => Promise<Ending>

/** How a run ended that did not throw. */
export interface Ending {
  /** The model's last words. */
  readonly text: string
  /** What the SDK itself says of the end, e.g. a status or a finish reason. */
  readonly status?: string
}

/** Whose cells must not be bad; its tools run in the same thread. */
export const OURS = 'aof-runtime'

/** The same with every tool in isolation, by the names of the columns. No other subject offers that. */
export const OURS_ISOLATED = { thread: 'aof-runtime, tools in threads', process: 'aof-runtime, tools in processes' }

/** The columns of the table, each loaded only in the processes that run it. */
export const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  [OURS]: async () => (await import('./subjects/ours.ts')).ours,
  [OURS_ISOLATED.thread]: async () => (await import('./subjects/ours.ts')).oursInThreads,
  [OURS_ISOLATED.process]: async () => (await import('./subjects/ours.ts')).oursInProcesses,
  'ai generateText': async () => (await import('./subjects/ai.ts')).aiGenerateText,
  'ai streamText': async () => (await import('./subjects/ai.ts')).aiStreamText,
  '@openai/agents run': async () => (await import('./subjects/openai-agents.ts')).openaiAgents,
  '@openai/agents stream': async () => (await import('./subjects/openai-agents.ts')).openaiAgentsStream,
  'langchain createAgent': async () => (await import('./subjects/langchain.ts')).createAgentInvoke,
  'langgraph ToolNode': async () => (await import('./subjects/langchain.ts')).toolNode,
  'mastra generate': async () => (await import('./subjects/mastra.ts')).mastraGenerate,
  'mastra stream': async () => (await import('./subjects/mastra.ts')).mastraStream,
  strands: async () => (await import('./subjects/strands.ts')).strands,
}
