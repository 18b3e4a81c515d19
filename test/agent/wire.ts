import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { forProvider } from '../../packages/aof-runtime/src/agent/for-provider.ts'
import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'
import {
  mistralValues,
  anthropicValues,
  chatValues,
  googleValues,
  responsesValues,
  valueFaults,
} from './wire-values.ts'

/** A provider, what it sends for a prompt, and its rules for calls and results in what is sent. */
export interface Wire {
  readonly name: string
  readonly model: (fetch: typeof globalThis.fetch) => LanguageModelV4
  /** The reasons for which the provider would refuse the body of a request. */
  readonly faults: (body: never) => string[]
}

/** The body that a provider's own code makes of a prompt, as the agent gives it to that provider. */
export async function bodyOf(
  { model }: Wire,
  prompt: readonly AgentMessage[],
  tools?: LanguageModelV4FunctionTool[],
): Promise<unknown> {
  let sent: unknown
  const asked = model(async (_url, init) => {
    sent = JSON.parse(String(init?.body))
    throw new Error('not connected')
  })
  const asking = asked.doStream({
    prompt: [...forProvider(asked.provider, prompt)],
    ...(tools !== undefined && { tools }),
  })
  const refusal: unknown = await asking.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (sent === undefined) throw refusal
  return sent
}

interface AnthropicBody {
  readonly messages: readonly { readonly role: string; readonly content: readonly AnthropicBlock[] }[]
}
interface AnthropicBlock {
  readonly type: string
  readonly id?: string
  readonly tool_use_id?: string
  readonly input?: unknown
}

/** Each `tool_use` is answered by one `tool_result` in the next message, before all else there; roles alternate. */
function anthropicFaults({ messages }: AnthropicBody): string[] {
  const faults: string[] = []
  const ids = messages.flatMap(({ content }) => content.flatMap(({ type, id }) => (type === 'tool_use' ? [id] : [])))
  if (new Set(ids).size < ids.length) faults.push('`tool_use` ids must be unique')
  messages.forEach(({ role, content }, i) => {
    if (content.length === 0) faults.push(`messages.${i}: must have non-empty content`)
    if (role === messages[i - 1]?.role) faults.push(`messages.${i}: roles must alternate`)
    for (const { type, input } of content)
      if (type === 'tool_use' && (typeof input !== 'object' || input === null || Array.isArray(input)))
        faults.push(`messages.${i}: tool_use.input must be an object`)
    const asked = (messages[i - 1]?.content ?? []).filter(({ type }) => type === 'tool_use').map(({ id }) => id)
    const results = content.flatMap((block, at) =>
      block.type === 'tool_result' ? [{ at, id: block.tool_use_id }] : [],
    )
    results.forEach(({ at }, place) => {
      if (at !== place) faults.push(`messages.${i}: tool_result blocks must come first`)
    })
    if (JSON.stringify(results.map(({ id }) => id)) !== JSON.stringify(asked))
      faults.push(
        `messages.${i}: \`tool_use\` ${asked.join()} and \`tool_result\` ${results.map(({ id }) => id).join()}`,
      )
  })
  const last = messages.at(-1)
  if (last?.content.some(({ type }) => type === 'tool_use') === true) faults.push('`tool_use` without `tool_result`')
  return faults
}

interface ChatBody {
  readonly messages: readonly {
    readonly role: string
    readonly tool_call_id?: string
    readonly tool_calls?: readonly { readonly id: string }[]
  }[]
}

