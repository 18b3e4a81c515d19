import { MisuseError } from '../core/contract/misuse.ts'
import type { AgentMessage } from './result.ts'

const ROLES: readonly unknown[] = ['system', 'user', 'assistant', 'tool'] satisfies AgentMessage['role'][]

/**
 * Throws a {@link MisuseError} unless `messages` has the form of the provider interface. The error names the invalid
 * place, which the providers' converters would not.
 */
export function checkMessages(option: string, messages: readonly AgentMessage[]): void {
  if (!Array.isArray(messages)) throw new MisuseError(option, 'an array of messages', messages)
  messages.forEach((message: Partial<AgentMessage> | null | undefined, i) => {
    const { role, content } = message ?? {}
    if (!ROLES.includes(role))
      throw new MisuseError(`${option}[${i}].role`, "'system', 'user', 'assistant' or 'tool'", role)
    if (role === 'system' ? typeof content === 'string' : isParts(content)) return
    const expected = role === 'system' ? 'text' : "an array of parts, e.g. [{ type: 'text', text: '…' }]"
    throw new MisuseError(`${option}[${i}].content`, expected, content)
  })
}

function isParts(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.every((part: { type?: unknown } | null | undefined) => typeof part?.type === 'string')
  )
}
