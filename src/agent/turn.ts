import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { OpenBatch, Slot } from '../core/open-batch.ts'
import type { ToolResult } from '../core/result.ts'
import { sentName } from '../core/sent-name.ts'
import { printable } from '../core/text.ts'
import { AssistantContentBuilder, type CallEntry, withOptions } from './assistant-content.ts'
import type { CallIds } from './call-ids.ts'
import type { AgentEvent } from './events.ts'
import type { AgentMessage } from './result.ts'
import { toolResultPart } from './tool-output.ts'
import { NO_USAGE, type Usage, usageOf } from './usage.ts'

type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

/** When a call of the model may start: as soon as its arguments are complete, only if it is read-only, or after the turn has arrived. */
export type Eager = 'all' | 'read-only' | 'off'

/** What a turn needs of the run that it belongs to. */
export interface TurnSetup {
  readonly turn: number
  readonly batch: OpenBatch
  /** Whether a tool's calls may start while the turn is still arriving. */
  readonly startsEarly: (toolName: string) => boolean
  /** The tools that take no arguments: nothing of theirs can be cut off. */
  readonly argumentless: ReadonlySet<string>
  /** The names of the agent's tools. */
  readonly tools: ReadonlySet<string>
  /** Those of them that the model was offered in this turn. */
  readonly offered: ReadonlySet<string>
  /** Of all calls of the history. */
  readonly ids: CallIds
  readonly emit: (event: AgentEvent) => void
}

/** A call of this turn that is ours to run. */
interface TurnCall {
  readonly slot: Slot
  readonly name: string
  readonly entry: CallEntry
  /** The call, once its arguments are complete. */
  part: PartOf<'tool-call'> | undefined
  /** Whether any of its arguments came as a delta. */
  fed: boolean
  /** Whether something could not be read while its arguments arrived; what is left of them may still parse. */
  damaged: boolean
  /** `settling`: it will have, or has, a result for the model. `dropped`: it never was complete. */
  state: 'arriving' | 'complete' | 'settling' | 'dropped'
}

/**
 * One turn of the model: its stream in, the batch of its calls filled, its messages out.
 *
 * Duty: a call gets its place when the model begins it and starts when its arguments are complete, never twice.
 * Boundary: asks no model and waits for no tool.
 * 1. `calls[i]` has the slot `i` of the batch.
 * 2. Only what was complete enters the history, each call with its one result, in call order.
 * 3. A call whose arguments may be cut off never runs, though providers complete it as if it were whole: one with an
 *    unreadable part among its arguments, and one without any unless its tool takes none or the model is seen to have
 *    gone on after it (I37).
 * 4. What the provider runs itself is left to it: its calls and results stay in the assistant's message.
 */
export class Turn {
  readonly #setup: TurnSetup
  readonly #content = new AssistantContentBuilder()
  readonly #calls: TurnCall[] = []
  /** Calls whose arguments are on their way, by the provider's id. */
  readonly #arriving = new Map<string, TurnCall>()
  /** Calls that the provider runs and has not answered, by id. */
  readonly #providerCalls = new Map<string, CallEntry>()
  /** A call without arguments, until it is seen whether the model went on after it. */
  #unconfirmed: TurnCall | undefined
  /** Why the model stopped; undefined while it has not said so. */
  finishReason: string | undefined
  usage: Usage = NO_USAGE
  /** The error that the stream carried, if one did. */
  error: { readonly cause: unknown } | undefined

  constructor(setup: TurnSetup) {
    this.#setup = setup
  }

  get text(): string {
    return this.#content.text
  }

