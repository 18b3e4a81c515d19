import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { namesOf, unknownName } from '../core/contract/option-names.ts'

/** A tool call that the scripted model makes. */
export interface ScriptedCall {
  /** @default `call-<turn>-<index>`, counted from 0 */
  readonly id?: string
  readonly name: string
  /** A string is sent unchanged, so that invalid JSON can be played; any other value is sent as JSON. @default {} */
  readonly arguments?: unknown
}

/** Tokens of a turn; omitted fields are not reported, as with some providers. */
export interface ScriptedUsage {
  /** All input tokens, including those from a cache. */
  readonly inputTokens?: number
  /** Input tokens that came from the provider's cache. */
  readonly cachedInputTokens?: number
  readonly outputTokens?: number
}

/** The timing and the end of a turn, for any content. */
export interface ScriptedPlay {
  /**
   * Time before each part, in milliseconds. Times count from the call of the model, so that a slow reader delays
   * nothing. `doGenerate` answers after the sum of them. @default the model's `delayMs`
   */
  readonly delayMs?: number | ((part: LanguageModelV4StreamPart, index: number) => number)
  /** The stream breaks after so many parts, 0 to all of them. @default it does not break */
  readonly breakAfter?: number
  /** The kind of the break: an error, or a normal end of the stream. @default an error that mentions the script */
  readonly breakWith?: Error | 'end'
}

/** A turn as the model's words and calls; reasoning comes first, then text, then calls. */
export interface ScriptedSpeech extends ScriptedPlay {
  /** Several strings are several deltas; a single string is cut into deltas by the model's `chunkLength`. */
  readonly text?: string | readonly string[]
  /** As `text`. */
  readonly reasoning?: string | readonly string[]
  readonly calls?: readonly ScriptedCall[]
  /** An `error` part before the end. */
  readonly error?: unknown
  /** @default `error` with an error, `tool-calls` with calls, otherwise `stop` */
  readonly finishReason?: LanguageModelV4FinishReason['unified']
  readonly usage?: ScriptedUsage
}

/** A turn part by part, played unchanged and unchecked. */
export interface ScriptedParts extends ScriptedPlay {
  readonly parts: readonly LanguageModelV4StreamPart[]
}

/** A turn in which the provider refuses the call: `doStream` and `doGenerate` reject. */
export interface ScriptedRefusal {
  readonly rejectWith: unknown
}

/** A turn as data. A bare array is short for `{ parts }`. */
export type TurnScript = ScriptedSpeech | ScriptedParts | ScriptedRefusal | readonly LanguageModelV4StreamPart[]

/** A turn that depends on the call's options, or on its number, from 0. */
export type TurnFunction = (options: LanguageModelV4CallOptions, turn: number) => TurnScript | Promise<TurnScript>

const TURN_FIELDS = namesOf<ScriptedSpeech & ScriptedParts & ScriptedRefusal>()(
  'text reasoning calls error finishReason usage parts rejectWith delayMs breakAfter breakWith',
)

const CALL_FIELDS = namesOf<ScriptedCall>()('id name arguments')

const USAGE_FIELDS = namesOf<ScriptedUsage>()('inputTokens cachedInputTokens outputTokens')

/**
 * Checks the type, because scripts may also come from files.
 *
 * @throws Error for an invalid turn, with an explanation of a valid one
 */
export function checkTurn(script: TurnScript, turn: number): TurnScript {
  const where = `Turn ${turn + 1} of the scripted model`
  const given: unknown = script
  if (Array.isArray(given)) return script
  if (typeof given !== 'object' || given === null)
    throw new Error(`${where} must be an object, e.g. { text: '…' } or { calls: [{ name: '…', arguments: {} }] }.`)
  checkFields(where, script, TURN_FIELDS)
  const { calls = [], usage = {} } = script as ScriptedSpeech
  checkFields(`${where}: usage`, usage, USAGE_FIELDS)
  const nameless = calls.findIndex(({ name }) => typeof name !== 'string')
  if (nameless !== -1)
    throw new Error(`${where}: calls[${nameless}] has no name: expected { name: '…', arguments: {} }.`)
  for (const [index, call] of calls.entries()) checkFields(`${where}: calls[${index}]`, call, CALL_FIELDS)
  return script
}

