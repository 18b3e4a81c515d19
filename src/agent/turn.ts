import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { OpenBatch } from '../core/open-batch.ts'
import type { ToolResult } from '../core/result.ts'
import { sentName } from '../core/sent-name.ts'
import { printable } from '../core/text.ts'
import { INCOMPLETE_ITEM, INTERRUPTED_TURN, type TurnEnd, turnEnd } from '../core/turn-end.ts'
import { AssistantContentBuilder, type CallEntry, withOptions } from './assistant-content.ts'
import type { CallIds } from './call-ids.ts'
import type { AgentEvent } from './events.ts'
import type { AgentMessage } from './result.ts'
import { toolResultPart } from './tool-output.ts'
import { ResponsesMarks } from './responses-marks.ts'
import { haveOwnIds, isRepeat, isUnreadable, newCall, type PartOf, showsMore, type TurnCall } from './turn-call.ts'
import { NO_USAGE, type Usage, usageOf } from './usage.ts'

/** When a call of the model may start: as soon as it is known to be complete, only if it is read-only, or after the turn has arrived. */
export type Eager = 'all' | 'read-only' | 'off'

/** What a turn needs of the run that it belongs to. */
export interface TurnSetup {
  readonly turn: number
  readonly batch: OpenBatch
  /** Whether a tool's calls may start while the turn is still arriving. */
  readonly startsEarly: (toolName: string) => boolean
  /** The names of the agent's tools. */
  readonly tools: ReadonlySet<string>
  /** Those of them that the model was offered in this turn. */
  readonly offered: ReadonlySet<string>
  /**
   * Whether the parts come as the model writes them. A stream may repeat a call that it has sent whole; in an answer that
   * came whole each call counts.
   */
  readonly isStreamed: boolean
  /** Of all calls of the history. */
  readonly ids: CallIds
  readonly emit: (event: AgentEvent) => void
}

/**
 * One turn of the model: its stream in, the batch of its calls filled, its messages out.
 *
 * Duty: a call gets its place when the model begins it and starts when it is known to be complete, never twice.
 * Boundary: asks no model and waits for no tool.
 * 1. `calls[i]` has the slot `i` of the batch.
 * 2. Each call in the history has one result, in call order. A stream that broke leaves out the calls that it never gave.
 * 3. A call is complete when the model goes on after it, or ends of its own will. After any other end the turn's last call
 *    never runs, though providers give it as if it were whole (I37); its result says why.
 * 4. What the provider runs itself is left to it: its calls and results stay in the assistant's message.
 */
export class Turn {
  readonly #setup: TurnSetup
  readonly #content = new AssistantContentBuilder()
  readonly #calls: TurnCall[] = []
  /** Those whose arguments have come, by the provider's id. */
  readonly #ofId = new Map<string, TurnCall[]>()
  /** Calls whose arguments are on their way, by the provider's id. */
  readonly #arriving = new Map<string, TurnCall>()
  /** The call whose arguments came last, until the model is seen to go on after it. */
  #held: TurnCall | undefined
  #calledProvider = false
  readonly #marks = new ResponsesMarks()
  /** Calls that the provider runs and has not answered, by id. */
  readonly #providerCalls = new Map<string, CallEntry>()
  /** How the turn ended; undefined while the model has not said so. */
  end: TurnEnd | undefined
  usage: Usage = NO_USAGE
  /** The error that the stream carried, if one did. */
  error: { readonly cause: unknown } | undefined

  constructor(setup: TurnSetup) {
    this.#setup = setup
  }

  get text(): string {
    return this.#content.text
  }

  /** Whether the model called anything, the runtime's tools or the provider's own. */
  get hasCalls(): boolean {
    return this.#calls.length > 0 || this.#calledProvider
  }

  /** Takes the next part of the stream; a call that it shows to be complete has started when this returns, if it may. */
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
   * The stream has ended: calls that waited for its end start, and the one that it may have cut off is refused.
   *
   * @param how `broken`: the stream ended before the model did; `aborted`: the run was
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
    // A provider goes on with an unanswered call of its own in the next turn, but not with one that was cut off, and where
    // there is no next turn nothing answers it.
    const goesOn = end.isPaused || this.#calls.some(({ state }) => state === 'settling')
    if (end.what !== undefined || !goesOn) for (const entry of this.#providerCalls.values()) entry.call = undefined
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

  /** Whether this is a call of the turn that comes once more. Whether it is left out shows at the end of the turn. */
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

  /** The call whose arguments have come; undefined where something of them is missing. */
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
    const others = this.#ofId.get(call.id)
    if (others === undefined) this.#ofId.set(call.id, [call])
    else others.push(call)
    call.isMarked = this.#marks.isIncomplete(part.toolCallId)
    return call
  }

  #append({ id, delta }: PartOf<'tool-input-delta'>): void {
    const call = this.#arriving.get(id)
    if (call !== undefined) call.written += delta
  }

  /** The model went on after the call, so it had no more of it to write. */
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
        // It waits for the application, and not for the provider.
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

  /** Gives a complete call to the executor, once, which starts or refuses it; a tool that was not offered never starts. */
  #settle(call: TurnCall): void {
    const { tools, offered } = this.#setup
    if (call.state !== 'complete' || call.part === undefined) return
    call.state = 'settling'
    call.entry.call = call.part
    if (tools.has(call.name) && !offered.has(call.name))
      call.slot.drop(`The tool '${printable(call.name, 128)}' is not offered in this turn; nothing was run.`)
    else call.slot.complete(call.part.input)
  }

  /** Answers a call that may be incomplete: the model gets to know why nothing was run. */
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