  /** Takes the next part of the stream; a call that it completes has started when this returns, if it may. */
  take(part: LanguageModelV4StreamPart): void {
    if (this.#unconfirmed !== undefined && goesOn(part)) this.#confirm(this.#unconfirmed)
    switch (part.type) {
      case 'text-start':
        return this.#content.begin('text', part.id, part.providerMetadata)
      case 'text-delta':
        this.#content.append('text', part.id, part.delta, part.providerMetadata)
        return this.#setup.emit({ type: 'text', turn: this.#setup.turn, delta: part.delta })
      case 'text-end':
        return this.#content.end('text', part.id, part.providerMetadata)
      case 'reasoning-start':
        return this.#content.begin('reasoning', part.id, part.providerMetadata)
      case 'reasoning-delta':
        this.#content.append('reasoning', part.id, part.delta, part.providerMetadata)
        return this.#setup.emit({ type: 'reasoning', turn: this.#setup.turn, delta: part.delta })
      case 'reasoning-end':
        return this.#content.end('reasoning', part.id, part.providerMetadata)
      case 'tool-input-start':
        if (part.providerExecuted !== true && !this.#arriving.has(part.id))
          this.#arriving.set(part.id, this.#reserve(part.id, part.toolName))
        return
      case 'tool-input-delta':
        if (part.delta !== '') this.#feed(part.id)
        return
      case 'tool-call':
        return part.providerExecuted === true ? this.#takeProviderCall(part) : this.#takeCall(part)
      default:
        return this.#takeOther(part)
    }
  }

  /** The stream has ended: what it left incomplete is dropped; what waited for its end starts, unless it broke. */
  finish(broken: boolean): void {
    const cutShort = broken || this.finishReason === 'length'
    for (const call of this.#calls) {
      const { part } = call
      if (part === undefined || broken || call === this.#unconfirmed)
        this.#drop(call, 'The answer was cut off before this call was complete; nothing was run.')
      else this.#settle(call, part)
    }
    // A provider goes on with an unanswered call of its own in the next turn, but not with one that was cut off.
    if (cutShort) for (const entry of this.#providerCalls.values()) entry.call = undefined
    this.#setup.batch.close()
  }

  /**
   * The messages that the turn adds to the history, and the results of its calls.
   *
   * @param results the batch's, in call order
   */
  messages(results: readonly ToolResult[]): { readonly messages: AgentMessage[]; readonly results: ToolResult[] } {
    const settled = this.#calls
      .filter(({ state }) => state === 'settling')
      .map(({ entry, slot }) => ({ entry, result: results[slot.index] as ToolResult }))
    const content = this.#content.build()
    const messages: AgentMessage[] = []
    if (content.length > 0) messages.push({ role: 'assistant', content })
    if (settled.length > 0) {
      const parts = settled.map(({ entry, result }) => toolResultPart(entry.id, entry.name, result))
      messages.push({ role: 'tool', content: parts })
    }
    return { messages, results: settled.map(({ result }) => result) }
  }

  #takeCall(part: PartOf<'tool-call'>): void {
    const begun = this.#begun(part.toolCallId)
    if (begun !== undefined && begun.name !== part.toolName)
      this.#drop(begun, 'The model completed this call under another name; nothing was run under this one.')
    const call = begun?.state === 'arriving' ? begun : this.#reserve(part.toolCallId, part.toolName)
    if (call.damaged) return this.#drop(call, 'A part of the arguments could not be read; nothing was run.')
    call.part = part
    call.state = 'complete'
    if (this.#isBare(call, part.input)) this.#unconfirmed = call
    else if (this.#setup.startsEarly(call.name)) this.#settle(call, part)
  }

  /** Whether nothing tells a call without arguments from one that was cut off before them. */
  #isBare({ name, fed }: TurnCall, input: string): boolean {
    const text = typeof input === 'string' ? input.trim() : ''
    return text === '' || (text === '{}' && !fed && !this.#setup.argumentless.has(name))
  }

  #feed(id: string): void {
    const call = this.#arriving.get(id)
    if (call !== undefined) call.fed = true
  }

  /** The model went on after a call without arguments, so it had none to give. */
  #confirm(call: TurnCall): void {
    this.#unconfirmed = undefined
    if (call.part !== undefined && this.#setup.startsEarly(call.name)) this.#settle(call, call.part)
  }

  #takeProviderCall(part: PartOf<'tool-call'>): void {
    const begun = this.#begun(part.toolCallId)
    if (begun !== undefined) this.#drop(begun, 'The provider runs this call itself.')
    const entry = this.#content.beginCall(part.toolCallId, part.toolName)
    entry.call = part
    this.#providerCalls.set(part.toolCallId, entry)
  }

  #takeOther(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'tool-result':
        if (part.preliminary === true) return
        this.#providerCalls.delete(part.toolCallId)
        return this.#content.add({
          type: 'tool-result',
          toolCallId: part.toolCallId,
          toolName: part.toolName,
          output: { type: part.isError === true ? 'error-json' : 'json', value: part.result },
          ...withOptions(part.providerMetadata),
        })
      case 'file':
      case 'reasoning-file':
        return this.#content.add({
          type: part.type,
          mediaType: part.mediaType,
          data: part.data,
          ...withOptions(part.providerMetadata),
        })
      case 'custom':
        return this.#content.add({ type: 'custom', kind: part.kind, ...withOptions(part.providerMetadata) })
      case 'finish':
        this.finishReason = part.finishReason.unified
        this.usage = usageOf(part.usage)
        return
      case 'error':
        this.error ??= { cause: part.error }
        for (const call of this.#arriving.values()) call.damaged = true
        return
      default:
        return
    }
  }

  #reserve(id: string, name: string): TurnCall {
    const { batch, ids, turn, emit } = this.#setup
    const slot = batch.reserve({ id, name })
    const entry = this.#content.beginCall(ids.take(id), sentName(name))
    const call: TurnCall = { slot, name, entry, part: undefined, fed: false, damaged: false, state: 'arriving' }
    this.#calls.push(call)
    emit({ type: 'call_arriving', turn, index: slot.index, id, name })
    return call
  }

  /** The call of this id that the model has begun and not completed. */
  #begun(id: string): TurnCall | undefined {
    const call = this.#arriving.get(id)
    this.#arriving.delete(id)
    return call
  }

  /** Gives a complete call to the executor, once, which starts or refuses it; a tool that was not offered never starts. */
  #settle(call: TurnCall, part: PartOf<'tool-call'>): void {
    if (call.state !== 'complete') return
    const { tools, offered } = this.#setup
    call.state = 'settling'
    call.entry.call = part
    if (tools.has(call.name) && !offered.has(call.name))
      call.slot.drop(`The tool '${printable(call.name, 128)}' is not offered in this turn; nothing was run.`)
    else call.slot.complete(part.input)
  }

  #drop(call: TurnCall, reason: string): void {
    if (call.state === 'settling' || call.state === 'dropped') return
    call.state = 'dropped'
    call.slot.drop(reason)
  }
}

/**
 * Whether a part shows that what came before it was complete: the model says more, or ends of its own will. What a
 * provider sends by itself shows nothing: signs of life, sources, the ends of what it had left open.
 */
function goesOn(part: LanguageModelV4StreamPart): boolean {
  switch (part.type) {
    case 'finish':
      return part.finishReason.unified === 'tool-calls' || part.finishReason.unified === 'stop'
    case 'text-start':
    case 'text-delta':
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'tool-input-start':
    case 'tool-input-delta':
    case 'tool-call':
    case 'file':
    case 'reasoning-file':
    case 'custom':
      return true
    default:
      return false
  }
}
