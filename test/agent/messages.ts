import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'

type Message<Role extends AgentMessage['role']> = Extract<AgentMessage, { role: Role }>
type AssistantPart = Message<'assistant'>['content'][number]
type ToolPart = Message<'tool'>['content'][number]

/** Messages and parts of a history, for tests. */
export const user = (text: string): Message<'user'> => ({ role: 'user', content: [{ type: 'text', text }] })
export const system = (content: string): Message<'system'> => ({ role: 'system', content })
export const assistant = (...content: AssistantPart[]): Message<'assistant'> => ({ role: 'assistant', content })
export const tool = (...content: ToolPart[]): Message<'tool'> => ({ role: 'tool', content })

export const text = (value: string): AssistantPart => ({ type: 'text', text: value })
export const call = (toolCallId: string, toolName = 'work', input: unknown = {}): AssistantPart => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input,
})
export const providerCall = (toolCallId: string): AssistantPart => ({
  type: 'tool-call',
  toolCallId,
  toolName: 'web_search',
  input: {},
  providerExecuted: true,
})
export const result = (toolCallId: string, value = 'ok', toolName = 'work'): Extract<ToolPart, AssistantPart> => ({
  type: 'tool-result',
  toolCallId,
  toolName,
  output: { type: 'text', value },
})
export const approval = (approvalId: string): ToolPart => ({
  type: 'tool-approval-response',
  approvalId,
  approved: true,
})
