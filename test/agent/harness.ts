import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import {
  type AgentEvent,
  AgentExecutor,
  type AgentMessage,
  type AgentOptions,
  type AgentRun,
} from '../../packages/aof-runtime/src/agent/index.ts'
import { type AnyTool, defineTool, type JsonObject, type ToolContext } from '../../packages/aof-runtime/src/index.ts'
import {
  type ScriptedModelOptions,
  scriptedModel,
  type TurnFunction,
  type TurnScript,
  VirtualClock,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { usageOf } from '../../packages/aof-runtime/src/testing/scripted-turn.ts'

/** One start of a tool. */
export interface Start {
  readonly name: string
  readonly input: JsonObject
  /** The moment, by the virtual clock. */
  readonly at: number
  /** `run/turn/index` */
  readonly key: string
}

export interface Bench {
  readonly clock: VirtualClock
  /** Every start of every tool, in order. */
  readonly starts: Start[]
  /** A tool that records its starts and then runs `execute`. */
  readonly tool: (name: string, execute?: Execute, more?: Partial<AnyTool>) => AnyTool
  /** A model that plays a script on the clock. */
  readonly model: (
    turns: readonly (TurnScript | TurnFunction)[] | TurnFunction,
    options?: ScriptedModelOptions,
  ) => ReturnType<typeof scriptedModel>
  readonly agent: (options: AgentOptions) => AgentExecutor
  /** Lets a run go to its end. */
  readonly end: (run: AgentRun) => Promise<Awaited<AgentRun['result']>>
}

export type Execute = (input: JsonObject, ctx: ToolContext) => unknown

/** The ground of a test of the loop: virtual time, and tools that record their calls. */
export function bench(): Bench {
  const clock = new VirtualClock()
  const starts: Start[] = []
  return {
    clock,
    starts,
    tool: (name, execute = () => `${name} done`, more = {}) =>
      defineTool<unknown, JsonObject>({
        name,
        inputSchema: { type: 'object' },
        ...(more as object),
        execute: (input, ctx) => {
          starts.push({ name, input, at: clock.now(), key: ctx.idempotencyKey })
          return execute(input, ctx)
        },
      }),
    model: (turns, options) => scriptedModel(turns, { clock, ...options }),
    agent: (options) => new AgentExecutor({ clock, ...options }),
    end: (run) => clock.runUntil(run.result),
  }
}

/** A tool that takes the `ms` of its input and returns its `give`. */
export function takesTime(clock: VirtualClock): Execute {
  return async ({ ms = 0, give = null }, { signal }) => {
    await clock.sleep(Number(ms), { signal })
    return give
  }
}

/** Everything that a run says, from its beginning, as its type and what tells one from another. */
export async function eventsOf(run: AgentRun): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of run) events.push(event)
  return events
}

/** An event in a few words: `text Hello`, `started 0`, `turn_finished 2`. */
export function inWords(event: AgentEvent): string {
  switch (event.type) {
    case 'text':
    case 'reasoning':
      return `${event.type} ${event.delta}`
    case 'settled':
      return `settled ${event.index} ${event.result.status}`
    case 'turn_finished':
      return `turn_finished ${event.calls}`
    case 'model_finished':
      return `model_finished ${event.finishReason}`
    case 'done':
      return `done ${event.result.status}`
    case 'missed':
      return `missed ${event.count}`
    default:
      return 'index' in event ? `${event.type} ${event.index}` : event.type
  }
}

/** The messages that a run added to a history of `before` messages. */
export function added(messages: readonly AgentMessage[], before = 1): readonly AgentMessage[] {
  return messages.slice(before)
}

/** The end of a turn. */
export function finish(
  unified: LanguageModelV4FinishReason['unified'] = 'tool-calls',
  raw: string | undefined = unified,
): LanguageModelV4StreamPart {
  return { type: 'finish', finishReason: { unified, raw }, usage: usageOf() }
}

/** A call that comes whole. */
export function toolCall(toolCallId: string, toolName: string, input = '{"n":1}'): LanguageModelV4StreamPart {
  return { type: 'tool-call', toolCallId, toolName, input }
}

/** A model that is played by hand: each part goes out when the test says so. */
export interface HandModel extends LanguageModelV4 {
  readonly asked: LanguageModelV4CallOptions[]
  /** Why the stream was cancelled, where it was. */
  readonly cancelled: unknown[]
  send(...parts: LanguageModelV4StreamPart[]): void
  close(): void
  fail(error: unknown): void
}

/** @param signalled whether the stream itself breaks off when its signal aborts */
export function handModel(): HandModel {
  const asked: LanguageModelV4CallOptions[] = []
  const cancelled: unknown[] = []
  let controller: ReadableStreamDefaultController<LanguageModelV4StreamPart>
  return {
    specificationVersion: 'v4',
    provider: 'hand',
    modelId: 'hand',
    supportedUrls: {},
    asked,
    cancelled,
    doGenerate: () => Promise.reject(new Error('not asked for')),
    async doStream(options) {
      asked.push(options)
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start: (given) => void (controller = given),
        cancel: (reason) => void cancelled.push(reason),
      })
      return { stream }
    },
    send: (...parts) => parts.forEach((part) => controller.enqueue(part)),
    close: () => controller.close(),
    fail: (error) => controller.error(error),
  }
}
