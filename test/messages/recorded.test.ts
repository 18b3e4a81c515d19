import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ToolCall } from '../../packages/aof-runtime/src/index.ts'
import { ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import {
  anthropicHarness,
  chatHarness,
  geminiHarness,
  type Harness,
  isObjectText,
  responsesHarness,
  success,
} from './harness.ts'

/** Answers of real providers, recorded whole, with the calls in them and, of some, the results that were sent back. */
interface Recorded {
  readonly id: string
  readonly dialect: string
  readonly wire: string
  readonly body: string
  readonly expected: {
    readonly calls: readonly {
      readonly id: string | null
      readonly name: string
      readonly arguments: unknown
      /** The model's text, if it is not a JSON object. */
      readonly argumentsRaw?: string
    }[]
  }
  readonly results?: readonly { readonly callId: string | null; readonly name?: string; readonly content: string }[]
}

const folder = new URL('../../../shared/workloads/', import.meta.url)
const present = existsSync(folder)
if (!present) console.warn('skipped: the recorded answers of ../shared/workloads are not here')

const harnesses: Readonly<Record<string, Harness>> = {
  'anthropic-messages': anthropicHarness,
  'openai-chat': chatHarness,
  'openai-responses': responsesHarness,
  'google-generate-content': geminiHarness,
}

function read(file: string): Recorded[] {
  if (!present) return []
  const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n')
  return lines
    .map((line) => JSON.parse(line) as Recorded)
    .filter((one) => one.wire === 'json' && one.dialect in harnesses)
}

const parallel = read('streams.parallel.jsonl')
const edge = read('streams.edge.jsonl')
const all = [...parallel, ...edge]

/** Answers whose calls are not simply what was recorded as expected, and why. */
const ODD: ReadonlyMap<string, string> = new Map([
  [
    '105396642b6f29f9',
    'a call to a custom tool, whose input is free text (SQL): it becomes JSON text of a string, where the record has the text itself',
  ],
])

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** Whether a call is what was recorded: its place, its id, its name, and its arguments to the letter where they are text. */
function isAsRecorded(
  call: ToolCall | undefined,
  expected: Recorded['expected']['calls'][number],
  index: number,
): boolean {
  if (call === undefined || call.id !== (expected.id ?? `call-${index}`) || call.name !== expected.name) return false
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  if (expected.argumentsRaw !== undefined) return text === expected.argumentsRaw
  return JSON.stringify(parsed(text)?.value) === JSON.stringify(expected.arguments)
}

function callsOf(one: Recorded): { harness: Harness; answer: object; calls: ToolCall[] } {
  const harness = harnesses[one.dialect] as Harness
  const answer = JSON.parse(one.body) as object
  return { harness, answer, calls: harness.dialect.calls(answer) }
}

describe.runIf(present)('recorded answers', () => {
  test('the expected number of recorded answers exists', () => {
    const counts: Record<string, number> = {}
    for (const { dialect } of all) counts[dialect] = (counts[dialect] ?? 0) + 1
    expect(counts).toStrictEqual({
      'anthropic-messages': 12,
      'openai-chat': 37,
      'openai-responses': 12,
      'google-generate-content': 7,
    })
  })

  test.each(all.map((one) => [one.dialect, one.id, one] as const))(
    '%s %s: the calls are the expected ones, in order',
    (_, id, one) => {
      const { calls } = callsOf(one)
      expect(calls).toHaveLength(one.expected.calls.length)
      const asRecorded = one.expected.calls.every((expected, i) => isAsRecorded(calls[i], expected, i))
      expect(asRecorded, `is explained: ${ODD.get(id) ?? 'no'}`).toBe(!ODD.has(id))
    },
  )

  test.each(all.map((one) => [one.dialect, one.id, one] as const))(
    "%s %s: the turn is the provider's, except for arguments that are not objects",
    (_, _id, one) => {
      const { harness, answer } = callsOf(one)
      const turn = JSON.stringify(harness.dialect.turn(answer))
      const given = JSON.stringify(answer, (key, value: unknown) =>
        key === 'arguments' && typeof value === 'string' && !isObjectText(value) ? '{}' : value,
      )
      expect(given).toContain(
        one.dialect === 'anthropic-messages' ? turn.slice('[{"role":"assistant",'.length, -2) : turn.slice(1, -1),
      )
    },
  )

  const answered = all.filter((one) => (one.results?.length ?? 0) > 0)
  test.each(answered.map((one) => [one.dialect, one.id, one] as const))(
    '%s %s: the recorded results are sent back in the recorded order (I2)',
    (_, _id, one) => {
      const { harness, answer, calls } = callsOf(one)
      const recorded = one.results ?? []
      expect(recorded).toHaveLength(calls.length)
      const isGemini = harness === geminiHarness
      const results = calls.map((call, i) => {
        const content = recorded[i]?.content ?? ''
        return success(call, i, isGemini ? JSON.parse(content) : content)
      })
      const sent = harness.sent(harness.dialect.results(results.toReversed(), answer))
      expect(sent.map(({ id, text }) => [id ?? null, text])).toStrictEqual(
        recorded.map(({ callId, content }) => [callId, isGemini ? JSON.stringify(JSON.parse(content)) : content]),
      )
      if (isGemini) expect(sent.map(({ name }) => name)).toStrictEqual(recorded.map(({ name }) => name))
    },
  )

  test('I37: arguments that were cut off, or are not a JSON object, never run; null counts as none', async () => {
    const outcomes: Record<string, string[]> = {}
    for (const one of all) {
      if (one.expected.calls.every(({ argumentsRaw }) => argumentsRaw === undefined)) continue
      const { calls } = callsOf(one)
      const names = new Set(calls.map(({ name }) => name))
      const tools = Array.from(names, (name) => ({ name, inputSchema: { type: 'object' }, execute: () => 'it ran' }))
      const results = await new ToolExecutor({ tools }).executeTools(calls)
      outcomes[one.id] = results.map((result) => (result.success ? 'it ran' : result.error.code))
    }
    expect(outcomes).toStrictEqual({
      // Groq's model wrote null for the arguments of tools that take none, which means none.
      '93b02995d04443aa': ['it ran', 'it ran'],
      // Cut off by the length limit, as the answer says.
      '45d7e19241b72d68': ['incomplete_call'],
      '5d532fac3fa5be92': ['incomplete_call'],
      d68066567f9e3b7d: ['incomplete_call'],
      '78fde08729ee9bec': ['incomplete_call'],
      // Cut off as well, though the answer gives `tool_calls` as its reason.
      b6360b898a411953: ['unparsable_arguments'],
      '5af5f544f9666cd2': ['unparsable_arguments'],
      b4df0a8f41282af7: ['unparsable_arguments'],
      c96ee6ed41d46736: ['unparsable_arguments'],
      // The custom tool's text, which a tool that expects an object does not take.
      '105396642b6f29f9': ['invalid_arguments'],
    })
  })
})
