import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { failureKind } from '../core/failure-kind.ts'
import { turnEnd } from '../core/turn-end.ts'
import { cutOff, endedEarly, ModelStream, type Reading } from './model-stream.ts'

/** An answer that has begun: what came of it so far, and the rest. */
export interface BegunAnswer {
  readonly first: readonly LanguageModelV4StreamPart[]
  readonly rest: ModelStream
}

/** An answer broke off before there was any text, reasoning or call in it, so that it can be asked for again. */
export class AnswerBroke extends Error {
  /** @param cause what broke it */
  constructor(cause: unknown) {
    super('The answer broke off before it had begun.', { cause })
  }
}

/**
 * Asks the model, and reads as far as the first thing that it says.
 *
 * @throws AnswerBroke where it breaks before that; what the model throws where it gives no answer at all
 */
export async function beginAnswer(
  model: LanguageModelV4,
  request: LanguageModelV4CallOptions,
  reading: Reading,
): Promise<BegunAnswer> {
  const rest = await ModelStream.open(model, request, reading)
  const first: LanguageModelV4StreamPart[] = []
  try {
    const hasBegun = await rest.readUntil((part) => {
      const broken = brokenBy(part)
      if (broken !== undefined) throw broken.cause
      first.push(part)
      return saysSomething(part)
    })
    if (!hasBegun) throw endedEarly().cause
    return { first, rest }
  } catch (cause) {
    rest.cancel(cause)
    throw new AnswerBroke(cause)
  }
}

function brokenBy(part: LanguageModelV4StreamPart): { readonly cause: unknown } | undefined {
  if (part.type === 'error') return { cause: part.error }
  return part.type === 'finish' ? cutOff(turnEnd(part.finishReason.raw, part.finishReason.unified)) : undefined
}

/** Whether an answer that has this part is not asked for again: the model says or calls something, or ends well without. */
export function saysSomething(part: LanguageModelV4StreamPart): boolean {
  if (brokenBy(part) !== undefined) return false
  switch (part.type) {
    case 'stream-start':
    case 'response-metadata':
    case 'raw':
    case 'text-start':
    case 'text-end':
    case 'reasoning-start':
    case 'reasoning-end':
      return false
    case 'text-delta':
    case 'reasoning-delta':
      return part.delta !== ''
    default:
      return true
  }
}

/** Words in the type or code of an error of a stream that the same request gets again. */
const LASTING =
  /invalid|unsupported|authenticat|permission|forbidden|not_found|billing|quota|filter|safety|context_length/i

/** Statuses of a client's mistake that pass all the same: request timeout, too early, too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * Whether what broke an answer before it had begun may pass. The provider took the request and began, so that what it says
 * nothing clear of is its own trouble.
 */
export function mayPass(cause: unknown): boolean {
  const { lasting } = failureKind(cause)
  if (lasting !== 'unknown') return lasting === 'transient'
  try {
    const { isRetryable, type, code } = (cause ?? {}) as Readonly<Record<string, unknown>>
    if (typeof code === 'number' && code >= 400 && code < 500) return PASSING.has(code)
    return isRetryable !== false && !LASTING.test(`${String(type)} ${String(code)}`)
  } catch {
    return false
  }
}