function checkFields(where: string, given: object, known: ReadonlySet<string>): void {
  const unknown = unknownName(given, known)
  if (unknown !== undefined) throw new Error(`${where} has the unknown field '${unknown.name}'. ${unknown.advice}`)
}

/** Settings of the playing model for the parts of a turn. */
export interface SpeechContext {
  /** The turn's number, from 0. */
  readonly turn: number
  readonly modelId: string
  /** The longest delta of a string, in code points. */
  readonly chunkLength: number
}

/** The parts that a provider would stream for `speech`. */
export function speechParts(speech: ScriptedSpeech, context: SpeechContext): LanguageModelV4StreamPart[] {
  const { reasoning, text, calls = [], error } = speech
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: `response-${context.turn}`, modelId: context.modelId },
    ...blockParts('reasoning', reasoning, context),
    ...blockParts('text', text, context),
    ...calls.flatMap((call, index) => callParts(call, index, context)),
    ...(error === undefined ? [] : [{ type: 'error' as const, error }]),
    { type: 'finish', finishReason: finishReasonOf(speech), usage: usageOf(speech.usage) },
  ]
}

function blockParts(
  kind: 'text' | 'reasoning',
  block: string | readonly string[] | undefined,
  { chunkLength }: SpeechContext,
): LanguageModelV4StreamPart[] {
  if (block === undefined) return []
  const id = `${kind}-0`
  const deltas = typeof block === 'string' ? chunks(block, chunkLength) : block
  return [
    { type: `${kind}-start`, id },
    ...deltas.map((delta): LanguageModelV4StreamPart => ({ type: `${kind}-delta`, id, delta })),
    { type: `${kind}-end`, id },
  ]
}

function callParts(call: ScriptedCall, index: number, context: SpeechContext): LanguageModelV4StreamPart[] {
  const { id = `call-${context.turn}-${index}`, name, arguments: args = {} } = call
  const input = typeof args === 'string' ? args : JSON.stringify(args)
  return [
    { type: 'tool-input-start', id, toolName: name },
    ...chunks(input, context.chunkLength).map((delta): LanguageModelV4StreamPart => ({
      type: 'tool-input-delta',
      id,
      delta,
    })),
    { type: 'tool-input-end', id },
    { type: 'tool-call', toolCallId: id, toolName: name, input },
  ]
}

function finishReasonOf({ finishReason, error, calls = [] }: ScriptedSpeech): LanguageModelV4FinishReason {
  const unified = finishReason ?? (error !== undefined ? 'error' : calls.length > 0 ? 'tool-calls' : 'stop')
  return { unified, raw: unified }
}

/** The usage in the provider's form; all unknown by default. */
export function usageOf({ inputTokens, cachedInputTokens, outputTokens }: ScriptedUsage = {}): LanguageModelV4Usage {
  return {
    inputTokens: {
      total: inputTokens,
      noCache: inputTokens === undefined ? undefined : inputTokens - (cachedInputTokens ?? 0),
      cacheRead: cachedInputTokens,
      cacheWrite: undefined,
    },
    outputTokens: { total: outputTokens, text: undefined, reasoning: undefined },
  }
}

/** Pieces of `text` of at most `length` code points; none for an empty text. Joined, they are the text again. */
function chunks(text: string, length: number): string[] {
  if (text.length <= length) return text === '' ? [] : [text]
  const points = Array.from(text)
  const count = Math.ceil(points.length / length)
  return Array.from({ length: count }, (_, index) => points.slice(index * length, (index + 1) * length).join(''))
}
