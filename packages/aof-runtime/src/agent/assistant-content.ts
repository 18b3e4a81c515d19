import type { LanguageModelV4Message, LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { withoutTrailingReasoning } from './provider-calls.ts'
import { sendableMessage } from './sendable-message.ts'

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']
type AssistantPart = AssistantContent[number]
type ToolCall = Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>

/** A text or a reasoning part, as far as it has arrived. */
interface TextEntry {
  readonly type: 'text' | 'reasoning'
  text: string
  done: boolean
  metadata: SharedV4ProviderMetadata | undefined
}

/** The place of a call in the assistant's message. */
export interface CallEntry {
  readonly type: 'call'
  /** Its id in the history. */
  readonly id: string
  /** Its tool's name in the history. */
  readonly name: string
  /** The call, if it is to be in the history; an entry without one is left out. */
  call: ToolCall | undefined
}

/**
 * Builds the assistant's message of one turn from its stream, for the history.
 *
 * 1. All parts stand in the order in which they began.
 * 2. A text that was cut off is kept as far as it arrived. Reasoning that was cut off is left out, because providers
 *    refuse it without its signature, and so is reasoning at the end of the message.
 * 3. Values have the form that `mendHistory` gives them: a message in the history never changes.
 * 4. A provider's metadata is sent back with its part, unless the part was cut off: it may point to data that the
 *    provider never stored.
 */
export class AssistantContentBuilder {
  readonly #entries: (TextEntry | CallEntry | AssistantPart)[] = []
  readonly #open = new Map<string, TextEntry>()
  #text = ''

  /** All text so far, as well-formed Unicode: a stream may break off in the middle of a character. */
  get text(): string {
    return this.#text.toWellFormed()
  }

  begin(type: 'text' | 'reasoning', id: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const entry: TextEntry = { type, text: '', done: false, metadata }
    this.#entries.push(entry)
    this.#open.set(`${type} ${id}`, entry)
  }

  append(type: 'text' | 'reasoning', id: string, delta: string, metadata: SharedV4ProviderMetadata | undefined): void {
    if (!this.#open.has(`${type} ${id}`)) this.begin(type, id, undefined)
    const entry = this.#open.get(`${type} ${id}`) as TextEntry
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

  /** The place of a call that begins now. */
  beginCall(id: string, name: string): CallEntry {
    const entry: CallEntry = { type: 'call', id, name, call: undefined }
    this.#entries.push(entry)
    return entry
  }

  add(part: AssistantPart): void {
    this.#entries.push(part)
  }

  build(): AssistantContent {
    const content: AssistantContent = []
    for (const entry of this.#entries) {
      if (entry.type === 'call') {
        if (entry.call !== undefined) content.push(callPart(entry, entry.call))
      } else if (!('done' in entry)) content.push(entry)
      else if (isKept(entry)) {
        const { type, text, done, metadata } = entry
        content.push({ type, text, ...withOptions(done ? metadata : undefined) })
      }
    }
    return withoutTrailingReasoning(sendableMessage({ role: 'assistant', content }).content)
  }
}

/** Blank text says nothing, and some providers refuse it; but the provider may need its metadata back. */
function isKept({ type, text, done, metadata }: TextEntry): boolean {
  if (type === 'reasoning') return done
  return text.trim() !== '' || (done && metadata !== undefined)
}

function callPart({ id, name }: CallEntry, { input, providerExecuted, providerMetadata }: ToolCall): AssistantPart {
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    input,
    ...(providerExecuted === true && { providerExecuted }),
    ...withOptions(providerMetadata),
  }
}

/** The provider's metadata in the form in which it is sent back. */
export function withOptions(metadata: SharedV4ProviderMetadata | undefined): {
  providerOptions?: SharedV4ProviderMetadata
} {
  return metadata === undefined ? {} : { providerOptions: metadata }
}
