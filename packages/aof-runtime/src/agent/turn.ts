import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { OpenBatch } from '../core/contract/open-batch.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { sentName } from '../core/contract/sent-name.ts'
import { append } from '../core/collections/multimap.ts'
import { printable } from '../core/contract/text.ts'
import { INCOMPLETE_ITEM, INTERRUPTED_TURN, type TurnEnd, turnEnd } from '../core/contract/turn-end.ts'
import { AssistantContentBuilder, type CallEntry, withOptions } from './assistant-content.ts'
import type { CallIds } from './call-ids.ts'
import type { AgentEvent } from './events.ts'
import type { AgentMessage } from './result.ts'
import { toolResultPart } from './tool-output.ts'
import { ResponsesMarks } from './responses-marks.ts'
import { haveOwnIds, isRepeat, isUnreadable, newCall, type PartOf, showsMore, type TurnCall } from './turn-call.ts'
import { NO_USAGE, type Usage, usageOf } from './usage.ts'

/** When a call may start: once it is complete, the same if it is read-only, or after the whole turn. */
export type Eager = 'all' | 'read-only' | 'off'

/** The parts of the run that a turn uses. */
export interface TurnSetup {
  readonly turn: number
  readonly batch: OpenBatch
  /** Whether a tool's calls may start while the turn is still arriving. */
  readonly startsEarly: (toolName: string) => boolean
  /** The names of the agent's tools. */
  readonly tools: ReadonlySet<string>
  /** The names of the tools that the model was offered in this turn. */
  readonly offered: ReadonlySet<string>
  /**
   * Whether the parts arrive as the model writes them. A stream may repeat a complete call; in an answer that arrived
   * as a whole each call counts.
   */
  readonly isStreamed: boolean
  /** The ids of all calls of the history. */
  readonly ids: CallIds
  readonly emit: (event: AgentEvent) => void
}

/**
 * One turn of the model: reads its stream, fills the batch of its calls, and returns its messages.
 *
 * Duty: a call gets its place when the model begins it and starts when it is known to be complete, never twice.
 * Boundary: requests no answer and waits for no tool.
 * 1. `calls[i]` has the slot `i` of the batch.
 * 2. Each call in the history has one result, in call order. Calls that a broken stream never completed are left out.
 * 3. A call is complete when the model continues after it, or ends the turn itself. After any other end the turn's last
 *    call never runs, though providers present it as complete (I37); its result says why.
 * 4. Calls and results of the provider's own tools stay in the assistant's message.
 */
export class Turn {
  readonly #setup: TurnSetup
  readonly #content = new AssistantContentBuilder()
  readonly #calls: TurnCall[] = []
  /** Calls whose arguments have arrived, by the provider's id. */
  readonly #ofId = new Map<string, TurnCall[]>()
  /** Calls whose arguments are still arriving, by the provider's id. */
  readonly #arriving = new Map<string, TurnCall>()
  /** The call whose arguments arrived last, until the model continues after it. */
  #held: TurnCall | undefined
  #calledProvider = false
  readonly #marks = new ResponsesMarks()
  /** Unanswered calls of the provider's own tools, by id. */
  readonly #providerCalls = new Map<string, CallEntry>()
  /** How the turn ended; undefined until the model reports it. */
  end: TurnEnd | undefined
  usage: Usage = NO_USAGE
  /** The error that the stream carried, if any. */
  error: { readonly cause: unknown } | undefined

  constructor(setup: TurnSetup) {
    this.#setup = setup
  }

  get text(): string {
    return this.#content.text
  }

  /** Whether the model made any call, of the runtime's tools or of the provider's own. */
  get hasCalls(): boolean {
    return this.#calls.length > 0 || this.#calledProvider
  }

