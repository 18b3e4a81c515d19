import { setTimeout as sleep } from 'node:timers/promises'
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'

/** A tool call of the model. */
export interface ScriptedCall {
  readonly id: string
  readonly name: string
  /** The arguments as JSON text. */
  readonly input: string
}

/** The model's text when it has the results. */
export const FINAL_TEXT = 'done'

const USAGE: LanguageModelV4Usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
}

/** Length of the pieces in which a call's arguments are streamed, in characters. */
const DELTA_LENGTH = 16

interface Turn {
  readonly calls: readonly ScriptedCall[]
  readonly parts: readonly LanguageModelV4StreamPart[]
}

/**
 * A model that makes the same calls whenever there are no results yet, and answers with text when there are. It costs
 * the same for every candidate: its parts are prepared, and it only hands them out, one for each pull.
 */
export class ScriptedModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4'
  readonly provider = 'bench'
  readonly modelId = 'scripted'
  readonly supportedUrls: Record<string, RegExp[]> = {}
  readonly #turns: readonly Turn[]
  readonly #answer: readonly LanguageModelV4StreamPart[]
  readonly #everyMs: number

  /**
   * @param everyMs time that each call's arguments take to arrive; 0 for all at once
   * @param turns number of turns with calls, each with other ids
   */
  constructor(calls: readonly ScriptedCall[], everyMs = 0, turns = 1) {
    this.#turns = Array.from({ length: calls.length === 0 ? 0 : turns }, (_, turn) => {
      const own = turn === 0 ? calls : calls.map((call) => ({ ...call, id: `${call.id}_${turn}` }))
      return { calls: own, parts: turnParts(own) }
    })
    this.#answer = answerParts()
    this.#everyMs = everyMs
  }

  async doStream({ prompt }: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const turn = this.#nextTurn(prompt)
    if (turn === undefined) return { stream: streamOf(this.#answer) }
    return { stream: this.#everyMs === 0 ? streamOf(turn.parts) : pacedStream(turn.parts, this.#everyMs) }
  }

  async doGenerate({ prompt }: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const turn = this.#nextTurn(prompt)
    const content: LanguageModelV4Content[] = turn?.calls.map(callPart) ?? [{ type: 'text', text: FINAL_TEXT }]
    return { content, finishReason: finishReason(turn !== undefined), usage: USAGE, warnings: [] }
  }

  /** The calls of the next turn, if any. Throws unless each call of the turn before has its result. */
  #nextTurn(prompt: LanguageModelV4CallOptions['prompt']): Turn | undefined {
    const answers = prompt.filter(({ role }) => role === 'tool')
    const asked = this.#turns[answers.length - 1]?.calls
    const last = answers.at(-1)
    if (asked !== undefined && last !== undefined) checkResults(last, asked)
    return this.#turns[answers.length]
  }
}

function checkResults({ content }: LanguageModelV4CallOptions['prompt'][number], calls: readonly ScriptedCall[]): void {
  const results = typeof content === 'string' ? [] : content.filter((part) => part.type === 'tool-result')
  if (results.length !== calls.length)
    throw new Error(`The model expected ${calls.length} results, got ${results.length}.`)
  for (const [index, { toolCallId }] of results.entries()) {
    if (toolCallId !== calls[index]?.id)
      throw new Error(`The model expected the result of ${calls[index]?.id}, got that of ${toolCallId}.`)
  }
}

function callPart({ id, name, input }: ScriptedCall): LanguageModelV4Content & LanguageModelV4StreamPart {
  return { type: 'tool-call', toolCallId: id, toolName: name, input }
}

function turnParts(calls: readonly ScriptedCall[]): LanguageModelV4StreamPart[] {
  return [{ type: 'stream-start', warnings: [] }, ...calls.flatMap(callParts), finish(true)]
}

function callParts(call: ScriptedCall): LanguageModelV4StreamPart[] {
  const { id, name, input } = call
  const parts: LanguageModelV4StreamPart[] = [{ type: 'tool-input-start', id, toolName: name }]
  for (let start = 0; start < input.length; start += DELTA_LENGTH) {
    parts.push({ type: 'tool-input-delta', id, delta: input.slice(start, start + DELTA_LENGTH) })
  }
  parts.push({ type: 'tool-input-end', id }, callPart(call))
  return parts
}

function answerParts(): LanguageModelV4StreamPart[] {
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: 'text' },
    { type: 'text-delta', id: 'text', delta: FINAL_TEXT },
    { type: 'text-end', id: 'text' },
    finish(false),
  ]
}

function finish(asks: boolean): LanguageModelV4StreamPart {
  return { type: 'finish', finishReason: finishReason(asks), usage: USAGE }
}

function finishReason(asks: boolean): LanguageModelV4FinishReason {
  return asks ? { unified: 'tool-calls', raw: 'tool_calls' } : { unified: 'stop', raw: 'stop' }
}

function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  let next = 0
  return new ReadableStream({
    pull(controller) {
      const part = parts[next++]
      if (part === undefined) controller.close()
      else controller.enqueue(part)
    },
  })
}

/** Call i's arguments arrive from `i · everyMs` on and are complete at `(i + 1) · everyMs`, by absolute moments. */
function pacedStream(
  parts: readonly LanguageModelV4StreamPart[],
  everyMs: number,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    async start(controller) {
      const startedAt = performance.now()
      let complete = 0
      for (const part of parts) {
        if (part.type === 'tool-input-end') await until(startedAt + ++complete * everyMs)
        controller.enqueue(part)
      }
      controller.close()
    },
  })
}

async function until(moment: number): Promise<void> {
  const ms = moment - performance.now()
  if (ms > 0) await sleep(ms)
}
