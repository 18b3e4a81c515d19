import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Budget, defineTool, type ToolCall, ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { touch, touching } from '../effects/harness.ts'
import { MemoryStore } from '../memory-store.ts'
import { dataOf, failureOf, setUp } from '../harness.ts'

const echo = defineTool({ name: 'echo', execute: (input: unknown) => input as object })

const call = (id: string, args: unknown, name = 'echo'): ToolCall => ({ id, name, arguments: args })

describe('$result in arguments', () => {
  test('$result stands for the data of another call, whole or by a pointer, anywhere, in text or in a value', async () => {
    const { run } = setUp([echo])
    const args = {
      whole: { $result: 'a' },
      deep: [{ name: { $result: 0, pointer: '/users/1/name' } }],
      odd: { $result: 'a', pointer: '/a~1b/~0' },
    }
    const results = await run([
      call('a', { users: [{ name: 'x' }, { name: 'y' }], 'a/b': { '~': 7 } }),
      call('b', args),
      call('c', JSON.stringify(args)),
      call('d', '{"\\u0024result":"a","pointer":"/users/0"}'),
    ])
    const filled = {
      whole: { users: [{ name: 'x' }, { name: 'y' }], 'a/b': { '~': 7 } },
      deep: [{ name: 'y' }],
      odd: 7,
    }
    expect(results.slice(1).map((result) => dataOf(result))).toEqual([filled, filled, { name: 'x' }])
  })

  test('I5 a filled reference is a copy of its own', async () => {
    const change = defineTool({
      name: 'change',
      execute: (input: { given: { n: number } }) => {
        input.given.n = 2
        return input.given
      },
    })
    const { run } = setUp([echo, change])
    const results = await run([
      call('a', { n: 1 }),
      call('b', { given: { $result: 'a' } }, 'change'),
      call('c', { given: { $result: 'a' } }, 'change'),
    ])
    expect(dataOf(results[0])).toEqual({ n: 1 })
    expect(dataOf(results[2])).toEqual({ n: 2 })
  })

  test('references are filled in before the arguments are validated', async () => {
    const square = defineTool({
      name: 'square',
      inputSchema: z.object({ n: z.number() }),
      execute: ({ n }) => ({ n: n * n }),
    })
    const { run } = setUp([echo, square])
    const results = await run([
      call('two', { n: 2, text: 'two' }),
      call('four', { n: { $result: 'two', pointer: '/n' } }, 'square'),
      call('sixteen', { n: { $result: 'four', pointer: '/n' } }, 'square'),
      call('wrong', { n: { $result: 'two', pointer: '/text' } }, 'square'),
    ])
    expect(dataOf(results[2])).toEqual({ n: 16 })
    expect(failureOf(results[3])).toMatchObject({ status: 'invalid', error: { code: 'invalid_arguments' } })
  })

  test('the error of a pointer that leads nowhere names the properties that exist', async () => {
    const { run } = setUp([echo])
    const results = await run([
      call('a', { users: [{ name: 'x' }] }),
      call('b', { x: { $result: 'a', pointer: '/users/1/name' } }),
      call('c', { x: { $result: 'a', pointer: '/persons' } }),
      call('d', { x: { $result: 'a', pointer: '/constructor' } }),
      call('e', { x: { $result: 'a', pointer: '/users/0/name/0' } }),
    ])
    expect(results.slice(1).map((result) => failureOf(result).error)).toMatchObject([
      {
        code: 'invalid_reference',
        message:
          "The arguments refer to the result of 'a', which has no '1': at '/users' there is a list of 1. Nothing was run.",
      },
      {
        message:
          "The arguments refer to the result of 'a', which has no 'persons': at the top there is an object with users. Nothing was run.",
      },
      { code: 'invalid_reference' },
      { message: expect.stringContaining("at '/users/0/name' there is a string") as string },
    ])
  })

  test('values that only look like references are passed as they are, and impossible references are refused', async () => {
    const { run } = setUp([echo, defineTool({ name: 'raw', references: false, execute: (input: object) => input })])
    const results = await run([
      call('more', { x: { $result: 'more', pointer: '', other: 1 } }),
      call('literal', { x: { $literal: { $result: 'a', pointer: '/x' } } }),
      call('raw', { x: { $result: 'nobody' } }, 'raw'),
      call('number', { x: { $result: 1.5 } }),
      call('pointer', { x: { $result: 'more', pointer: 'users' } }),
    ])
    expect(results.slice(0, 3).map((result) => dataOf(result))).toEqual([
      { x: { $result: 'more', pointer: '', other: 1 } },
      { x: { $result: 'a', pointer: '/x' } },
      { x: { $result: 'nobody' } },
    ])
    for (const result of results.slice(3))
      expect(failureOf(result)).toMatchObject({ status: 'invalid', error: { code: 'invalid_reference' } })
  })

  test('I38: data with keys that reach a prototype, and arguments that grow too large, are refused', async () => {
    const poison = defineTool({ name: 'poison', execute: () => JSON.parse('{"__proto__":{"admin":true}}') as object })
    const { run } = setUp([echo, poison], { maxArgumentsBytes: 200 })
    const results = await run([
      call('p', {}, 'poison'),
      call('a', { x: { $result: 'p' } }),
      call('long', { text: 'x'.repeat(120) }),
      call('b', { x: { $result: 'long' }, y: { $result: 'long' } }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'invalid', 'succeeded', 'invalid'])
    expect(failureOf(results[3]).error).toMatchObject({
      code: 'invalid_arguments',
      message: expect.stringContaining('larger than 200 bytes') as string,
    })
  })

  test('the whole of a result that was too large to be kept is read back', async () => {
    const store = new MemoryStore()
    const { run } = setUp([echo, defineTool({ name: 'long', execute: () => ({ items: Array(2_000).fill('item') }) })], {
      openSpillStore: () => store,
      maxResultBytes: 1_000,
    })
    const last = { $result: 'l', pointer: '/items/1999' }
    const results = await run([call('l', {}, 'long'), call('a', { last })])
    expect(results[0]).toMatchObject({ spilled: { bytes: 14_011 } })
    expect(dataOf(results[1])).toEqual({ last: 'item' })
    store.read = () => Promise.reject(new Error('EIO'))
    const again = await run([call('l', {}, 'long'), call('a', { last })])
    expect(failureOf(again[1])).toMatchObject({ status: 'failed', execution: 'none', error: { code: 'spill_failed' } })
  })

  test('I5, I32 a spilled result that is there when its call comes in the middle of a step is read back once', async () => {
    const clock = new VirtualClock()
    const store = new MemoryStore()
    const read = store.read.bind(store)
    let reads = 0
    store.read = async (file) => {
      const steps = 10 * ++reads
      for (let i = 0; i < steps; i++) await Promise.resolve()
      return read(file)
    }
    const long = defineTool({ name: 'long', execute: () => ({ ms: 20, items: Array(2_000).fill('item') }) })
    const executor = new ToolExecutor({
      tools: [touch(clock), long],
      clock,
      openSpillStore: () => store,
      maxResultBytes: 1_000,
    })
    const budget = new Budget({ toolCalls: 4 })
    const batch = executor.openBatch({
      budget,
      onEvent: (event) => {
        if (event.type === 'settled' && event.id === 'first')
          batch.add(touching('late', { ms: { $result: 'l', pointer: '/ms' } as never, writes: ['x'] }))
      },
    })
    batch.add(call('l', {}, 'long'))
    await clock.advance(1)
    batch.add(touching('holder', { writes: ['x'], ms: 50 }))
    batch.add(touching('first', { writes: ['y'], ms: 10 }))
    await clock.advance(100)
    batch.close()
    const results = await clock.runUntil(batch.results())
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded'])
    expect(reads).toBe(1)
  })

  test('I5 each attempt of a tool gets its own copy of the filled arguments', async () => {
    const seen: unknown[] = []
    const flaky = defineTool({
      name: 'flaky',
      annotations: { readOnlyHint: true },
      retry: { maxAttempts: 2, initialDelayMs: 1 },
      execute: (input: { x: { n: number } }) => {
        seen.push({ ...input.x })
        input.x.n = 9
        if (seen.length === 1) throw new Error('once more')
        return 'ok'
      },
    })
    const { run } = setUp([echo, flaky])
    const results = await run([call('a', { n: 1 }), call('f', { x: { $result: 'a' } }, 'flaky')])
    expect(results[1]?.success).toBe(true)
    expect(seen).toEqual([{ n: 1 }, { n: 1 }])
  })

  test('JSON without references arrives unchanged (property)', async () => {
    const { run } = setUp([echo], { quiet: true })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
        const plain = JSON.parse(JSON.stringify(value).replaceAll('$', '€').replaceAll('__proto__', 'p')) as object
        const [, result] = await run([call('a', {}), call('b', { $literal: plain })])
        const [same] = await run([call('b', plain)])
        expect(result?.success && result.data).toEqual(same?.success && same.data)
      }),
      { numRuns: 200 },
    )
  })
})
