import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sentName } from '../../packages/aof-runtime/src/core/contract/sent-name.ts'
import type { ToolCall, ToolResult } from '../../packages/aof-runtime/src/index.ts'
import { failure, harnesses, isObjectText, type Item, success } from './harness.ts'

const id = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 2, arbitrary: fc.constantFrom('call-0', 'call-1', 'call-1-2', '', '__proto__') },
  { weight: 2, arbitrary: fc.constantFrom(undefined, null, 7) },
  fc.string(),
)
const name = fc.oneof(
  fc.constantFrom('add', '__proto__', 'constructor', ''),
  fc.constantFrom(undefined, null, 7),
  fc.string(),
)
const input = fc.oneof(
  fc.object(),
  fc.constantFrom('', ' ', '{}', 'null', '{"a":"b', '{"a":1}{"b":2}', undefined, null, 7, []),
)
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const), id, name, input }) },
  fc.record({ kind: fc.constant('text' as const), text: fc.string() }),
  fc.constant({ kind: 'server' as const }),
)
const items = fc.array(item, { maxLength: 12 })

/** Any text, also with unpaired surrogates. */
const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\ud800', '\udc00', '\u0000'),
  ),
})
const status = fc.constantFrom('failed', 'invalid', 'timed_out', 'aborted', 'rejected', 'skipped', 'lost')
const content = fc.array(fc.record({ type: fc.constant('text' as const), text: text }), {
  maxLength: 3,
})
type Make = (call: ToolCall, index: number) => ToolResult
const outcome: fc.Arbitrary<Make> = fc.oneof(
  fc.jsonValue().map(
    (data): Make =>
      (call, index) =>
        success(call, index, data as null),
  ),
  content.map(
    (parts): Make =>
      (call, index) =>
        success(call, index, null, parts),
  ),
  fc.record({ status, message: text }).map(
    (given): Make =>
      (call, index) =>
        failure(call, index, { message: given.message }, given.status),
  ),
)
const outcomes = fc.infiniteStream(outcome)

/** Whether a provider takes a part of its answer back as it is. */
function isTakenBack(part: Item, textArguments: boolean): boolean {
  if (part.kind === 'text') return part.text.trim() !== ''
  if (part.kind === 'server') return true
  const { id: callId, name: callName, input: given } = part
  const isInput =
    textArguments && typeof given === 'string'
      ? isObjectText(given)
      : typeof given === 'object' && given !== null && !Array.isArray(given)
  return typeof callId === 'string' && callId !== '' && callName === sentName(callName as string) && isInput
}

/** The results that an executor would give for these calls. */
function run(calls: readonly ToolCall[], made: Iterable<Make>): ToolResult[] {
  const source = made[Symbol.iterator]()
  return calls.map((call, index) => (source.next().value as Make)(call, index))
}

const bytes = (messages: readonly object[]) => JSON.stringify(messages)

