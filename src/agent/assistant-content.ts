import type {
  JSONValue,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']
type AssistantPart = AssistantContent[number]
type TextLike = {
  type: 'text' | 'reasoning'
  text: string
  done: boolean
  metadata: SharedV4ProviderMetadata | undefined
}
type ToolCall = Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>

/** A call of the turn, whose part is made when the turn is over. */
interface CallEntry {
  readonly type: 'call'
  readonly call: ToolCall
  readonly id: string
}

/**
 * What the model said in one turn, put together from its stream, for the history.
 *
 * 1. Everything stands in the order in which it began.
 * 2. A text that was cut off is kept as far as it came; reasoning that was cut off is left out, since providers refuse
 *    it without its signature.
 * 3. A provider's metadata goes back to it with the same part.
 */
export class AssistantContentBuilder {
  readonly #entries: (TextLike | CallEntry | AssistantPart)[] = []
  readonly #open = new Map<string, TextLike>()
  #text = ''

  /** All text so far. */
  get text(): string {
    return this.#text
  }

  begin(type: 'text' | 'reasoning', id: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const entry: TextLike = { type, text: '', done: false, metadata }
    this.#entries.push(entry)
    this.#open.set(`${type} ${id}`, entry)
  }

  append(type: 'text' | 'reasoning', id: string, delta: string, metadata: SharedV4ProviderMetadata | undefined): void {
    if (!this.#open.has(`${type} ${id}`)) this.begin(type, id, undefined)
    const entry = this.#open.get(`${type} ${id}`)
    if (entry === undefined) return
    entry.text += delta
    entry.metadata = metadata ?? entry.metadata
    if (type === 'text') this.#text += delta
  }

  end(type: 'text' | 'reasoning', id: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const entry = this.#open.get(`${type} ${id}`)
    if (entry === undefined) return
    entry.done = true
    entry.metadata = metadata ?? entry.metadata
    this.#open.delete(`${type} ${id}`)
  }

  /** @param id the call's id in the history */
  call(call: ToolCall, id: string): void {
    this.#entries.push({ type: 'call', call, id })
  }

  /** A part that came whole. */
  add(part: AssistantPart): void {
    this.#entries.push(part)
  }

  /** The assistant message's content, without the calls of the ids in `left`. */
  build(left: ReadonlySet<string>): AssistantContent {
    const content: AssistantContent = []
    for (const entry of this.#entries) {
      if (entry.type === 'call') {
        if (!left.has(entry.id)) content.push(callPart(entry))
      } else if ('done' in entry) {
        if (entry.type === 'text' ? entry.text !== '' : entry.done) content.push(textPart(entry))
      } else content.push(entry)
    }
    return content
  }
}

function textPart({ type, text, metadata }: TextLike): AssistantPart {
  return { type, text, ...withOptions(metadata) }
}

function callPart({ call, id }: CallEntry): AssistantPart {
  const { toolName, input, providerExecuted, providerMetadata } = call
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName,
    input: inputValue(input),
    ...(providerExecuted === true && { providerExecuted }),
    ...withOptions(providerMetadata),
  }
}

/** A provider's metadata, to be sent back to it. */
export function withOptions(metadata: SharedV4ProviderMetadata | undefined): {
  providerOptions?: SharedV4ProviderMetadata
} {
  return metadata === undefined ? {} : { providerOptions: metadata }
}

/** The input as providers want it back: an object. What is none never ran, and its result says why. */
function inputValue(input: string): JSONValue {
  try {
    const value = JSON.parse(input) as JSONValue
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  } catch {
    return {}
  }
}
