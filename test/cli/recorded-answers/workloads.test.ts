import { describe, expect, test } from 'vitest'
import { openRecorded } from '../../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import { parsedJson } from '../../../packages/aof-cli/src/text.ts'
import { readBody } from '../../../packages/aof-cli/src/recorded-answers/recorded-body.ts'
import type { RecordedBody } from '../../../packages/aof-cli/src/recorded-answers/recorded-event.ts'
import type { ToolResult } from '../../../packages/aof-runtime/src/index.ts'
import { elementsOf, fieldsOf } from '../../../packages/aof-runtime/src/core/contract/fields.ts'
import { callsOf, inputOf, replay, type Replayed } from './replay.ts'
import { runnableCalls } from './runnable-calls.ts'
import { hasWorkloads, type Recorded, recordedAnswers, WITHOUT_WORKLOADS } from './workloads.ts'

const SETS = [
  ['parallel', 117],
  ['edge', 57],
  ['gemini-cli', 4],
] as const
const all = SETS.flatMap(([set]) => recordedAnswers(set))

/** A call as it is compared: with the value of its arguments, or with their text where the record has that. */
interface Compared {
  readonly id: string | null
  readonly name: string
  readonly arguments: unknown
}

function foundCalls(parts: readonly Replayed[], { expected }: Recorded): Compared[] {
  return callsOf(parts).map((call, i) => {
    const { toolCallId, toolName: name, input } = call
    const { id, argumentsRaw } = expected.calls[i] ?? {}
    return {
      id: id === null && toolCallId === `call-${i}` ? null : toolCallId,
      name,
      arguments: argumentsRaw === undefined ? inputOf(call) : input,
    }
  })
}

function expectedCalls({ expected }: Recorded): Compared[] {
  return expected.calls.map(({ id, name, argumentsRaw, arguments: value }) => ({
    id,
    name,
    arguments: argumentsRaw ?? value,
  }))
}

/** An answer that does not give exactly the calls that its record says, with why, and what it gives instead. */
interface Odd {
  readonly why: string
  readonly check: (parts: readonly Replayed[], recorded: Recorded) => void
}

const partialArgs: Odd = {
  why: 'the record leaves out what `partialArgs` bring; the provider puts them together',
  check: (parts, { body, expected }) => {
    expect(callsOf(parts).map(({ toolName }) => toolName)).toEqual(expected.calls.map(({ name }) => name))
    expect(callsOf(parts).map((call) => leavesOf(inputOf(call)))).toEqual(partialLeaves(body))
  },
}

const freeText: Odd = {
  why: 'a custom tool takes free text, which the AI SDK gives as JSON text of a string',
  check: (parts, { expected }) => {
    const texts = expected.calls.map(({ argumentsRaw, arguments: value }) => argumentsRaw ?? fieldsOf(value).__input)
    expect(callsOf(parts).map(inputOf)).toEqual(texts)
  },
}

const ODD: Readonly<Record<string, Odd>> = {
  '90586df1d2574369': partialArgs,
  fb5cf2a2e1ab3369: partialArgs,
  '7778b0fe714224ef': partialArgs,
  '1c4b8c22cdb69c33': partialArgs,
  '105396642b6f29f9': freeText,
  '6fde494818ee3b32': freeText,
  d0ad2f2909bc59ca: {
    why: 'the only call was cut off at max_tokens and its block never ends: it begins, and there is no tool-call',
    check: (parts) => {
      const types = parts.map(({ type }) => type)
      expect([
        types.includes('tool-input-start'),
        types.includes('tool-input-end'),
        types.includes('tool-call'),
      ]).toEqual([true, false, false])
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'length', raw: 'max_tokens' } })
    },
  },
  '7334e4cee6fe3f35': {
    why: 'a second message begins while the first, cut off in a call, is open; the provider refuses all that comes after',
    check: (parts) => {
      expect(callsOf(parts)).toEqual([])
      expect(parts.filter(({ type }) => type === 'error')).toHaveLength(1)
    },
  },
}

/** Answers with an `error` part: the record, and why. */
const WITH_ERRORS: Readonly<Record<string, string>> = {
  '1ff5cac94954a983': 'the stream ends without a finish reason; the error comes after the calls',
  '0d17e8af3e862b2b': 'its first and its last line are not JSON; the call between them is whole',
  '7334e4cee6fe3f35': 'see above',
}