  /** Takes the next part of the stream. A call that it shows to be complete has started on return, if it may. */
  take(part: LanguageModelV4StreamPart): void {
    if (part.type === 'tool-call' && this.#takeRepeat(part)) return
    if (this.#held !== undefined && showsMore(part, this.#held.id)) this.#complete(this.#held)
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
        return this.#append(part)
      case 'tool-call':
        return part.providerExecuted === true ? this.#takeProviderCall(part) : this.#takeCall(part)
      default:
        return this.#takeOther(part)
    }
  }

  /**
   * Ends the turn: calls that waited for the end start, and a call that the end may have cut off is refused.
   *
   * @param how `broken`: the stream ended before the model had finished; `aborted`: the run was aborted
   */
  finish(how: 'whole' | 'broken' | 'aborted'): void {
    const end = how === 'whole' || this.end?.what !== undefined ? (this.end ?? INTERRUPTED_TURN) : INTERRUPTED_TURN
    const ownIds = this.#calls.some(({ state }) => state === 'repeat') && haveOwnIds(this.#calls)
    for (const call of this.#calls) {
      if (call.state === 'repeat' && !ownIds) call.state = 'complete'
      if (how === 'aborted') this.#drop(call, INTERRUPTED_TURN.incompleteCall ?? '')
      else if (call.state === 'complete') this.#settle(call)
      else if (call.state === 'repeat') this.#drop(call, 'The stream gave this call more than once; it runs once.')
      else if (call.state === 'held' || how === 'whole') this.#refuse(call, end.incompleteCall ?? INCOMPLETE_ITEM)
      else this.#drop(call, end.incompleteCall ?? INCOMPLETE_ITEM)
    }
    // The provider continues an unanswered call of its own in the next turn, but not one that was cut off. Without a
    // next turn nothing answers it.
    const goesOn = end.isPaused || this.#calls.some(({ state }) => state === 'settling')
    if (end.what !== undefined || !goesOn) for (const entry of this.#providerCalls.values()) entry.call = undefined
    this.#setup.batch.close()
  }

  /**
   * The messages that the turn adds to the history, and the results of its calls.
   *
   * @param results the batch's results, in call order
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

  /** Whether the part repeats a call of the turn. The end of the turn shows whether the repetition is left out. */
  #takeRepeat(part: PartOf<'tool-call'>): boolean {
    const { isStreamed } = this.#setup
    if (!isStreamed || part.providerExecuted === true || !isRepeat(this.#ofId.get(part.toolCallId), part)) return false
    const call = this.#arrived(part)
    if (call !== undefined) call.state = 'repeat'
    return true
  }

  #takeCall(part: PartOf<'tool-call'>): void {
    const call = this.#arrived(part)
    if (call === undefined) return
    call.state = 'held'
    this.#held = call
  }

  /** The call whose arguments have arrived; undefined if a piece of them is missing. */
  #arrived(part: PartOf<'tool-call'>): TurnCall | undefined {
    const begun = this.#begun(part.toolCallId)
    if (begun !== undefined && begun.name !== part.toolName)
      this.#drop(begun, 'The model completed this call under another name; nothing was run under this one.')
    const call = begun?.state === 'arriving' ? begun : this.#reserve(part.toolCallId, part.toolName)
    if (call.damaged) {
      this.#drop(call, 'A part of the arguments could not be read; nothing was run.')
      return undefined
    }
    call.part = part
    append(this.#ofId, call.id, call)
    call.isMarked = this.#marks.isIncomplete(part.toolCallId)
    return call
  }

  #append({ id, delta }: PartOf<'tool-input-delta'>): void {
    const call = this.#arriving.get(id)
    if (call !== undefined) call.written += delta
  }

  /** The model continued after the call, so the call is complete. */
  #complete(call: TurnCall): void {
    this.#held = undefined
    if (call.isMarked) return
    call.state = 'complete'
    if (this.#setup.startsEarly(call.name)) this.#settle(call)
  }

  #takeProviderCall(part: PartOf<'tool-call'>): void {
    const begun = this.#begun(part.toolCallId)
    if (begun !== undefined) this.#drop(begun, 'The provider runs this call itself.')
    const entry = this.#content.beginCall(part.toolCallId, part.toolName)
    entry.call = part
    this.#providerCalls.set(part.toolCallId, entry)
    this.#calledProvider = true
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
      case 'tool-approval-request':
        // It waits for an answer of the application, not of the provider.
        this.#providerCalls.delete(part.toolCallId)
        return
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
        this.end = turnEnd(part.finishReason.raw, part.finishReason.unified, this.#marks.status)
        this.usage = usageOf(part.usage)
        if (this.#held !== undefined && this.end.what === undefined && this.error === undefined)
          this.#complete(this.#held)
        return
      case 'error':
        this.error ??= { cause: part.error }
        if (isUnreadable(part.error)) for (const call of this.#arriving.values()) call.damaged = true
        return
      case 'raw':
        return this.#marks.take(part.rawValue)
      default:
        return
    }
  }

  #reserve(id: string, name: string): TurnCall {
    const { batch, ids, turn, emit } = this.#setup
    const slot = batch.reserve({ id, name })
    const entry = this.#content.beginCall(ids.take(id), sentName(name))
    const call = newCall({ slot, id, name, entry })
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

  /** Gives a complete call to the executor, once. A tool that was not offered never starts. */
  #settle(call: TurnCall): void {
    const { tools, offered } = this.#setup
    if (call.state !== 'complete' || call.part === undefined) return
    call.state = 'settling'
    call.entry.call = call.part
    if (tools.has(call.name) && !offered.has(call.name))
      call.slot.drop(`The tool '${printable(call.name, 128)}' is not offered in this turn; nothing was run.`)
    else call.slot.complete(call.part.input)
  }

  /** Answers a call that may be incomplete: the result tells the model why the call did not run. */
  #refuse(call: TurnCall, reason: string): void {
    if (call.state !== 'held' && call.state !== 'arriving') return
    const { id: toolCallId, name: toolName, written: input } = call
    call.state = 'settling'
    call.entry.call = call.part ?? { type: 'tool-call', toolCallId, toolName, input }
    call.slot.drop(reason)
  }

  #drop(call: TurnCall, reason: string): void {
    if (call.state === 'settling' || call.state === 'dropped') return
    call.state = 'dropped'
    call.slot.drop(reason)
  }
}