/** A message with `tool_calls` is followed by one `tool` message for each of them, and by nothing else before. */
function chatFaults({ messages }: ChatBody): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  let awaited: string[] = []
  messages.forEach(({ role, tool_calls: calls = [], tool_call_id: id = '' }, i) => {
    if (role === 'tool') {
      if (awaited[0] !== id) faults.push(`messages.${i}: ${id} answers no call before it, or out of order`)
      awaited = awaited.filter((other) => other !== id)
    } else if (awaited.length > 0) faults.push(`messages.${i}: ${awaited.join()} did not have response messages`)
    if (role !== 'tool') awaited = calls.map((call) => call.id)
    for (const call of calls) {
      if (seen.has(call.id)) faults.push(`messages.${i}: the id ${call.id} again`)
      seen.add(call.id)
    }
  })
  if (awaited.length > 0) faults.push(`${awaited.join()} did not have response messages`)
  return faults
}

interface ResponsesBody {
  readonly input: readonly { readonly type?: string; readonly call_id?: string }[]
}

/** Each `function_call` has one `function_call_output`, after it and before anything that is neither. */
function responsesFaults({ input }: ResponsesBody): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  let awaited: string[] = []
  input.forEach(({ type, call_id: id = '' }, i) => {
    if (type === 'function_call') {
      if (seen.has(id)) faults.push(`input.${i}: the call_id ${id} again`)
      seen.add(id)
      awaited.push(id)
    } else if (type === 'function_call_output') {
      if (awaited[0] !== id) faults.push(`input.${i}: no tool call found for ${id}, or out of order`)
      awaited = awaited.filter((other) => other !== id)
    }
  })
  if (awaited.length > 0) faults.push(`no tool output found for ${awaited.join()}`)
  return faults
}

interface GoogleBody {
  readonly contents: readonly { readonly role: string; readonly parts: readonly GooglePart[] }[]
}
interface GooglePart {
  readonly functionCall?: { readonly id?: string; readonly name: string }
  readonly functionResponse?: { readonly id?: string; readonly name: string }
}

/** A turn with function calls is directly followed by one with as many function responses, of the same names in order. */
function googleFaults({ contents }: GoogleBody): string[] {
  const faults: string[] = []
  contents.forEach(({ parts }, i) => {
    if (parts.length === 0) faults.push(`contents.${i}: must include at least one parts field`)
    const called = parts.flatMap(({ functionCall }) => functionCall ?? [])
    const answered = (contents[i + 1]?.parts ?? []).flatMap(({ functionResponse }) => functionResponse ?? [])
    const keyOf = (all: readonly { id?: string; name: string }[]): string =>
      JSON.stringify(all.map(({ id, name }) => [id, name]))
    if (keyOf(called) !== keyOf(answered))
      faults.push(`contents.${i}: calls ${keyOf(called)}, and the next answers ${keyOf(answered)}`)
  })
  if (contents[0]?.parts.some((part) => part.functionResponse !== undefined) === true)
    faults.push('responses come first')
  return faults
}

const apiKey = 'none'

/** The faults of a body in its calls and results, and in its values. */
const both =
  <Body>(pairing: (body: Body) => string[], values: Parameters<typeof valueFaults>[1]) =>
  (body: never): string[] => [...pairing(body as Body), ...valueFaults(body, values)]

/** The providers whose own code the histories go through. */
export const wires: readonly Wire[] = [
  {
    name: 'anthropic',
    model: (fetch) => createAnthropic({ apiKey, fetch })('claude'),
    faults: both(anthropicFaults, anthropicValues),
  },
  {
    name: 'openai chat',
    model: (fetch) => createOpenAI({ apiKey, fetch }).chat('gpt'),
    faults: both(chatFaults, chatValues),
  },
  {
    name: 'openai responses',
    model: (fetch) => createOpenAI({ apiKey, fetch }).responses('gpt'),
    faults: both(responsesFaults, responsesValues),
  },
  {
    name: 'google',
    model: (fetch) => createGoogle({ apiKey, fetch })('gemini'),
    faults: both(googleFaults, googleValues),
  },
  {
    name: 'mistral',
    model: (fetch) =>
      createOpenAICompatible({ name: 'mistral', baseURL: 'https://mistral.invalid/v1', apiKey, fetch })('mistral'),
    faults: both(chatFaults, mistralValues),
  },
]
