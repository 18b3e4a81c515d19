import type { LanguageModelV4StreamPart, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import type { OpenBatch, Slot } from '../core/open-batch.ts'
import type { ToolResult } from '../core/result.ts'
import { AssistantContentBuilder, withOptions } from './assistant-content.ts'
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
  /** Makes a call's id unique in the history. */
  readonly uniqueId: (id: string) => string
  readonly emit: (event: AgentEvent) => void
}

/** A call of this turn that is ours to run. */
interface TurnCall {
  readonly slot: Slot
  readonly name: string
  /** Its id in the history. */
  readonly id: string
  /** The arguments, once they are complete. */
  input: string | undefined
  started: boolean
}

/**
 * One turn of the model: its stream in, the batch of its calls filled, its messages out.
 *
 * Duty: a call gets its place when the model begins it and starts when its arguments are complete, never twice.
 * Boundary: asks no model and waits for no tool.
 * 1. `calls[i]` has the slot `i` of the batch.
 * 2. Only what was complete enters the history, each call with its one result, in call order.
 * 3. What the provider runs itself is left to it: its calls and results stay in the assistant's message.
 */
export class Turn {
  readonly #setup: TurnSetup
  readonly #content = new AssistantContentBuilder()
  readonly #calls: TurnCall[] = []
  /** Calls whose arguments are on their way, by the provider's id. */
  readonly #arriving = new Map<string, TurnCall>()
  /** Calls that the provider runs and has not answered, by id. One is left out if the stream broke before its answer. */
  readonly #providerCalls = new Set<string>()
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

  /** Whether a call has been given to the executor. */
  get hasStarted(): boolean {
    return this.#calls.some((call) => call.started)
  }

  /** Takes the next part of the stream; a call that it completes has started when this returns, if it may. */
  take(part: LanguageModelV4StreamPart): void {
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
      case 'tool-call':
        return this.#take(part)
      default:
        return this.#takeOther(part)
    }
  }

  /** The stream has ended: what it left incomplete is dropped; what waited for its end starts, unless it broke. */
  finish(broken: boolean): void {
    const { batch } = this.#setup
    for (const call of this.#calls) {
      if (call.started) continue
      if (call.input !== undefined && !broken) this.#start(call)
      else call.slot.drop('The answer was cut off before this call was complete; nothing was run.')
    }
    if (!broken) this.#providerCalls.clear()
    batch.close()
  }

  /** Calls that were given to the executor. */
  get started(): number {
    return this.#calls.reduce((count, call) => count + (call.started ? 1 : 0), 0)
  }

  /**
   * The messages that the turn adds to the history, and the results of its calls.
   *
   * @param results the batch's, in call order
   */
  messages(results: readonly ToolResult[]): { readonly messages: AgentMessage[]; readonly results: ToolResult[] } {
    const parts: LanguageModelV4ToolResultPart[] = []
    const own: ToolResult[] = []
    const left = new Set(this.#providerCalls)
    for (const call of this.#calls) {
      const result = call.started ? results[call.slot.index] : undefined
      if (result === undefined) left.add(call.id)
      else {
        own.push(result)
        parts.push(toolResultPart(call.id, result))
      }
    }
    const content = this.#content.build(left)
    const messages: AgentMessage[] = []
    if (content.length > 0) messages.push({ role: 'assistant', content })
    if (parts.length > 0) messages.push({ role: 'tool', content: parts })
    return { messages, results: own }
  }

  #take(part: PartOf<'tool-call'>): void {
    if (part.providerExecuted === true) {
      this.#providerCalls.add(part.toolCallId)
      return this.#content.call(part, part.toolCallId)
    }
    let call = this.#arriving.get(part.toolCallId)
    this.#arriving.delete(part.toolCallId)
    if (call !== undefined && call.name !== part.toolName) {
      call.slot.drop('The model began this call under another name.')
      call = undefined
    }
    call ??= this.#reserve(part.toolCallId, part.toolName)
    call.input = part.input
    this.#content.call(part, call.id)
    if (this.#setup.startsEarly(call.name)) this.#start(call)
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
        return
      default:
        return
    }
  }

  #reserve(id: string, name: string): TurnCall {
    const slot = this.#setup.batch.reserve({ id, name })
    const call: TurnCall = { slot, name, id: this.#setup.uniqueId(id), input: undefined, started: false }
    this.#calls.push(call)
    this.#setup.emit({ type: 'call_arriving', turn: this.#setup.turn, index: slot.index, id, name })
    return call
  }

  #start(call: TurnCall): void {
    call.started = true
    call.slot.complete(call.input)
  }
}
