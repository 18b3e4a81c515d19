import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider'
import { type Clock, systemClock } from '../core/host/clock.ts'
import { checkCount } from '../core/contract/misuse.ts'
import { checkOptions, namesOf } from '../core/contract/option-names.ts'
import { generateResult } from './generate-result.ts'
import { type Recital, recital, recitalStream } from './scripted-stream.ts'
import { checkTurn, type ScriptedPlay, speechParts, type TurnFunction, type TurnScript } from './scripted-turn.ts'
import { sleep } from '../core/host/sleep.ts'

/** Options of {@link scriptedModel}. */
export interface ScriptedModelOptions {
  /** The clock for the delays; in virtual time it is the test's `VirtualClock`. @default the machine's clock */
  readonly clock?: Clock
  /** Time before each part, in milliseconds, for turns without a delay of their own. @default 0 */
  readonly delayMs?: ScriptedPlay['delayMs']
  /** The longest delta of text and arguments, in code points. @default 20 */
  readonly chunkLength?: number
  /** @default 'scripted' */
  readonly provider?: string
  /** @default 'scripted' */
  readonly modelId?: string
}

const MODEL_OPTIONS = namesOf<ScriptedModelOptions>()('clock delayMs chunkLength provider modelId')

/** A model that plays a script and records its calls. */
export interface ScriptedModel extends LanguageModelV4 {
  /** The options of each call, oldest first, copied at that moment, so that later changes to the prompt do not show. */
  readonly calls: readonly LanguageModelV4CallOptions[]
}

/**
 * A language model that plays scripted turns, one per call, for tests, examples and demonstrations. It streams parts as
 * a provider does and honours the abort signal; it ignores the prompt unless a turn is a function.
 *
 * A call beyond the end of the script rejects with an explanation, and so does an invalid turn.
 *
 * @param turns the turns in order, or one function for all of them
 * @throws MisuseError if an option is invalid
 *
 * @example
 * ```ts
 * import { scriptedModel } from 'aof-runtime/testing'
 *
 * const model = scriptedModel([
 *   { text: 'Let me look.', calls: [{ name: 'search', arguments: { q: 'limits' } }] },
 *   ({ prompt }) => ({ text: `I have read ${prompt.length} messages.` }),
 * ])
 * const turn = await model.doGenerate({ prompt: [] })
 * console.log(turn.finishReason.unified, model.calls.length)
 * ```
 */
export function scriptedModel(
  turns: readonly (TurnScript | TurnFunction)[] | TurnFunction,
  options: ScriptedModelOptions = {},
): ScriptedModel {
  checkOptions('', options, MODEL_OPTIONS)
  const { clock = systemClock, delayMs = 0, chunkLength = 20, provider = 'scripted', modelId = 'scripted' } = options
  checkCount('chunkLength', chunkLength, 1)
  const calls: LanguageModelV4CallOptions[] = []

  const perform = async (asked: LanguageModelV4CallOptions): Promise<Recital> => {
    asked.abortSignal?.throwIfAborted()
    const turn = calls.push(copyOf(asked)) - 1
    const script = checkTurn(await scriptOf(turns, turn, asked), turn)
    if ('rejectWith' in script) throw script.rejectWith
    if (isParts(script)) return recital(script, { delayMs })
    const parts = 'parts' in script ? script.parts : speechParts(script, { turn, modelId, chunkLength })
    return recital(parts, { delayMs, ...script })
  }

  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    calls,
    async doStream(asked): Promise<LanguageModelV4StreamResult> {
      return { stream: recitalStream(await perform(asked), clock, asked.abortSignal) }
    },
    async doGenerate(asked): Promise<LanguageModelV4GenerateResult> {
      const { parts, offsetsMs, breakWith } = await perform(asked)
      const waitMs = offsetsMs.at(-1) ?? 0
      if (waitMs > 0) await sleep(clock, waitMs, asked.abortSignal && [asked.abortSignal])
      if (breakWith !== undefined) throw breakWith
      return generateResult(parts)
    },
  }
}

async function scriptOf(
  turns: readonly (TurnScript | TurnFunction)[] | TurnFunction,
  turn: number,
  asked: LanguageModelV4CallOptions,
): Promise<TurnScript> {
  const script = typeof turns === 'function' ? turns : turns[turn]
  if (script === undefined) {
    throw new Error(
      `The scripted model was called for turn ${turn + 1}, and its script has ${turns.length}. Add a turn, or find out why the model is called again (the prompt's last message has the role ${asked.prompt.at(-1)?.role ?? 'none'}).`,
    )
  }
  return typeof script === 'function' ? script(asked, turn) : script
}

function isParts(script: TurnScript): script is readonly LanguageModelV4StreamPart[] {
  return Array.isArray(script)
}

/** A deep copy of arrays and plain objects; everything else (signals, URLs, bytes) stays the same object. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry)])) as T
}
