import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyTool, defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import type { Dialect } from '../../packages/aof-runtime/src/messages/index.ts'
import { harnesses } from './harness.ts'

const add = defineTool({
  name: 'add',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => a + b,
})
const broken = defineTool({
  name: 'broken',
  inputSchema: z.object({}),
  execute: () => {
    throw new Error('No paper.')
  },
})

/** The loop that the messages are for, as an application would write it. */
async function loop(
  dialect: Dialect<object, object, object>,
  ask: (history: object[]) => object,
  tools: AnyTool[],
): Promise<object[]> {
  const executor = new ToolExecutor({ tools })
  const history: object[] = []
  for (;;) {
    const answer = ask(history)
    const results = await executor.executeTools(dialect.calls(answer))
    if (results.length === 0) return history
    history.push(...dialect.turn(answer), ...dialect.results(results, answer))
  }
}

describe.each(harnesses)('$name', (harness) => {
  test('I1, I2: in a loop with the executor every call has its result, good or bad, in call order', async () => {
    const first = harness.answer([
      { kind: 'text', text: 'Four at once.' },
      { kind: 'call', id: 'a', name: 'add', input: { a: 1, b: 2 } },
      { kind: 'call', name: 'broken', input: {} },
      { kind: 'call', id: 'a', name: 'add', input: { a: 'one' } },
      { kind: 'call', id: 'd', name: '__proto__', input: {} },
    ])
    const answers = [first, harness.answer([{ kind: 'text', text: 'Done.' }])]
    const history = await loop(harness.dialect, () => answers.shift() as object, [add, broken])

    const turn = harness.dialect.turn(first)
    expect(history.slice(0, turn.length)).toStrictEqual(turn)
    const sent = harness.sent(history.slice(turn.length))
    const standIn = harness.name === 'gemini' ? undefined : 'call-1'
    expect(sent.map(({ id }) => id)).toStrictEqual(['a', standIn, 'a', 'd'])
    expect(sent[0]?.text).toBe('3')
    expect(sent.slice(1).map(({ text }) => (JSON.parse(text) as { error: { code: string } }).error.code)).toStrictEqual(
      ['tool_error', 'invalid_arguments', 'unknown_tool'],
    )
    expect(sent[1]?.text).toContain('No paper.')
  })

  test('I37: a call that was cut off gets a result, and does not run', async () => {
    let ran = 0
    const note: AnyTool = { name: 'note', execute: () => ++ran }
    const cut = harness.answer([{ kind: 'call', id: 'a', name: 'note', input: undefined }], harness.cutOff)
    const answers = [cut, harness.answer([])]
    const history = await loop(harness.dialect, () => answers.shift() as object, [note])
    const [sent] = harness.sent(history.slice(harness.dialect.turn(cut).length))
    expect(sent?.text).toContain('incomplete_call')
    expect(ran).toBe(0)
  })
})
