import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type ExecutedTurn, executeTurn } from '../../packages/aof-cli/src/exec/execute-turn.ts'
import { showsMore } from '../../packages/aof-runtime/src/agent/turn-call.ts'
import type { LiveEvent } from '../../packages/aof-cli/src/live/live-event.ts'
import { openRecorded, type RecordedAnswer } from '../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import { type AnyTool, defineTool, type ToolContext } from '../../packages/aof-runtime/src/index.ts'
import { fieldsOf } from '../../packages/aof-runtime/src/core/contract/fields.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'

/** A recorded turn that was executed, with what was seen of it. */
export interface Watched {
  readonly answer: RecordedAnswer
  readonly executed: ExecutedTurn
  readonly events: readonly LiveEvent[]
  /** In which turns of the event loop the parts came that show the calls to be complete: the next, or the end; in call order. */
  readonly completed: readonly number[]
}

/** Counts the turns of the event loop. */
export class LoopTurns {
  now = 0
  #going = true

  constructor() {
    const next = (): void => {
      this.now++
      if (this.#going) setImmediate(next)
    }
    setImmediate(next)
  }

  stop(): void {
    this.#going = false
  }
}

/** Executes a recorded answer as `aof exec` does, its events a turn of the event loop apart. */
export async function watch(body: string | Uint8Array, tools: readonly AnyTool[], turns: LoopTurns): Promise<Watched> {
  const answer = await openRecorded(body, { beforeEvent: settleMicrotasks })
  const completed: number[] = []
  let held = false
  const model = observed(answer.model, (part) => {
    if (held && (part.type === 'finish' || showsMore(part, ''))) held = completed.push(turns.now) < 0
    if (part.type === 'tool-call' && part.providerExecuted !== true) held = true
  })
  const events: LiveEvent[] = []
  const { signal } = new AbortController()
  const executor = { tools, maxParallelTools: Infinity }
  const executed = await executeTurn({
    model,
    isStreamed: answer.streamed,
    executor,
    signal,
    emit: (event) => events.push(event),
  })
  return { answer, executed, events, completed }
}

/** The same model, whose parts are shown to `see` as they are read. */
function observed(model: LanguageModelV4, see: (part: LanguageModelV4StreamPart) => void): LanguageModelV4 {
  const doStream: LanguageModelV4['doStream'] = async (options) => {
    const { stream } = await model.doStream(options)
    const reader = stream.getReader()
    const pull = async (controller: ReadableStreamDefaultController<LanguageModelV4StreamPart>): Promise<void> => {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      see(value)
      controller.enqueue(value)
    }
    return { stream: new ReadableStream({ pull }, { highWaterMark: 0 }) }
  }
  return { ...model, doStream }
}

/** A tool for each name; what they do is `execute`. */
export function toolsNamed(
  names: Iterable<string>,
  execute: (input: unknown, ctx: ToolContext) => unknown,
  schemas: ReadonlyMap<string, Record<string, unknown>> = new Map(),
): AnyTool[] {
  return Array.from(new Set(names), (name) => {
    const inputSchema = schemas.get(name)
    return defineTool({
      name,
      ...(inputSchema !== undefined && { inputSchema }),
      execute: (input: unknown, ctx: ToolContext) => execute(input, ctx),
    })
  })
}

/** A result as it stands in the next message: by what it goes back, and its text or value. */
export interface SentResult {
  readonly id: string | undefined
  readonly content: unknown
}

/** The results in the messages of any dialect, in their order. */
export function sentResults(messages: readonly object[]): SentResult[] {
  return messages.flatMap((message): SentResult[] => {
    const fields = fieldsOf(message)
    if ('tool_call_id' in fields) return [{ id: String(fields.tool_call_id), content: fields.content }]
    if ('tool_name' in fields) return [{ id: undefined, content: fields.content }]
    if ('call_id' in fields) return [{ id: String(fields.call_id), content: fields.output }]
    const inner = (fields.content ?? fields.parts) as readonly object[]
    return inner.map((part) => partResult(fieldsOf(part)))
  })
}

function partResult(part: Readonly<Record<string, unknown>>): SentResult {
  if (part.type === 'tool_result') return { id: String(part.tool_use_id), content: part.content }
  const { toolUseId, content } = fieldsOf(part.toolResult)
  if (typeof toolUseId === 'string') {
    const [block] = content as readonly { text?: string; json?: unknown }[]
    return { id: toolUseId, content: block?.text ?? block?.json }
  }
  const { id, response } = fieldsOf(part.functionResponse)
  return { id: id as string | undefined, content: response }
}

/** A whole answer of Anthropic's Messages API with these calls. */
export function messagesAnswer(...calls: readonly (readonly [id: string, name: string, input: unknown])[]): string {
  return JSON.stringify({
    type: 'message',
    id: 'msg_1',
    model: 'm',
    role: 'assistant',
    content: [
      { type: 'text', text: 'One moment.' },
      ...calls.map(([id, name, input]) => ({ type: 'tool_use', id, name, input })),
    ],
    stop_reason: calls.length === 0 ? 'end_turn' : 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  })
}