describe.each(harnesses)('$name', (harness) => {
  const { dialect } = harness
  const called = (given: readonly Item[]) => given.filter((part) => part.kind === 'call')

  test('I1, I3: each call that the model writes is one call, in its place', () => {
    fc.assert(
      fc.property(items, fc.boolean(), (given, cut) => {
        const calls = dialect.calls(harness.answer(given, cut ? harness.cutOff : undefined))
        expect(calls).toHaveLength(called(given).length)
        called(given).forEach((part, i) => {
          const call = calls[i] as ToolCall
          expect(call.name).toBe(typeof part.name === 'string' ? part.name : '')
          if (typeof part.id === 'string' && part.id !== '') expect(call.id).toBe(part.id)
          else expect(calls.filter((other) => other.id === call.id)).toStrictEqual([call])
        })
      }),
    )
  })

  test('I5: arguments are passed on as the model gave them', () => {
    fc.assert(
      fc.property(items, (given) => {
        const calls = dialect.calls(harness.answer(given))
        called(given).forEach((part, i) => {
          const expected = part.input ?? {}
          const got = calls[i]?.arguments
          const isText = harness.textArguments && typeof got === 'string' && typeof expected !== 'string'
          expect(isText ? got : JSON.stringify(got)).toBe(JSON.stringify(expected))
        })
      }),
    )
  })

  test('I37: of an answer that was cut off only the last call is incomplete; arguments stay unchanged', () => {
    fc.assert(
      fc.property(items, id, name, input, (given, callId, callName, callInput) => {
        const last: Item = { kind: 'call', id: callId, name: callName, input: callInput }
        const cut = dialect.calls(harness.answer([...given, last], harness.cutOff))
        const whole = dialect.calls(harness.answer([...given, last]))
        expect(cut.map(({ incomplete }) => typeof incomplete)).toStrictEqual(
          cut.map((_, i) => (i === cut.length - 1 ? 'string' : 'undefined')),
        )
        expect(cut.map((call) => call.arguments)).toStrictEqual(whole.map((call) => call.arguments))
      }),
    )
  })

  test('I1, I2: every call has exactly one result, in call order, whatever order they are given in', () => {
    fc.assert(
      fc.property(items, outcomes, fc.infiniteStream(fc.nat()), (given, made, keys) => {
        const answer = harness.answer(given)
        const calls = dialect.calls(answer)
        const results = run(calls, made)
        const sent = harness.sent(dialect.results(results, answer))
        expect(sent).toHaveLength(calls.length)
        sent.forEach((one, i) => {
          const { id: callId, name: callName } = calls[i] as ToolCall
          const hasOwnId = called(given)[i]?.id === callId
          expect(one.id).toBe(harness.name === 'gemini' && !hasOwnId ? undefined : callId)
          if (harness.name === 'gemini') expect(one.name).toBe(sentName(callName))
          if (one.failed !== undefined) expect(one.failed).toBe(!results[i]?.success)
        })
        const shuffled = results
          .map((result) => ({ result, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
        const again = dialect.results(
          shuffled.map(({ result }) => result),
          answer,
        )
        expect(bytes(again)).toBe(bytes(dialect.results(results, answer)))
      }),
    )
  })

  test("I2: the bytes depend on a result's content, not on its duration or source", () => {
    fc.assert(
      fc.property(items, outcomes, fc.double({ min: 0, noNaN: true }), (given, made, ms) => {
        const answer = harness.answer(given)
        const results = run(dialect.calls(answer), made)
        const later = results.map((result) => ({
          ...result,
          timing: { queuedMs: ms, runMs: ms, totalMs: ms, attempts: 3 },
          source: 'journal' as const,
        }))
        expect(bytes(dialect.results(later, answer))).toBe(bytes(dialect.results(results, answer)))
      }),
    )
  })

  test('I4: the ids of the turn are those of its results, and a valid turn stays the same object', () => {
    fc.assert(
      fc.property(items, outcomes, (given, made) => {
        const answer = harness.answer(given)
        const before = JSON.stringify(answer)
        const results = run(dialect.calls(answer), made)
        const sent = harness.sent(dialect.results(results, answer))
        const own = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
        expect(harness.turnIds(dialect.turn(answer)).map(own)).toStrictEqual(sent.map((one) => one.id))
        if (given.every((part) => isTakenBack(part, harness.textArguments))) {
          const turn = JSON.stringify(dialect.turn(answer)).slice(1, -1)
          expect(before).toContain(turn.replace('{"role":"assistant","content":', '').slice(0, -1))
        }
        expect(JSON.stringify(answer), 'the answer is left as it was').toBe(before)
      }),
    )
  })

  test("I44: a tool's output is text of its own result, well-formed, and adds no message", () => {
    fc.assert(
      fc.property(text, (said) => {
        const answer = harness.answer([{ kind: 'call', id: 'a', name: 'f', input: {} }])
        const [call] = dialect.calls(answer) as [ToolCall]
        for (const result of [success(call, 0, said), success(call, 0, null, [{ type: 'text', text: said }])]) {
          const messages = dialect.results([result], answer)
          expect(messages).toHaveLength(1)
          expect(harness.sent(messages).map((one) => one.text)).toStrictEqual([said.toWellFormed()])
        }
      }),
    )
  })

  test('a failure has its code and its message', () => {
    fc.assert(
      fc.property(text, status, (message, how) => {
        const call = { id: 'a', name: 'f' }
        const [sent] = harness.sent(
          dialect.results([failure(call, 0, { code: 'timeout', message, retryable: true }, how)]),
        )
        expect(JSON.parse(sent?.text ?? '')).toStrictEqual({
          error: { code: 'timeout', message: message.toWellFormed() },
        })
      }),
    )
  })
})
