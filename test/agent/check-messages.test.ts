import { expect, test } from 'vitest'
import { checkMessages } from '../../packages/aof-runtime/src/agent/check-messages.ts'
import { MisuseError } from '../../packages/aof-runtime/src/index.ts'
import { assistant, call, result, system, text, tool, user } from './messages.ts'

const refusal = (messages: unknown): string => {
  try {
    checkMessages('input.messages', messages as never)
  } catch (error) {
    if (error instanceof MisuseError) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

test('every form of message is accepted, and so is an empty list', () => {
  checkMessages('input.messages', [])
  checkMessages('input.messages', [
    system('s'),
    user('u'),
    assistant(text('t'), call('a')),
    tool(result('a')),
    assistant(),
  ])
})

test('an invalid history is refused with its place and the expected form', () => {
  expect(refusal(undefined)).toBe('input.messages: expected an array of messages, got undefined.')
  expect(refusal('hello')).toBe('input.messages: expected an array of messages, got "hello".')
  expect(refusal([user('a'), null])).toBe(
    "input.messages[1].role: expected 'system', 'user', 'assistant' or 'tool', got undefined.",
  )
  expect(refusal([{ role: 'developer', content: [] }])).toContain('input.messages[0].role: expected')
  expect(refusal([{ role: 'user', content: 'hello' }])).toBe(
    "input.messages[0].content: expected an array of parts, e.g. [{ type: 'text', text: '…' }], got \"hello\".",
  )
  expect(refusal([{ role: 'assistant', content: [null] }])).toContain(
    'input.messages[0].content: expected an array of parts',
  )
  expect(refusal([{ role: 'tool', content: [{ toolCallId: 'a' }] }])).toContain('input.messages[0].content')
  expect(refusal([{ role: 'system', content: [{ type: 'text', text: 's' }] }])).toBe(
    'input.messages[0].content: expected text, got an array.',
  )
})
