import { describe, expect, test } from 'vitest'
import { AgentExecutor } from '../../src/agent/index.ts'
import { executeTurn } from '../../src/cli/exec/execute-turn.ts'
import { openRecorded } from '../../src/cli/recorded/index.ts'
import { type AnyTool, ToolExecutor, type ToolResult } from '../../src/index.ts'
import { anthropic, gemini, openaiChat, openaiResponses } from '../../src/messages/index.ts'
import { scriptedModel } from '../../src/testing/index.ts'

/** How an answer of a dialect with two calls ends, and how each room reads it. */
interface Row {
  readonly dialect: string
  readonly whole: (end: string, args: readonly [string, string]) => object
  readonly calls: (answer: never) => ReturnType<typeof anthropic.calls>
  /** The reasons of ends at which both calls run. */
  readonly good: readonly string[]
  /** The reasons of ends at which the last call never runs, with words that every room tells the model. */
  readonly cut: readonly (readonly [reason: string, words: string])[]
}

const LIMIT = 'limit of output tokens'
const FILTER = 'content filter'
const usage = { input_tokens: 1, output_tokens: 1 }

const ROWS: readonly Row[] = [
  {
    dialect: 'openai-chat',
    whole: (finish_reason, args) => ({
      object: 'chat.completion',
      id: 'c',
      created: 0,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason,
          message: {
            role: 'assistant',
            content: null,
            tool_calls: args.map((text, i) => ({
              id: `c${i}`,
              type: 'function',
              function: { name: 'write', arguments: text },
            })),
          },
        },
      ],
    }),
    calls: openaiChat.calls,
    good: ['tool_calls', 'stop', 'function_call'],
    cut: [
      ['length', LIMIT],
      ['model_length', LIMIT],
      ['content_filter', FILTER],
      ['a_reason_of_tomorrow', 'unknown reason'],
    ],
  },
  {
    dialect: 'openai-responses',
    whole: (reason, args) => ({
      object: 'response',
      id: 'r',
      created_at: 1,
      model: 'm',
      status: reason === 'completed' ? 'completed' : 'incomplete',
      incomplete_details: reason === 'completed' || reason === 'incomplete' ? null : { reason },
      output: args.map((text, i) => ({
        type: 'function_call',
        id: `f${i}`,
        call_id: `c${i}`,
        name: 'write',
        arguments: text,
      })),
      usage,
    }),
    calls: openaiResponses.calls,
    good: ['completed'],
    cut: [
      ['max_output_tokens', LIMIT],
      ['content_filter', FILTER],
      ['incomplete', 'marks the answer as incomplete'],
    ],
  },
  {
    dialect: 'anthropic-messages',
    whole: (stop_reason, args) => ({
      type: 'message',
      id: 'm',
      model: 'm',
      role: 'assistant',
      content: args.map((text, i) => ({ type: 'tool_use', id: `c${i}`, name: 'write', input: valueOf(text) })),
      stop_reason,
      usage,
    }),
    calls: anthropic.calls,
    good: ['tool_use', 'end_turn', 'stop_sequence', 'pause_turn'],
    cut: [
      ['max_tokens', LIMIT],
      ['model_context_window_exceeded', "end of the model's context"],
      ['refusal', 'refusal'],
      ['a_reason_of_tomorrow', 'unknown reason'],
    ],
  },
  {
    dialect: 'google-generate-content',
    whole: (finishReason, args) => ({
      candidates: [
        {
          finishReason,
          content: {
            role: 'model',
            parts: args.map((text, i) => ({ functionCall: { id: `c${i}`, name: 'write', args: valueOf(text) } })),
          },
        },
      ],
    }),
    calls: gemini.calls,
    good: ['STOP', 'UNEXPECTED_TOOL_CALL', 'FINISH_REASON_UNSPECIFIED'],
    cut: [
      ['MAX_TOKENS', LIMIT],
      ['SAFETY', FILTER],
      ['RECITATION', FILTER],
      ['MALFORMED_FUNCTION_CALL', 'could not read the call'],
      ['A_REASON_OF_TOMORROW', 'unknown reason'],
    ],
  },
]

/** The arguments of the last call: whole, cut off (where the provider gives text), and odd. */
const ARGUMENTS = ['{"n":1}', '{"n":', '', '{}']

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** What a room made of an answer: what ran, and what the model is told of each call. */
interface Outcome {
  readonly ran: readonly unknown[]
  readonly told: readonly string[]
}

function bench(): { readonly tool: AnyTool; readonly ran: unknown[] } {
  const ran: unknown[] = []
  return { ran, tool: { name: 'write', inputSchema: { type: 'object' }, execute: (input: unknown) => ran.push(input) } }
}

function toldOf(results: readonly ToolResult[]): string[] {
  return results.map((result) => (result.success ? 'succeeded' : `${result.error.code}: ${result.error.message}`))
}

async function inMessages(calls: Row['calls'], answer: object): Promise<Outcome> {
  const { tool, ran } = bench()
  const results = await new ToolExecutor({ tools: [tool] }).executeTools(calls(answer as never))
  return { ran, told: toldOf(results) }
}

async function inExec(answer: object): Promise<Outcome> {
  const { tool, ran } = bench()
  const { model, streamed } = await openRecorded(JSON.stringify(answer))
  const { signal } = new AbortController()
  const executed = await executeTurn({
    model,
    isStreamed: streamed,
    executor: { tools: [tool] },
    signal,
    emit: () => {},
  })
  return { ran, told: toldOf(executed.results) }
}

async function inAgent(answer: object): Promise<Outcome> {
  const { tool, ran } = bench()
  const { model } = await openRecorded(JSON.stringify(answer))
  const last = scriptedModel([{ text: 'ok' }])
  let asked = 0
  const talks = { ...last, doStream: (options: never) => (asked++ === 0 ? model : last).doStream(options) }
  const { messages } = await new AgentExecutor({
    model: talks,
    tools: [{ ...tool, inputSchema: { type: 'object', properties: {} } }],
  }).run('x').result
  const told = messages.flatMap((message) =>
    message.role !== 'tool'
      ? []
      : message.content.flatMap((part) => {
          if (part.type !== 'tool-result') return []
          if (part.output.type !== 'error-json') return ['succeeded']
          const { error } = part.output.value as { error: { code: string; message: string } }
          return [`${error.code}: ${error.message}`]
        }),
  )
  return { ran, told }
}

describe.each(ROWS)('$dialect', ({ whole, calls, good, cut }) => {
  test.each(cut)(
    'I37: after %s the last call never runs, and every room tells the model the same',
    async (end, words) => {
      for (const last of ARGUMENTS) {
        const answer = whole(end, ['{"n":0}', last])
        const expected = await inMessages(calls, answer)
        expect(expected.ran).toEqual([{ n: 0 }])
        expect(expected.told).toEqual(['succeeded', expect.stringMatching(/^incomplete_call: .*nothing was run/)])
        expect(expected.told[1]).toContain(words)
        expect(await inExec(answer), `exec, ${last}`).toEqual(expected)
        expect(await inAgent(answer), `agent, ${last}`).toEqual(expected)
      }
    },
  )

  test.each(good)('after %s every room runs the same calls', async (end) => {
    for (const last of ARGUMENTS) {
      const answer = whole(end, ['{"n":0}', last])
      const expected = await inMessages(calls, answer)
      expect(expected.told[0]).toBe('succeeded')
      expect(await inExec(answer), `exec, ${last}`).toEqual(expected)
      expect(await inAgent(answer), `agent, ${last}`).toEqual(expected)
    }
  })
})
