import { describe, expect, test } from 'vitest'
import { ToolExecutor as CoreToolExecutor } from '../../packages/aof-runtime/src/core/executor/executor.ts'
import {
  type AnyTool,
  defineTool,
  type SpilledFile,
  type SucceededResult,
  type ToolContent,
  type ToolResult,
} from '../../packages/aof-runtime/src/index.ts'
import { callOf, dataOf, failureOf, setUp, type SetUpOptions } from './harness.ts'
import { MemoryStore } from './memory-store.ts'

const returning = (value: unknown, rest: Partial<AnyTool> = {}): AnyTool => ({
  ...defineTool({ name: 't', execute: () => value }),
  ...rest,
})

interface Ran {
  readonly store: MemoryStore
  readonly results: readonly ToolResult[]
}

async function runWith(tools: readonly AnyTool[], options: SetUpOptions, calls = 1): Promise<Ran> {
  const store = new MemoryStore()
  const { run } = setUp(tools, { openSpillStore: () => store, ...options })
  return { store, results: await run(Array.from({ length: calls }, () => callOf('t'))) }
}

function successOf(result: ToolResult | undefined): SucceededResult {
  if (result?.success !== true) throw new Error(`expected a success, got ${JSON.stringify(result)}`)
  return result
}

const textOf = (content: readonly ToolContent[] | undefined): (string | undefined)[] =>
  (content ?? []).map((part) => (part.type === 'text' ? part.text : undefined))

