import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { excerpt, jsonFault } from '../../packages/aof-runtime/src/core/values/json-fault.ts'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf, failureOf } from './harness.ts'

const isReadable = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the place where a text stops being JSON', () => {
  test.each([
    ['{"a":1', 6, 'it ends, where a comma or } was expected'],
    ['{"a":', 5, 'it ends, where a value was expected'],
    ['{"a', 3, 'it ends within a string'],
    ['{"a":"\\ud8', 10, 'it ends within a string'],
    ['{"a":1}{"b":2}', 7, 'there is more after its end'],
    ['{"a":1,}', 7, 'a key in double quotes was expected'],
    ['[1,]', 3, 'a value was expected'],
    ["{'a':1}", 1, 'a key in double quotes or } was expected'],
    ['{"a" 1}', 5, 'a colon was expected'],
    ['{"a":1 "b":2}', 7, 'a comma or } was expected'],
    ['{"a":NaN}', 5, 'a value was expected'],
    ['{"a":01}', 5, 'a value was expected'],
    ['{"a":"\u0001"}', 6, 'a control character stands in a string, where it has to be escaped'],
    ['{"a":"\\x"}', 6, 'a backslash begins no escape that JSON knows'],
    ['```json\n{}\n```', 0, 'a value was expected'],
  ])('the text %j stops being JSON at %i: %s', (text, at, why) => expect(jsonFault(text)).toEqual({ at, why }))

  test('a fault is found in every text that JSON.parse refuses, and in no other', () => {
    const spoilt = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', ':', '\\', '1', 'x', '\n'))
      .map(
        ([text, at, with_]) => text.slice(0, at % (text.length + 1)) + with_ + text.slice((at % (text.length + 1)) + 1),
      )
    fc.assert(
      fc.property(spoilt, (text) => {
        expect(jsonFault(text).why === 'it ends').toBe(isReadable(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the text around a place', () => {
  const asIs = (text: string): string => text

  test('the text around a place is cut on both sides, and on one line', () => {
    expect(excerpt('{"a":1', 6, asIs)).toBe('{"a":1')
    const long = `${'x'.repeat(100)}\n!${'y'.repeat(100)}`
    expect(excerpt(long, 101, asIs)).toBe(`…${'x'.repeat(39)} !${'y'.repeat(39)}…`)
  })

  test('I35 the text around a place has no secret, and no rest of a secret that is cut off', () => {
    const secret = 's3cr3t-'.repeat(20)
    const redact = (text: string): string => text.replaceAll(secret, '[redacted]')
    for (let at = 0; at <= 400; at++) {
      const shown = excerpt(`{"key":"${secret}","then":${'0'.repeat(200)}`, at, redact)
      expect(shown).not.toContain('s3cr3t')
      expect(shown.length).toBeLessThanOrEqual(82)
    }
  })
})

describe('a call whose arguments cannot be parsed', () => {
  const echo = defineTool({ name: 'echo', execute: (input) => input })

  test('I36 the error of a call with unparsable arguments shows the text around the fault', async () => {
    const [result] = await new ToolExecutor({ tools: [echo] }).executeTools([
      callOf('echo', '{"path":"a.txt" "mode":"r"}'),
    ])
    expect(failureOf(result).error).toEqual({
      code: 'unparsable_arguments',
      message:
        'The arguments are not valid JSON (at position 16 a comma or } was expected: {"path":"a.txt" "mode":"r"}). Send one complete JSON object, every quote and bracket closed.',
      retryable: false,
    })
  })

  test('I35 registered secrets and text that looks like a credential are removed from the text around the fault, however it is cut', async () => {
    const secret = `first-${'x'.repeat(30)}-last`
    const executor = new ToolExecutor({ tools: [echo], secrets: [secret] })
    for (const text of [
      `{"a":"${secret}" "b":1}`,
      `{"a":"${secret}`,
      `{"token":"sk-proj-${'A1b2'.repeat(12)}" "b":1}`,
      `{"a":"${'y'.repeat(20_000)}${secret}" "b":1}`,
    ]) {
      const [result] = await executor.executeTools([callOf('echo', text)])
      const { message } = failureOf(result).error
      expect(message).not.toMatch(/-last|xxx|A1b2/)
      expect(message.length).toBeLessThan(300)
    }
  })
})
