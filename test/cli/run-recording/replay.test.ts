import { type AnyTool, defineTool } from 'aof-runtime'
import type { AgentResult } from 'aof-runtime/agent'
import { describe, expect, test } from 'vitest'
import { changed, echo, fail, linesOf, record, replay, type Scene } from './runs.ts'

const twoTurns: Scene = {
  spec: { instructions: 'Be brief.', temperature: 0.5 },
  tools: [echo, fail],
  turns: [
    {
      reasoning: 'Both.',
      text: 'I call both.',
      calls: [
        { name: 'echo', arguments: { text: 'a' } },
        { name: 'fail' },
        { name: 'echo', arguments: '{"text":' },
        { name: 'nothing' },
        { id: 'call-0-0', name: 'echo', arguments: { text: 'b' } },
      ],
      usage: { inputTokens: 10, outputTokens: 2 },
    },
    { calls: [{ name: 'echo', arguments: { text: 'c' } }] },
    { text: 'Done.' },
  ],
}

/** The parts of results that a replay must reproduce; durations may differ. */
function lasting(results: readonly AgentResult[]): unknown {
  return results.map(({ wallMs: _wallMs, ...result }) => result)
}

describe('a replay', () => {
  test('of the same run gives the same history, answer, usage and times of calls, and executes nothing', async () => {
    const { results, text } = await record(twoTurns)
    const played = await replay(text, twoTurns)
    expect(played.divergence).toBeUndefined()
    expect(lasting(played.results)).toEqual(lasting(results))
    expect(results[0]?.calls).toMatchObject({ total: 6, succeeded: 3, failed: 3 })
  })

  test('in recorded time gives the same', async () => {
    const { results, text } = await record(twoTurns)
    const played = await replay(text, twoTurns, true)
    expect(played.divergence).toBeUndefined()
    expect(lasting(played.results)).toEqual(lasting(results))
  })

  test('of a conversation plays every run', async () => {
    const scene: Scene = {
      tools: [echo],
      inputs: ['one', 'two'],
      turns: [twoTurns.turns[1]!, { text: '1' }, { text: '2' }],
    }
    const { results, text } = await record(scene)
    const played = await replay(text, { tools: scene.tools })
    expect(played.divergence).toBeUndefined()
    expect(lasting(played.results)).toEqual(lasting(results))
    expect(played.results.map((result) => result.text)).toEqual(['1', '2'])
  })

  test('of a run whose model failed fails in the same way', async () => {
    const scene: Scene = { tools: [], turns: [{ rejectWith: new Error('The provider said no.') }] }
    const { results, text } = await record(scene)
    const played = await replay(text, scene)
    expect([played.divergence, played.results[0]?.status]).toEqual([undefined, 'failed'])
    expect(played.results[0]?.error?.message).toBe(results[0]?.error?.message)
  })

  test('of a stream that broke after a call continues in the same way', async () => {
    const scene: Scene = {
      tools: [echo],
      turns: [{ calls: [{ name: 'echo', arguments: { text: 'c' } }], breakAfter: 6 }, { text: 'Even so.' }],
    }
    const { results, text } = await record(scene)
    expect(results[0]).toMatchObject({ status: 'done', iterations: 2 })
    const played = await replay(text, scene)
    expect(played.divergence).toBeUndefined()
    expect(lasting(played.results)).toEqual(lasting(results))
  })

  test('of an answer that was cut off within a call leaves that call out', async () => {
    const scene: Scene = {
      tools: [echo],
      turns: [
        {
          calls: [
            { name: 'echo', arguments: { text: 'a' } },
            { name: 'echo', arguments: { text: 'b' } },
          ],
          breakAfter: 8,
        },
        { text: 'So.' },
      ],
    }
    const { results, text } = await record(scene)
    expect(results[0]?.calls.total).toBe(1)
    const played = await replay(text, scene)
    expect(played.divergence).toBeUndefined()
    expect(lasting(played.results)).toEqual(lasting(results))
  })

  describe('of an aborted run', () => {
    const schema = { type: 'object', properties: {} }

    async function expectSameEnd(make: (controller: AbortController) => Scene): Promise<void> {
      const controller = new AbortController()
      const scene = make(controller)
      const { results, text } = await record({ ...scene, signal: controller.signal })
      expect(results[0]?.status).toBe('aborted')
      const played = await replay(text, scene)
      expect([played.divergence, played.results[0]?.status]).toEqual([undefined, 'aborted'])
      expect(played.results[0]?.messages).toEqual(results[0]?.messages)
    }

    function aborts(controller: AbortController): AnyTool {
      return defineTool({
        name: 'aborts',
        inputSchema: schema,
        execute: (_input, { signal }) => {
          // By then the answer of the model has arrived.
          setImmediate(() => controller.abort())
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))))
        },
      })
    }

    test('while its tools ran ends there', async () => {
      await expectSameEnd((controller) => ({
        tools: [aborts(controller), echo],
        turns: [{ text: 'Now.', calls: [{ name: 'echo', arguments: { text: 'a' } }, { name: 'aborts' }] }],
      }))
    })

    test('while the model was answering ends there', async () => {
      await expectSameEnd((controller) => ({
        tools: [defineTool({ name: 'abort', inputSchema: schema, execute: () => controller.abort() })],
        turns: [{ calls: [{ name: 'abort' }, { name: 'abort' }] }],
      }))
    })

    test('while the model was asked ends there', async () => {
      await expectSameEnd((controller) => ({
        tools: [echo],
        turns: [
          { calls: [{ name: 'echo', arguments: { text: 'a' } }] },
          () => {
            controller.abort()
            return new Promise<never>(() => {})
          },
        ],
      }))
    })
  })

  test('of a run that ended at max_iterations ends there', async () => {
    const scene: Scene = { tools: [echo], turns: [twoTurns.turns[1]!], maxIterations: 1 }
    const { text } = await record(scene)
    const played = await replay(text, scene)
    expect([played.divergence, played.results[0]?.status]).toEqual([undefined, 'max_iterations'])
  })
})

