import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { Slot } from '../core/open-batch.ts'
import { isInstance } from '../core/safe-checks.ts'
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
  /** The call, once its arguments have come. */
  part: PartOf<'tool-call'> | undefined
  /** The arguments as far as they came in pieces. */
  written: string
  /** Whether something could not be read while its arguments arrived; what is left of them may still parse. */
  damaged: boolean
  /** Whether the provider marks it as incomplete, so that it never runs. */
  isMarked: boolean
  /**
   * - `arriving`: the arguments are on their way
   * - `held`: the arguments are here, and the stream has not shown yet that the model had no more to write
   * - `complete`: the model went on after it, so that it may run
   * - `repeat`: the same as an earlier call of its id
   * - `settling`: it will have, or has, a result for the model
   * - `dropped`: it has no part in the history
   */
  state: 'arriving' | 'held' | 'complete' | 'repeat' | 'settling' | 'dropped'
}

/** A call that the model has begun. */
export function newCall(begun: Pick<TurnCall, 'slot' | 'id' | 'name' | 'entry'>): TurnCall {
  const { slot, id, name, entry } = begun
  return { slot, id, name, entry, part: undefined, written: '', damaged: false, isMarked: false, state: 'arriving' }
}

/**
 * Whether a call that comes whole is one of the turn's again: the same id, tool and arguments.
 *
 * @param ofId the calls of its id whose arguments have come
 */
export function isRepeat(ofId: readonly TurnCall[] | undefined, { toolName, input }: PartOf<'tool-call'>): boolean {
  return ofId?.some(({ name, part }) => name === toolName && part?.input === input) === true
}

/** Whether the provider names each call of the turn by an id of its own, so that one that comes again is a repetition. */
export function haveOwnIds(calls: readonly TurnCall[]): boolean {
  const ids = calls.filter(({ state }) => state !== 'repeat' && state !== 'dropped').map(({ id }) => id)
  return ids.every((id) => typeof id === 'string' && id !== '') && new Set(ids).size === ids.length
}

/**
 * Whether a part shows that the call before it was complete: the model says more. What a provider sends by itself shows
 * nothing: signs of life, sources, the ends of what it had left open.
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
 * Whether an error in a stream stands for a chunk that could not be read, so that a piece of a call may be missing. What a
 * provider says of its own trouble takes the place of nothing: it comes as text, a plain object, or an error of the AI SDK that
 * says whether to ask again.
 */
export function isUnreadable(error: unknown): boolean {
  return isInstance(error, Error) && !('isRetryable' in error)
}
