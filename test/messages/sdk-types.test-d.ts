import type Anthropic from '@anthropic-ai/sdk'
import type * as Google from '@google/genai'
import type OpenAI from 'openai'
import { expectTypeOf, test } from 'vitest'
import { anthropic, gemini, openaiChat, openaiResponses } from '../../packages/aof-runtime/src/messages/index.ts'
import type { ToolCall, ToolResult } from '../../packages/aof-runtime/src/index.ts'

declare const results: ToolResult[]

test("anthropic fits the SDK's own types", () => {
  const answer = {} as Anthropic.Message
  const tools: Anthropic.Tool[] = anthropic.tools([])
  const turn: Anthropic.MessageParam[] = anthropic.turn(answer)
  const blocks: Anthropic.ToolResultBlockParam[] = anthropic.results(results)[0]?.content ?? []
  const params: Anthropic.MessageCreateParamsNonStreaming = {
    model: 'm',
    max_tokens: 1,
    tools: anthropic.tools([]),
    messages: [{ role: 'user', content: 'hi' }, ...anthropic.turn(answer), ...anthropic.results(results, answer)],
  }
  expectTypeOf(anthropic.calls(answer)).toEqualTypeOf<ToolCall[]>()
  void [tools, turn, blocks, params]
})

test("openaiChat fits the SDK's own types", () => {
  const answer = {} as OpenAI.ChatCompletion
  const tools: OpenAI.ChatCompletionTool[] = openaiChat.tools([])
  const turn: OpenAI.ChatCompletionMessage[] = openaiChat.turn(answer)
  const messages: OpenAI.ChatCompletionToolMessageParam[] = openaiChat.results(results)
  const params: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model: 'm',
    tools: openaiChat.tools([]),
    messages: [{ role: 'user', content: 'hi' }, ...openaiChat.turn(answer), ...openaiChat.results(results, answer)],
  }
  expectTypeOf(openaiChat.calls(answer)).toEqualTypeOf<ToolCall[]>()
  void [tools, turn, messages, params]
})

test("openaiResponses fits the SDK's own types", () => {
  const answer = {} as OpenAI.Responses.Response
  const tools: OpenAI.Responses.Tool[] = openaiResponses.tools([])
  const functions: OpenAI.Responses.FunctionTool[] = openaiResponses.tools([])
  const turn: OpenAI.Responses.ResponseInputItem[] = openaiResponses.turn(answer)
  const items: OpenAI.Responses.ResponseInputItem[] = openaiResponses.results(results)
  const params: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
    model: 'm',
    tools: openaiResponses.tools([]),
    input: [
      { role: 'user', content: 'hi' },
      ...openaiResponses.turn(answer),
      ...openaiResponses.results(results, answer),
    ],
  }
  expectTypeOf(openaiResponses.calls(answer)).toEqualTypeOf<ToolCall[]>()
  void [tools, functions, turn, items, params]
})

test("gemini fits the SDK's own types", () => {
  const answer = {} as Google.GenerateContentResponse
  const tools: Google.Tool[] = gemini.tools([])
  const turn: Google.Content[] = gemini.turn(answer)
  const messages: Google.Content[] = gemini.results(results)
  const response: Google.FunctionResponse | undefined = gemini.results(results)[0]?.parts[0]?.functionResponse
  const params: Google.GenerateContentParameters = {
    model: 'm',
    config: { tools: gemini.tools([]) },
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }, ...gemini.turn(answer), ...gemini.results(results, answer)],
  }
  expectTypeOf(gemini.calls(answer)).toEqualTypeOf<ToolCall[]>()
  void [tools, turn, messages, response, params]
})

test('the compiler refuses an answer of another provider', () => {
  const message = {} as Anthropic.Message
  const completion = {} as OpenAI.ChatCompletion
  const response = {} as OpenAI.Responses.Response
  const content = {} as Google.GenerateContentResponse
  // @ts-expect-error -- a chat completion
  anthropic.calls(completion)
  // @ts-expect-error -- a message of Anthropic's
  openaiChat.calls(message)
  // @ts-expect-error -- an answer of generateContent
  openaiResponses.calls(content)
  // @ts-expect-error -- a response of OpenAI's
  gemini.calls(response)
})
