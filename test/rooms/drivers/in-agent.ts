import type { LanguageModelV4 } from '@ai-sdk/provider'
import { AgentExecutor } from '../../../packages/aof-runtime/src/agent/index.ts'
import { openRecorded } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import type { DialectBodies } from '../bodies/index.ts'
import { type Outcome, readsOf, writeTool } from '../outcome.ts'

/**
 * An agent whose model is the provider's own code: a streamed body is what the provider answers first, a whole one is
 * given to the agent as the parts of a stream. The next request of the provider is the text that the model reads.
 */
export async function inAgent(bodies: DialectBodies, body: object | string | Uint8Array): Promise<Outcome> {
  const { tool, ran } = writeTool()
  const isStreamed = typeof body === 'string' || body instanceof Uint8Array
  let next: object | undefined
  let isAnswered = !isStreamed
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    if (isAnswered) {
      next = JSON.parse(String(init?.body)) as object
      return new Response('{}', { status: 400 })
    }
    isAnswered = true
    return new Response(body as BodyInit, { headers: { 'content-type': bodies.contentType } })
  }
  const provider = bodies.model(fetch)
  const { messages, error } = await new AgentExecutor({
    model: isStreamed
      ? provider
      : inTurn((await openRecorded(JSON.stringify(body), { dialect: bodies.dialect })).model, provider),
    tools: [tool],
    maxIterations: 2,
    modelRetry: { maxAttempts: 1 },
  }).run('go').result
  if (next === undefined) throw new Error(`not asked again after ${messages.length} messages: ${error?.message}`)
  return { ran, reads: readsOf(bodies.read(bodies.history(next as never) as never[])) }
}

/** A model that answers first as one, then as the other. */
function inTurn(first: LanguageModelV4, then: LanguageModelV4): LanguageModelV4 {
  let isFirst = true
  return {
    specificationVersion: 'v4',
    provider: then.provider,
    modelId: then.modelId,
    supportedUrls: then.supportedUrls,
    doGenerate: (options) => then.doGenerate(options),
    doStream: (options) => {
      const asked = isFirst ? first : then
      isFirst = false
      return asked.doStream(options)
    },
  }
}