describe.each(SETS)('streams.%s', (set, count) => {
  const answers = recordedAnswers(set)

  test.skipIf(!hasWorkloads)(
    `there are ${count}, and each is told from its body alone${WITHOUT_WORKLOADS}`,
    async () => {
      expect(answers).toHaveLength(count)
      for (const { id, api, body, streamed, wire } of answers) {
        const opened = await openRecorded(body)
        const onBedrock = api === 'anthropic-messages' && wire === 'aws-eventstream'
        expect({ id, ...opened }).toMatchObject({ id, dialect: onBedrock ? 'anthropic-on-bedrock' : api, streamed })
      }
    },
  )

  test.skipIf(!hasWorkloads)(
    `each gives exactly its calls, in order, except odd ones${WITHOUT_WORKLOADS}`,
    async () => {
      for (const recorded of answers) {
        const parts = await replay(recorded.body)
        const odd = ODD[recorded.id]
        if (odd === undefined) {
          expect({ id: recorded.id, calls: foundCalls(parts, recorded) }).toEqual({
            id: recorded.id,
            calls: expectedCalls(recorded),
          })
        } else {
          expect(foundCalls(parts, recorded), `${recorded.id} is odd no more: ${odd.why}`).not.toEqual(
            expectedCalls(recorded),
          )
          odd.check(parts, recorded)
        }
      }
    },
  )
})

test.skipIf(!hasWorkloads)(`the tables name answers that are there${WITHOUT_WORKLOADS}`, () => {
  const ids = new Set(all.map(({ id }) => id))
  for (const id of [...Object.keys(ODD), ...Object.keys(WITH_ERRORS)]) expect(ids).toContain(id)
})

test.skipIf(!hasWorkloads)(
  `error parts come in exactly these answers, and no stream breaks${WITHOUT_WORKLOADS}`,
  async () => {
    const withErrors: string[] = []
    for (const { id, body } of all) {
      const parts = await replay(body)
      expect(parts.map(({ type }) => type)).not.toContain('broken')
      if (parts.some(({ type }) => type === 'error')) withErrors.push(id)
    }
    expect(withErrors.sort()).toEqual(Object.keys(WITH_ERRORS).sort())
  },
)

test.skipIf(!hasWorkloads)(
  `an AWS event stream gives the same calls from bytes and from base64${WITHOUT_WORKLOADS}`,
  async () => {
    for (const { body } of all.filter(({ wire }) => wire === 'aws-eventstream')) {
      expect(callsOf(await replay(Buffer.from(body, 'base64')))).toEqual(callsOf(await replay(body)))
    }
  },
)

describe('calls that may run (I37)', () => {
  const parsable = ({ expected }: Recorded): unknown[] =>
    expected.calls
      .map(({ argumentsRaw, arguments: value }) => (argumentsRaw === undefined ? value : parsedJson(argumentsRaw)))
      .filter((value) => value !== undefined)

  test.skipIf(!hasWorkloads)(
    `none that is truncated or does not parse, and all others${WITHOUT_WORKLOADS}`,
    async () => {
      for (const recorded of all.filter(({ id }) => ODD[id] === undefined)) {
        const runnable = runnableCalls(await replay(recorded.body)).map(inputOf)
        expect({ id: recorded.id, runnable }).toEqual({
          id: recorded.id,
          runnable: parsable(recorded),
        })
      }
      for (const id of ['d0ad2f2909bc59ca', '7334e4cee6fe3f35']) {
        const { body } = all.find((recorded) => recorded.id === id) as Recorded
        expect(runnableCalls(await replay(body))).toEqual([])
      }
    },
  )

  test.skipIf(!hasWorkloads)(
    `of answers marked as truncated or invalid, only the free text of a custom tool${WITHOUT_WORKLOADS}`,
    async () => {
      const marked = recordedAnswers('edge').filter(({ edge }) => edge?.includes('truncated-or-invalid-arguments'))
      expect(marked.length).toBeGreaterThan(15)
      const ran: string[] = []
      for (const { id, body } of marked) if (runnableCalls(await replay(body)).length > 0) ran.push(id)
      expect(ran).toEqual(['105396642b6f29f9'])
    },
  )

  const streams = all.flatMap(({ id, body }) => {
    const read = readBody(body)
    return read.framing === 'json' || read.framing === 'json-array' ? [] : [{ id, ...read }]
  })
  const complete = async (
    body: RecordedBody,
    dialect: string,
    change: (events: Uint8Array[]) => Uint8Array[],
  ): Promise<string[]> => {
    const bytes = Buffer.concat(change(body.events.map((event) => event.bytes)))
    if (bytes.length === 0) return []
    return runnableCalls(await replay(bytes, { dialect })).map((call) => JSON.stringify([call.toolName, inputOf(call)]))
  }
  /** Some places of a stream, from its beginning to its end. */
  const placesOf = ({ events }: RecordedBody): number[] => {
    const step = Math.max(1, events.length / 16)
    return Array.from({ length: Math.ceil(events.length / step) }, (_, i) => Math.floor(i * step))
  }
  const ofWhole = async (body: RecordedBody): Promise<[string, string[]]> => {
    const { dialect } = await openRecorded(Buffer.concat(body.events.map(({ bytes }) => bytes)))
    return [dialect, await complete(body, dialect, (events) => events)]
  }

  test.skipIf(!hasWorkloads)(`wherever a stream ends, only calls of the whole stream${WITHOUT_WORKLOADS}`, async () => {
    for (const body of streams) {
      const [dialect, calls] = await ofWhole(body)
      for (const k of placesOf(body)) {
        const some = await complete(body, dialect, (events) => events.slice(0, k))
        expect(some).toEqual(calls.slice(0, some.length))
      }
    }
  })

  test.skipIf(!hasWorkloads)(
    `whichever event of a stream is damaged, only calls of the undamaged stream${WITHOUT_WORKLOADS}`,
    async () => {
      const others = new Set<string>()
      for (const body of streams.filter(({ framing }) => framing === 'sse' || framing === 'ndjson')) {
        const [dialect, calls] = await ofWhole(body)
        for (const k of placesOf(body)) {
          const some = await complete(body, dialect, (events) => events.with(k, damaged(events[k] as Uint8Array)))
          if (some.some((call) => !calls.includes(call))) others.add(body.id)
        }
      }
      // Its second message is no longer refused where what began it is damaged; the call of that message is whole.
      expect([...others]).toEqual(['7334e4cee6fe3f35'])
    },
  )
})