describe('a result that is too large (I30)', () => {
  test('I30 a result that is too large is a preview of the same shape, and the whole is in a file', async () => {
    const value = {
      text: 'é'.repeat(5_000),
      list: Array.from({ length: 500 }, (_, i) => i),
      deep: { a: [{ b: true }] },
    }
    const { store, results } = await runWith([returning(value)], { maxResultBytes: 5_000 })
    const { data, spilled, content } = successOf(results[0])
    expect(store.text(spilled?.path)).toBe(JSON.stringify(value))
    expect(spilled).toEqual({ path: '/1-t.json', bytes: new TextEncoder().encode(JSON.stringify(value)).length })
    const { text, list, deep } = data as typeof value
    expect(text).toMatch(/^é+…$/)
    expect(list.length).toBeGreaterThan(5)
    expect(list).toEqual(value.list.slice(0, list.length))
    expect(deep).toEqual(value.deep)
    expect(JSON.stringify(data).length).toBeLessThan(4_096)
    const [preview, notice] = textOf(content)
    expect(preview).toBe(JSON.stringify(data))
    expect(notice).toMatch(/^\[The result is too large .+ \d+ bytes of JSON.+ cut here.+ file \/1-t\.json; /)
  })

  test('I30 a result of exactly the limit stays in memory, and one byte more goes to a file', async () => {
    for (const [length, isSpilled] of [
      [998, false],
      [999, true],
    ] as const) {
      const { results } = await runWith([returning('x'.repeat(length))], { maxResultBytes: 1_000 })
      expect(successOf(results[0]).spilled !== undefined).toBe(isSpilled)
    }
  })

  test('I30 a result over maxSpillBytes fails, and so does one of more than a million values', async () => {
    const over = await runWith([returning('x'.repeat(3_000))], { maxResultBytes: 1_000, maxSpillBytes: 2_000 })
    expect(failureOf(over.results[0]).error.message).toContain('larger than 2000 bytes as JSON')
    const close = await runWith([returning('é'.repeat(1_500))], { maxResultBytes: 1_000, maxSpillBytes: 2_000 })
    expect(failureOf(close.results[0]).error.message).toContain('it is larger than 2000 bytes')
    const many = await runWith([returning(Array.from({ length: 1_000_001 }, () => 0))], {})
    expect(failureOf(many.results[0]).error).toMatchObject({
      code: 'result_too_large',
      message: expect.stringContaining('holds more than 1000000 values') as string,
    })
    for (const { store } of [over, close, many]) expect(store.files.size).toBe(0)
  })

  test('I30 a result that is too large fails without a store, and with spill: false', async () => {
    const options = { maxResultBytes: 1_000, spill: false } as const
    const { results } = await runWith([returning('x'.repeat(3_000))], options)
    expect(failureOf(results[0]).error.code).toBe('result_too_large')
    const core = new CoreToolExecutor({ tools: [returning('x'.repeat(3_000))], maxResultBytes: 1_000 })
    expect(failureOf(await core.call('t', {})).error.code).toBe('result_too_large')
  })

  test('a spilled result keeps the content that toContent made of the whole, and names the file', async () => {
    const tool = returning('x'.repeat(3_000), {
      toContent: (data: string) => [{ type: 'text', text: `${data.length} characters` }],
    } as Partial<AnyTool>)
    const { results } = await runWith([tool], { maxResultBytes: 1_000 })
    expect(textOf(successOf(results[0]).content)).toEqual([
      '3000 characters',
      expect.stringMatching(/^\[The result is too large/),
    ])
  })

  test('the output schema checks the whole of a spilled result', async () => {
    const outputSchema = { type: 'string', minLength: 3_000 }
    const fits = await runWith([returning('x'.repeat(3_000), { outputSchema })], { maxResultBytes: 1_000 })
    expect(successOf(fits.results[0]).spilled?.bytes).toBe(3_002)
    const short = await runWith([returning('x'.repeat(2_999), { outputSchema })], { maxResultBytes: 1_000 })
    expect(failureOf(short.results[0]).error.code).toBe('invalid_output')
    expect(short.store.files.size).toBe(0)
  })

  test('I11 a store that hangs delays neither the call nor close', async () => {
    const hanging = {
      write: () => new Promise<SpilledFile>(() => {}),
      read: () => new Promise<string>(() => {}),
      close: () => new Promise<void>(() => {}),
    }
    const { executor, clock } = setUp([returning('x'.repeat(3_000))], {
      openSpillStore: () => hanging,
      maxResultBytes: 1_000,
      timeoutMs: 500,
    })
    const result = await clock.runUntil(executor.call('t', {}))
    expect(failureOf(result)).toMatchObject({ status: 'timed_out', execution: 'ended', timing: { totalMs: 500 } })
    await clock.runUntil(executor.close())
    expect(clock.pending).toBe(0)
  })

  test('a store that fails gives its reason, and close waits for it', async () => {
    const store = new MemoryStore()
    store.write = () => Promise.reject(new Error('ENOSPC: no space left on device'))
    const { executor, clock } = setUp([returning('x'.repeat(3_000))], {
      openSpillStore: () => store,
      maxResultBytes: 1_000,
    })
    const result = await clock.runUntil(executor.call('t', {}))
    expect(failureOf(result)).toMatchObject({
      status: 'failed',
      execution: 'ended',
      error: { code: 'result_too_large', message: expect.stringContaining('ENOSPC') as string },
    })
    await clock.runUntil(executor.close())
    expect(store.isClosed).toBe(true)
  })
})

describe('a batch whose results are full', () => {
  const options = { maxBatchBytes: 10_000 }

  test('I30 a batch with full results spills later results, and keeps small ones in memory', async () => {
    const { store, results } = await runWith([returning('x'.repeat(2_998))], options, 5)
    expect(results.map((result) => successOf(result).spilled !== undefined)).toEqual([false, false, false, true, true])
    expect(store.files.size).toBe(2)
    const small = await runWith([returning('x'.repeat(1_000))], options, 15)
    expect(small.results.every((result) => successOf(result).spilled === undefined)).toBe(true)
  })

  test('I30 without a store later results of a full batch fail, with the reason', async () => {
    const { results } = await runWith([returning('x'.repeat(2_998))], { ...options, spill: false }, 5)
    expect(results.map(({ success }) => success)).toEqual([true, true, true, false, false])
    expect(failureOf(results[4]).error).toMatchObject({
      code: 'result_too_large',
      message: expect.stringContaining('batch together are larger than 10000 bytes') as string,
    })
  })

  test('the size of a batch is counted exactly: many small results fit', async () => {
    const { results } = await runWith([returning({ a: 1 })], options, 1_000)
    expect(results.every(({ success }) => success)).toBe(true)
  })

  test('the size of each batch is counted on its own', async () => {
    const { run } = setUp([returning('x'.repeat(6_000))], { ...options, spill: false })
    for (let i = 0; i < 3; i++) expect(dataOf((await run([callOf('t')]))[0])).toHaveLength(6_000)
  })
})

describe('binary data (I30)', () => {
  test('I30 binary data goes to files, and references stand for it', async () => {
    const shared = new Uint8Array([9, 1, 2, 3, 9])
    const value = {
      view: shared.subarray(1, 4),
      buffer: Uint8Array.of(5).buffer,
      blob: new Blob(['hello'], { type: 'image/png' }),
      node: Buffer.from('hi'),
      empty: new Uint8Array(0),
    }
    const { store, results } = await runWith([returning(value)], {})
    shared.fill(0)
    expect(dataOf(results[0])).toEqual({
      view: { file: '/1-t.bin', bytes: 3 },
      buffer: { file: '/2-t.bin', bytes: 1 },
      blob: { file: '/3-t.png', bytes: 5, mediaType: 'image/png' },
      node: { file: '/4-t.bin', bytes: 2 },
      empty: { file: '/5-t.bin', bytes: 0 },
    })
    expect([...(store.files.get('/1-t.bin') ?? [])]).toEqual([1, 2, 3])
    expect(store.text('/3-t.png')).toBe('hello')
    expect(successOf(results[0]).spilled).toBeUndefined()
  })

  test('a result that is binary data is copied, so later changes by the tool have no effect', async () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const tool = defineTool({
      name: 't',
      execute: () => {
        queueMicrotask(() => bytes.fill(0))
        return bytes
      },
    })
    const { store, results } = await runWith([tool], {})
    expect(dataOf(results[0])).toEqual({ file: '/1-t.bin', bytes: 3 })
    expect([...(store.files.get('/1-t.bin') ?? [])]).toEqual([1, 2, 3])
  })

  test('I30 binary data is refused without a store, and over maxSpillBytes', async () => {
    const { results } = await runWith([returning(Uint8Array.of(1))], { spill: false })
    expect(failureOf(results[0]).error.code).toBe('unserializable_result')
    const over = await runWith([returning([new Uint8Array(3_000)])], { maxSpillBytes: 2_000, maxResultBytes: 1_000 })
    expect(failureOf(over.results[0]).error.message).toContain('more than 2000 bytes of binary data')
  })

  test('bad input 72: large images and texts of toContent go to files', async () => {
    const png = btoa('\x89PNG'.repeat(500))
    const content: ToolContent[] = [
      { type: 'text', text: 'a map' },
      { type: 'image', data: png, mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'x://1', blob: png } },
      { type: 'text', text: 'y'.repeat(9_000) },
    ]
    const { store, results } = await runWith([returning(1, { toContent: () => content })], { maxResultBytes: 4_000 })
    const texts = textOf(successOf(results[0]).content)
    expect(texts.slice(0, 3)).toEqual([
      'a map',
      '[image/png, 2000 bytes, is in the file /3-t.png]',
      '[data of x://1, 2000 bytes, is in the file /2-t.bin]',
    ])
    expect(texts[3]).toMatch(/^y{3000}…\n\n\[Cut here: all 9000 bytes are in the file \/1-t\.txt\]$/)
    expect(store.text('/3-t.png')).toHaveLength(2_000)
  })
})
