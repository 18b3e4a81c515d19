import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Slot } from '../core/contract/open-batch.ts'
import { isInstance } from '../core/contract/safe-checks.ts'
import type { CallEntry } from './assistant-content.ts'

/** A part of a model's stream, by its type. */
export type PartOf<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

/** A call of a turn that the runtime answers. */
export interface TurnCall {
  readonly slot: Slot
  /** The provider's id. */
  readonly id: string
  readonly name: string
  readonly entry: CallEntry
  /** The call, once its arguments have arrived. */
  part: PartOf<'tool-call'> | undefined
  /** The arguments as far as their pieces have arrived. */
  written: string
  /** Whether a chunk was unreadable while its arguments arrived; the rest of them may still parse. */
  damaged: boolean
  /** Whether the provider marks it as incomplete, so that it never runs. */
  isMarked: boolean
  /**
   * - `arriving`: the arguments are still arriving
   * - `held`: the arguments have arrived, but the stream has not shown yet that the call is complete
   * - `complete`: the model continued after it, so that it may run
   * - `repeat`: equal to an earlier call of its id
   * - `settling`: it has a result for the model, or will have one
   * - `dropped`: it is not in the history
   */
  state: 'arriving' | 'held' | 'complete' | 'repeat' | 'settling' | 'dropped'
}

export function newCall(begun: Pick<TurnCall, 'slot' | 'id' | 'name' | 'entry'>): TurnCall {
  const { slot, id, name, entry } = begun
  return { slot, id, name, entry, part: undefined, written: '', damaged: false, isMarked: false, state: 'arriving' }
}

/**
 * Whether a complete call repeats one of the turn's calls: the same id, tool and arguments.
 *
 * @param ofId the calls of its id whose arguments have arrived
 */
export function isRepeat(ofId: readonly TurnCall[] | undefined, { toolName, input }: PartOf<'tool-call'>): boolean {
  return ofId?.some(({ name, part }) => name === toolName && part?.input === input) === true
}

/** Whether the provider gives each call of the turn an id of its own, so that an equal id means a repetition. */
export function haveOwnIds(calls: readonly TurnCall[]): boolean {
  const ids = calls.filter(({ state }) => state !== 'repeat' && state !== 'dropped').map(({ id }) => id)
  return ids.every((id) => typeof id === 'string' && id !== '') && new Set(ids).size === ids.length
}

/**
 * Whether a part shows that the call before it was complete, because the model continues. Parts that the provider adds
 * itself show nothing: keep-alive messages, sources, ends of open parts.
 */
export function showsMore(part: LanguageModelV4StreamPart, callBefore: string): boolean {
  switch (part.type) {
    case 'tool-input-start':
    case 'tool-input-delta':
      return part.id !== callBefore
    case 'tool-result':
      return part.preliminary !== true
    case 'text-delta':
    case 'reasoning-delta':
      return part.delta !== ''
    case 'text-start':
    case 'reasoning-start':
    case 'tool-call':
    case 'file':
    case 'reasoning-file':
    case 'custom':
      return true
    default:
      return false
  }
}

/**
 * Whether an error in a stream stands for an unreadable chunk, so that a piece of a call may be missing. A provider's
 * report of its own trouble replaces no chunk: it is a string, a plain object, or an error of the AI SDK that says
 * whether to retry.
 */
export function isUnreadable(error: unknown): boolean {
  return isInstance(error, Error) && !('isRetryable' in error)
}
