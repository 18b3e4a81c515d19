import { executeTurn } from '../../../packages/aof-cli/src/exec/execute-turn.ts'
import { openRecorded } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import type { DialectBodies } from '../bodies/index.ts'
import { type Outcome, saidOf, writeTool } from '../outcome.ts'

/** `aof exec`: a recorded body in, the results of its calls out. */
export async function inExec(bodies: DialectBodies, body: object | string | Uint8Array): Promise<Outcome> {
  const { tool, ran } = writeTool()
  const isText = typeof body === 'string' || body instanceof Uint8Array
  const answer = await openRecorded(isText ? body : JSON.stringify(body), { dialect: bodies.dialect })
  const { results, calls } = await executeTurn({
    model: answer.model,
    isStreamed: answer.streamed,
    executor: { tools: [tool] },
    signal: new AbortController().signal,
    emit: () => {},
  })
  const sent = bodies.read(answer.results(results) as never[]).results
  if (sent.length !== calls.length) throw new Error(`${calls.length} calls have ${sent.length} results`)
  return { ran, reads: sent.map(({ said }) => ({ said: saidOf(said) })) }
}
