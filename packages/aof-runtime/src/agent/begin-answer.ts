import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { failureKind } from '../core/contract/failure-kind.ts'
import { turnEnd } from '../core/contract/turn-end.ts'
import { cutOff, endedEarly, ModelStream, type Reading } from './model-stream.ts'

/** An answer that has begun: the parts read so far, and the rest of the stream. */
export interface BegunAnswer {
  readonly first: readonly LanguageModelV4StreamPart[]
  readonly rest: ModelStream
}

/** An answer broke off before it had text, reasoning or a call, so that the request can be repeated. */
export class AnswerBroke extends Error {
  /** @param cause the error of the stream */
  constructor(cause: unknown) {
    super('The answer broke off before it had begun.', { cause })
  }
}

/**
 * Requests an answer, and reads up to its first text, reasoning or call.
 *
 * @throws AnswerBroke if it breaks off before that; the model's error if there is no answer at all
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

/** Whether an answer with this part must not be requested again: it has content, or it ended well without any. */
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

/** Words in the type or code of a stream's error that show that the same request would fail again. */
const LASTING =
  /invalid|unsupported|authenticat|permission|forbidden|not_found|billing|quota|filter|safety|context_length/i

/** Client error statuses that are transient all the same: request timeout, too early, too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * Whether the error that broke an answer before it began may be transient. The provider had accepted the request, so an
 * unclear error counts as the provider's own trouble.
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