describe('the results in the provider’s next message', () => {
  test.skipIf(!hasWorkloads)(`have the order and the ids of the recorded follow-ups${WITHOUT_WORKLOADS}`, async () => {
    const followed = all.filter(({ results }) => results !== undefined)
    expect(followed.length).toBeGreaterThan(50)
    for (const { id, body, results = [] } of followed) {
      const calls = callsOf(await replay(body))
      const { dialect, results: render } = await openRecorded(body)
      const byId = results.every(({ callId }, i) => callId === calls[i]?.toolCallId)
      const given = calls.map(({ toolCallId, toolName }, i) =>
        succeeded(i, toolCallId, toolName, results[i]?.content ?? ''),
      )
      const sent = textsOf(render(given.toReversed()))
      expect({ id, contents: sent.filter((text) => text.startsWith('said: ')) }).toEqual({
        id,
        contents: results.map(({ content }) => `said: ${content}`),
      })
      if (dialect === 'google-generate-content' || dialect === 'ollama-chat') continue
      expect({ id, byId }).toEqual({ id, byId: true })
      expect(sent.filter((text) => results.some(({ callId }) => callId === text))).toEqual(
        results.map(({ callId }) => callId),
      )
    }
  })
})

function succeeded(index: number, id: string, name: string, content: string): ToolResult {
  const timing = { queuedMs: 0, runMs: 0, totalMs: 0, attempts: 1 }
  return {
    index,
    id,
    name,
    status: 'succeeded',
    success: true,
    data: `said: ${content}`,
    execution: 'ended',
    source: 'run',
    timing,
  }
}

/** Every text in a value, in order. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** An event of which half is lost on the way; its end is still seen. */
function damaged(event: Uint8Array): Uint8Array {
  const text = Buffer.from(event).toString()
  const content = text.trimEnd()
  return Buffer.from(content.slice(0, Math.ceil(content.length / 2)) + text.slice(content.length))
}

/** The values within arguments, by their paths. */
function leavesOf(value: unknown, path = '$'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [path]: value }
  const inner = Object.entries(value).map(([key, each]) =>
    leavesOf(each, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  )
  return Object.assign({}, ...inner) as Record<string, unknown>
}

/** The same, put together from the `partialArgs` of a body, for each call that begins in it. */
function partialLeaves(body: string): Record<string, unknown>[] {
  const calls: Record<string, unknown>[] = []
  for (const { value } of readBody(body).events) {
    for (const part of elementsOf(fieldsOf(fieldsOf(elementsOf(fieldsOf(value).candidates)[0]).content).parts)) {
      const call = fieldsOf(fieldsOf(part).functionCall)
      if (call.name !== undefined) calls.push({})
      for (const partial of elementsOf(call.partialArgs)) addPartial(calls.at(-1) ?? {}, fieldsOf(partial))
    }
  }
  return calls
}

function addPartial(leaves: Record<string, unknown>, partial: Readonly<Record<string, unknown>>): void {
  const path = String(partial.jsonPath)
  const text = partial.stringValue
  if (typeof text === 'string') leaves[path] = `${(leaves[path] as string | undefined) ?? ''}${text}`
  else leaves[path] = partial.numberValue ?? partial.boolValue ?? null
}
