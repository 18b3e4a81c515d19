import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { describeThrown } from '../../packages/aof-runtime/src/core/values/failure.ts'
import { failureKind } from '../../packages/aof-runtime/src/core/contract/failure-kind.ts'
import { ToolFailure } from '../../packages/aof-runtime/src/core/contract/tool-failure.ts'
import { isolator, MODES, start, thrownBy, tools } from './harness.ts'

const file = (name: string): URL => new URL(`tools/${name}`, import.meta.url)

describe.each(MODES)('a tool in a %s', (mode) => {
  const at = isolator({ maxThreads: 1, maxProcesses: 1 })

  test('an isolated tool returns its value', async () => {
    const run = start(at, mode, 'default', { n: 7 })
    expect(await run.outcome).toBe(49)
    expect(run.heard).toEqual(['began'])
  })

  test('an isolated tool may be the result of defineTool, in a module given by its path', async () => {
    expect(await start(at, mode, 'asTool', { a: 1, b: 2 }, { module: fileURLToPath(tools) }).outcome).toBe(3)
  })

  test("an isolated tool sees its call, but not the application's context", async () => {
    expect(await start(at, mode, 'seen', { q: ['x'] }).outcome).toEqual({
      input: { q: ['x'] },
      call: { id: 'c1', name: 'seen', arguments: { q: ['x'] } },
      index: 2,
      attempt: 3,
      idempotencyKey: 'run/1/2',
      context: true,
      executor: true,
    })
  })

  describe('I7: thrown values', () => {
    const PATHS = ['throws', 'rejects']
    test.each(PATHS)('I7: an isolated tool may throw any value: %s', async (path) => {
      const thrown = (what: string): Promise<unknown> => thrownBy(start(at, mode, path, { what }))
      expect(await thrown('null')).toBe(null)
      expect(await thrown('undefined')).toBe(undefined)
      expect(await thrown('text')).toBe('just text')
      expect(await thrown('number')).toBe(404)
      expect(String(await thrown('symbol'))).toBe('Symbol(why)')
      expect(describeThrown(await thrown('function')).message).toContain('a function')
      expect(await thrown('object')).toEqual({ message: 'an object says' })
      expect(await thrown('getters')).toMatchObject({ message: 'readable' })
      expect(describeThrown(await thrown('proxy')).message).not.toBe('')
    })

    test.each(PATHS)('I7: a thrown error keeps its descriptive fields: %s', async (path) => {
      const thrown = (what: string): Promise<unknown> => thrownBy(start(at, mode, path, { what }))
      const error = (await thrown('type error')) as Error
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({ name: 'TypeError', message: 'bad type', code: 'ERR_BAD' })
      expect(error.stack).toContain('tools.ts')
      expect(await thrown('cause')).toMatchObject({
        message: 'outer',
        cause: { message: 'inner', cause: 'innermost' },
      })
      expect(((await thrown('long')) as Error).message.length).toBeLessThan(100_000)
    })

    test('I7: a ToolFailure stays a ToolFailure, retryable or not', async () => {
      const failure = await thrownBy(start(at, mode, 'throws', { what: 'failure' }))
      expect(failure).toBeInstanceOf(ToolFailure)
      expect(failure).toMatchObject({ message: 'busy', retryable: true })
    })

    test("I33: a server's advice about retries is kept", async () => {
      const error = await thrownBy(start(at, mode, 'throws', { what: 'http' }))
      expect(failureKind(error)).toEqual({ lasting: 'transient', retryAfterMs: 3_000, isTooMany: true })
    })
  })

  describe('I31: returned values', () => {
    const returned = (what: string): Promise<unknown> => start(at, mode, 'returns', { what }).outcome

    test('I31: a returned value crosses as JSON if JSON can hold it', async () => {
      expect(await returned('undefined')).toBe(null)
      expect(await returned('url')).toEqual({ at: 'http://127.0.0.1/x', when: '1970-01-01T00:00:00.000Z', big: '10' })
    })

    test('I31: a returned value crosses as a clone if only a clone can hold it', async () => {
      expect(await returned('bytes')).toEqual({ name: 'raw', data: new Uint8Array([1, 2, 3]) })
      const cycle = (await returned('cycle')) as { self: unknown }
      expect(cycle.self).toBe(cycle)
    })

    test.each([
      ['function', /'returns' returned a value that cannot leave its worker: .*function.*\/list\/1/],
      ['symbol', /symbol.*\/s/],
      ['promise', /promise.*\/late/],
      ['getter', /cannot be read: no reading/],
      ['large', /16777216 bytes/],
      ['large bytes', /16777216 bytes/],
      ['error', /^returned, not thrown$/],
    ])('I31: a returned value that cannot cross is an error that says so: %s', async (what, words) => {
      await expect(returned(what)).rejects.toThrow(words)
    })
  })

  describe('the module of an isolated tool', () => {
    test.each([
      ['a function that is not a name of the module', 'common.cjs', 'not a name', 'found'],
      ['a named export of CommonJS', 'common.cjs', 'plain', 2],
      ['the default export of a compiled module', 'compiled.cjs', 'default', 'the default of a compiled module'],
    ])('the exported tool is found: %s', async (_what, name, tool, value) => {
      expect(await start(at, mode, tool, { n: 1 }, { module: file(name) }).outcome).toBe(value)
    })

    test.each([
      [
        'is missing',
        'nowhere.js',
        'default',
        /module file:.*nowhere\.js could not be loaded: .*Check isolation\.module/,
      ],
      ['fails', 'broken.js', 'default', /broken\.js could not be loaded: the module itself fails/],
      ['lacks the export', 'tools.ts', 'missing', /tools\.ts has no export 'missing', only: .*Check isolation\.export/],
      ['has no such export, by a name of every object', 'common.cjs', 'toString', /no export 'toString'/],
      [
        'exports no function',
        'tools.ts',
        'notATool',
        /'notATool' of .*neither a tool nor a function, but of type string/,
      ],
      ['exports null', 'tools.ts', 'nothing', /'nothing' of .* but null/],
    ])('a module that %s is an error of the tool, with the reason', async (_what, name, tool, words) => {
      const run = start(at, mode, tool, {}, { module: file(name) })
      await expect(run.outcome).rejects.toThrow(words)
      await expect(run.outcome).rejects.not.toHaveProperty('began')
    })

    test('a module that is neither a URL nor an absolute path is misuse', async () => {
      const run = start(at, mode, 'default', {}, { module: './tools.ts' })
      await expect(run.outcome).rejects.toThrow(/isolation\.module: expected .* got "\.\/tools\.ts"/)
    })
  })

  test('arguments that cannot be cloned are an error, and the worker continues', async () => {
    await expect(start(at, mode, 'default', { n: () => 1 }).outcome).rejects.toThrow(
      /arguments of 'default' cannot be sent/,
    )
    expect(await start(at, mode, 'default', { n: 2 }).outcome).toBe(4)
  })
})

test('an unknown isolation mode is misuse', async () => {
  const at = isolator()
  await expect(start(at, 'vm' as 'thread', 'default').outcome).rejects.toThrow(/isolation\.mode: expected .* got "vm"/)
})