describe('a replay that diverges', () => {
  const scene: Scene = {
    spec: { instructions: 'Be brief.\nBe kind.' },
    tools: [echo],
    turns: [
      {
        calls: [
          { name: 'echo', arguments: { text: 'a' } },
          { name: 'echo', arguments: { text: 'b' } },
        ],
      },
      { text: 'Done.' },
    ],
  }

  async function divergence(change: Partial<Scene>, edit?: (text: string) => string) {
    const { text } = await record(scene)
    return (await replay(edit?.(text) ?? text, { ...scene, ...change })).divergence
  }

  test('by another input', async () => {
    expect(await divergence({ inputs: ['else'] })).toMatchObject({
      what: 'other input',
      line: 2,
      expected: 'go',
      actual: 'else',
    })
  })

  test('by other instructions, or settings', async () => {
    expect(await divergence({ spec: { instructions: 'Be brief.' } })).toMatchObject({
      what: 'other instructions',
      line: 1,
    })
    expect(await divergence({ spec: { ...scene.spec, temperature: 1 } })).toMatchObject({
      what: 'other settings',
      actual: '{\n  "temperature": 1\n}',
    })
  })

  test('by a tool that has a different definition, is new, or is missing', async () => {
    const other = { ...echo, description: 'Says it twice.' }
    expect(await divergence({ tools: [other] })).toMatchObject({
      what: 'other tools (echo has a different definition)',
    })
    expect(await divergence({ tools: [other, fail] })).toMatchObject({
      what: 'other tools (echo has a different definition, fail is new)',
    })
    expect(await divergence({ tools: [] })).toMatchObject({ what: 'other tools (echo is gone)' })
  })

  test('by other arguments, another tool, an additional call, or a missing call', async () => {
    const call = (edit: (part: Record<string, unknown>) => object | undefined) => (text: string) =>
      changed(text, (line) => {
        const part = line['part'] as Record<string, unknown> | undefined
        return part?.['toolCallId'] === 'call-0-1' ? { ...line, part: edit(part) ?? { type: 'ping' } } : line
      })
    expect(
      await divergence(
        {},
        call((part) => ({ ...part, input: '{"text":"B"}' })),
      ),
    ).toMatchObject({
      what: 'other arguments',
      turn: 0,
      index: 1,
      expected: 'echo {\n  "text": "b"\n}',
      actual: 'echo {\n  "text": "B"\n}',
    })
    const renamed = (text: string): string =>
      changed(text, (line) => {
        const part = line['part'] as Record<string, unknown> | undefined
        return part?.['toolName'] === 'echo' && (part['id'] ?? part['toolCallId']) === 'call-0-1'
          ? { ...line, part: { ...part, toolName: 'fail' } }
          : line
      })
    expect(await divergence({}, renamed)).toMatchObject({ what: 'another tool', index: 1 })
    expect(
      await divergence(
        {},
        call(() => undefined),
      ),
    ).toMatchObject({ what: 'other arguments', index: 1 })
    const lessResults = (text: string): string =>
      linesOf(text)
        .filter((line) => (line['result'] as { index?: number } | undefined)?.index !== 1)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('')
    expect(await divergence({}, lessResults)).toMatchObject({ what: 'another call', index: 1, expected: 'no call' })
    const lessCalls = (text: string): string =>
      linesOf(text)
        .filter((line) => {
          const part = line['part'] as Record<string, unknown> | undefined
          return part?.['toolCallId'] !== 'call-0-1' && part?.['id'] !== 'call-0-1'
        })
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('')
    expect(await divergence({}, lessCalls)).toMatchObject({ what: 'fewer calls', index: 1, actual: 'no call' })
  })

  test('by another result for the model', async () => {
    const edit = (text: string): string => text.replaceAll('"data":{"said":"a"}', '"data":{"said":"z"}')
    expect(await divergence({}, edit)).toMatchObject({ what: 'a different request to the model', turn: 1 })
  })

  test('by more turns, or fewer', async () => {
    const cut = (text: string): string =>
      changed(
        linesOf(text)
          .filter((line) => line['turn'] !== 1)
          .map((line) => JSON.stringify(line))
          .join('\n'),
        (line) => line,
      )
    expect(await divergence({}, cut)).toMatchObject({ what: 'more turns', turn: 1, expected: '1 turns' })
    expect(await divergence({ maxIterations: 1 })).toMatchObject({ what: 'fewer turns', expected: '2 turns' })
  })

  test('by more runs, or fewer', async () => {
    expect(await divergence({ inputs: ['go', 'again'] })).toMatchObject({
      what: 'another run',
      run: 1,
      actual: 'again',
    })
    const { text } = await record({ tools: [], turns: [{ text: '1' }, { text: '2' }], inputs: ['a', 'b'] })
    expect((await replay(text, { tools: [], inputs: ['a'] })).divergence).toMatchObject({
      what: 'fewer runs',
      expected: 'b',
    })
  })

  test('by another answer', async () => {
    const edit = (text: string): string =>
      changed(text, (line) => (line['type'] === 'run_end' ? { ...line, text: 'Else.' } : line))
    expect(await divergence({}, edit)).toMatchObject({ what: 'another answer', expected: 'Else.', actual: 'Done.' })
  })
})
