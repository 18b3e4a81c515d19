import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { anthropic, gemini, openaiChat, openaiResponses } from '../../packages/aof-runtime/src/messages/index.ts'

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const weather = defineTool({
  name: 'weather',
  description: 'The weather.',
  inputSchema: schema,
  execute: ({ city }: { city: string }) => {
    if (city === 'Atlantis') throw new Error('No such city.')
    return { city, degrees: 7 }
  },
  toContent: ({ city, degrees }) => [
    { type: 'text', text: `${city}: ${degrees}` },
    { type: 'image', data: 'iVBORw==', mimeType: 'image/png' },
  ],
})
const executor = new ToolExecutor({ tools: [weather] })
const error = { error: { code: 'tool_error', message: 'No such city.' } }
const leftOut = '[left out: 4 bytes of image/png, which this API does not accept in a tool result]'

/** The next answers of the server, and the requests that it got. */
let answers: object[] = []
let requests: Record<string, unknown>[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    requests.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers.shift()))
  })
})
let baseURL = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  requests = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('a loop with the providers’ own clients, over HTTP', () => {
  test("Anthropic's client sends the rendered messages over HTTP unchanged", async () => {
    const client = new Anthropic({ apiKey: 'none', baseURL })
    const content = [
      { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Atlantis' } },
    ]
    answers = [
      { type: 'message', role: 'assistant', content, stop_reason: 'tool_use' },
      { type: 'message', role: 'assistant', content: [], stop_reason: 'end_turn' },
    ]
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Weather?' }]
    for (;;) {
      const answer = await client.messages.create({
        model: 'm',
        max_tokens: 99,
        messages,
        tools: anthropic.tools([weather]),
      })
      const results = await executor.executeTools(anthropic.calls(answer))
      if (results.length === 0) break
      messages.push(...anthropic.turn(answer), ...anthropic.results(results, answer))
    }
    expect(requests).toHaveLength(2)
    expect(requests[1]).toMatchObject({
      tools: [{ name: 'weather', description: 'The weather.', input_schema: schema }],
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [
                { type: 'text', text: 'Oslo: 7' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } },
              ],
            },
            { type: 'tool_result', tool_use_id: 'toolu_2', content: JSON.stringify(error), is_error: true },
          ],
        },
      ],
    })
  })

  test('the OpenAI client sends the rendered chat messages over HTTP unchanged', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL })
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Atlantis"}' } },
      ],
    }
    answers = [
      { choices: [{ index: 0, finish_reason: 'tool_calls', message }] },
      { choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Cold.' } }] },
    ]
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather?' }]
    for (;;) {
      const answer = await client.chat.completions.create({ model: 'm', messages, tools: openaiChat.tools([weather]) })
      const results = await executor.executeTools(openaiChat.calls(answer))
      if (results.length === 0) break
      messages.push(...openaiChat.turn(answer), ...openaiChat.results(results, answer))
    }
    expect(requests).toHaveLength(2)
    expect(requests[1]).toMatchObject({
      tools: [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters: schema } }],
      messages: [
        { role: 'user', content: 'Weather?' },
        message,
        { role: 'tool', tool_call_id: 'call_1', content: `Oslo: 7\n${leftOut}` },
        { role: 'tool', tool_call_id: 'call_2', content: JSON.stringify(error) },
      ],
    })
  })

  test('the OpenAI client sends the rendered Responses items over HTTP unchanged', async () => {
    const client = new OpenAI({ apiKey: 'none', baseURL })
    const output = [
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
        status: 'completed',
      },
      {
        type: 'function_call',
        id: 'fc_2',
        call_id: 'call_2',
        name: 'weather',
        arguments: '{"city":"Atlantis"}',
        status: 'completed',
      },
    ]
    answers = [
      { object: 'response', status: 'completed', output },
      { object: 'response', status: 'completed', output: [] },
    ]
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'Weather?' }]
    for (;;) {
      const answer = await client.responses.create({ model: 'm', input, tools: openaiResponses.tools([weather]) })
      const results = await executor.executeTools(openaiResponses.calls(answer))
      if (results.length === 0) break
      input.push(...openaiResponses.turn(answer), ...openaiResponses.results(results, answer))
    }
    expect(requests).toHaveLength(2)
    expect(requests[1]).toMatchObject({
      tools: [{ type: 'function', name: 'weather', description: 'The weather.', parameters: schema, strict: false }],
      input: [
        { role: 'user', content: 'Weather?' },
        ...output,
        {
          type: 'function_call_output',
          call_id: 'call_1',
          output: [
            { type: 'input_text', text: 'Oslo: 7' },
            { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw==' },
          ],
        },
        { type: 'function_call_output', call_id: 'call_2', output: JSON.stringify(error) },
      ],
    })
  })

  test.each(['Gemini API', 'Vertex AI'])(
    'the Gemini client sends the rendered contents over HTTP unchanged: %s',
    async (api) => {
      const vertex = { vertexai: true, apiKey: 'none', httpOptions: { baseUrl: baseURL } }
      const client = new GoogleGenAI(
        api === 'Vertex AI' ? vertex : { apiKey: 'none', httpOptions: { baseUrl: baseURL } },
      )
      const parts = [
        { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'c2ln' },
        { functionCall: { name: 'weather', args: { city: 'Atlantis' } } },
      ]
      answers = [
        { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] },
        { candidates: [{ content: { role: 'model', parts: [{ text: 'Cold.' }] }, finishReason: 'STOP' }] },
      ]
      const contents: object[] = [{ role: 'user', parts: [{ text: 'Weather?' }] }]
      for (;;) {
        const answer = await client.models.generateContent({
          model: 'm',
          contents,
          config: { tools: gemini.tools([weather]) },
        })
        const results = await executor.executeTools(gemini.calls(answer))
        if (results.length === 0) break
        contents.push(...gemini.turn(answer), ...gemini.results(results, answer))
      }
      expect(requests).toHaveLength(2)
      expect(requests[1]).toMatchObject({
        tools: [
          { functionDeclarations: [{ name: 'weather', description: 'The weather.', parametersJsonSchema: schema }] },
        ],
        contents: [
          { role: 'user', parts: [{ text: 'Weather?' }] },
          { role: 'model', parts },
          {
            role: 'user',
            parts: [
              {
                functionResponse: {
                  name: 'weather',
                  response: { output: 'Oslo: 7' },
                  parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw==' } }],
                },
              },
              { functionResponse: { name: 'weather', response: error } },
            ],
          },
        ],
      })
    },
  )
})
