import { OURS, OURS_ISOLATED, type Subject } from './subject.ts'

/** The columns of the table. Each is loaded only in the processes that run it. */
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
