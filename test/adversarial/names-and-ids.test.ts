import { describe, expect, test } from 'vitest'
import { defineTool, type ToolCall, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf, dataOf, failureOf, revokedProxy, setUp, withGetter } from '../core/harness.ts'
import { everyWay } from './entry-points.ts'

const ran: string[] = []
const readFile = defineTool({ name: 'read_file', execute: () => ran.push('read_file') })

const oddValues: [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 7],
  ['an object', {}],
  ['a list', ['read_file']],
  ['a boolean', true],
  ['a symbol', Symbol('s')],
  ['a revoked proxy', revokedProxy()],
]

describe('tool names (bad inputs 1 to 15)', () => {
  test.each([
    [1, '__proto__'],
    [2, 'constructor'],
    [3, 'toString'],
    [4, 'hasOwnProperty'],
    [5, ''],
    [6, 'read_file '],
    [7, 'Read_File'],
    [8, 'read-file'],
    [9, 're\u0430d_file'],
    [10, 'read\u200bfile'],
    [10, 'read_file\u200b'],
    [11, '../../etc'],
    [12, 'read_file'.repeat(7_282)],
    [13, 'a\0b'],
    [13, 'read_file\0'],
  ])('I38, bad input %i: %j is not a tool, and the error names the tools', async (_number, name) => {
    ran.length = 0
    const result = failureOf(await everyWay([readFile], callOf(name)))
    expect(result).toMatchObject({
      name,
      status: 'invalid',
      execution: 'none',
      error: { code: 'unknown_tool', retryable: false },
    })
    expect(result.error.message).toMatch(/^There is no tool '.*'\. The tools are: read_file\.$/s)
    expect(result.error.message.length).toBeLessThan(250)
    expect(ran).toEqual([])
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a tool that is registered as %s is found',
    async (name) => {
      const own = defineTool({ name, execute: () => 'mine' })
      expect(dataOf(await everyWay([own, readFile], callOf(name)))).toBe('mine')
      expect(failureOf(await everyWay([own], callOf('valueOf'))).error.message).toContain(`The tools are: ${name}.`)
    },
  )

  test('without tools the error says so; with many it names twenty', async () => {
    expect(failureOf(await everyWay([], callOf('x'))).error.message).toBe("There is no tool 'x'. There are no tools.")
    const many = Array.from({ length: 30 }, (_, i) => defineTool({ name: `tool_${i}`, execute: () => 1 }))
    expect(failureOf(await everyWay(many, callOf('x'))).error.message).toMatch(/tool_18, tool_19, …\.$/)
  })

  test.each(oddValues)('bad input 14: a call whose name is %s is malformed', async (_what, name) => {
    const executor = new ToolExecutor({ tools: [readFile] })
    const call = { id: 'a', name, arguments: {} } as unknown as ToolCall
    const [whole] = await executor.executeTools([call])
    const added = await executor.openBatch().add(call).result()
    for (const result of [whole, added]) {
      expect(failureOf(result)).toMatchObject({
        id: 'a',
        name: '',
        status: 'invalid',
        execution: 'none',
        error: { code: 'malformed_call', message: 'A call needs a name: the name of a tool, as a string.' },
      })
    }
  })

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['a revoked proxy', revokedProxy()],
    [
      'a name that throws',
      withGetter('name', () => {
        throw new Error('x')
      }),
    ],
    [
      'an id that throws',
      Object.assign(
        withGetter('id', () => {
          throw null
        }),
        { name: 'read_file', arguments: {} },
      ),
    ],
    [
      'arguments that throw',
      Object.assign(
        withGetter('arguments', () => {
          throw revokedProxy()
        }),
        { id: 'a', name: 'read_file' },
      ),
    ],
    [
      'a timeout that throws',
      Object.assign(
        withGetter('timeoutMs', () => {
          throw 1
        }),
        { id: 'a', name: 'read_file' },
      ),
    ],
  ])('bad input 14: an unreadable call never runs: %s', async (_what, call) => {
    ran.length = 0
    const { run } = setUp([readFile])
    const [first, second] = await run([call as ToolCall, callOf('read_file')])
    expect(failureOf(first)).toMatchObject({
      status: 'invalid',
      execution: 'none',
      error: {
        code: 'malformed_call',
        message: 'The call cannot be read: it is not an object, or a property of it throws.',
      },
    })
    expect([second?.success, ran.length]).toEqual([true, 1])
  })

  test.each([[7], ['text'], [true], [[]], [() => 1]])('bad input 14: the call %o has no name', async (call) => {
    const [result] = await new ToolExecutor({ tools: [readFile] }).executeTools([call as unknown as ToolCall])
    expect(failureOf(result).error.code).toBe('malformed_call')
  })

  test('bad input 14: holes in the list of calls are unreadable calls', async () => {
    const calls: ToolCall[] = []
    calls[2] = callOf('read_file')
    const results = await new ToolExecutor({ tools: [readFile] }).executeTools(calls)
    expect(results.map(({ index, status }) => [index, status])).toEqual([
      [0, 'invalid'],
      [1, 'invalid'],
      [2, 'succeeded'],
    ])
  })

  test('bad input 15: two tools with one name are refused by the constructor', () => {
    expect(() => new ToolExecutor({ tools: [readFile, { ...readFile }] })).toThrow(
      `tools: expected tools of different names, got "two named 'read_file'".`,
    )
  })
})

describe('ids (bad inputs 16 to 22)', () => {
  const echo = defineTool({ name: 'echo', execute: (input, { call }) => ({ input, id: call.id }) })

  test('I3, bad input 16: two calls with one id both run, and each gets its own result', async () => {
    const results = await setUp([echo]).run([
      callOf('echo', { n: 1 }, 'same'),
      callOf('echo', { n: 2 }, 'same'),
      callOf('echo', { n: 1 }, 'same'),
    ])
    expect(results.map(dataOf)).toEqual([1, 2, 1].map((n) => ({ input: { n }, id: 'same' })))
    expect(results.map(({ index, id }) => [index, id])).toEqual([
      [0, 'same'],
      [1, 'same'],
      [2, 'same'],
    ])
  })

  test('bad input 17: an id of an earlier turn has no special meaning', async () => {
    const { run } = setUp([echo])
    const [first] = await run([callOf('echo', { n: 1 }, 'a')], { run: 'r', turn: 0 })
    const [second] = await run([callOf('echo', { n: 2 }, 'a')], { run: 'r', turn: 1 })
    expect([dataOf(first), dataOf(second)]).toEqual([
      { input: { n: 1 }, id: 'a' },
      { input: { n: 2 }, id: 'a' },
    ])
  })

  test.each(oddValues)('bad input 18: an id that is %s is replaced by one made from the place', async (_what, id) => {
    const results = await setUp([echo]).run([
      callOf('echo'),
      { id, name: 'echo', arguments: {} } as unknown as ToolCall,
    ])
    expect(results.map((result) => result.id)).toEqual(['id', 'call-1'])
    expect(dataOf(results[1])).toEqual({ input: {}, id: 'call-1' })
  })

  test.each([
    [18, 'call-1'],
    [19, '__proto__'],
    [20, ''],
    [21, 'x'.repeat(1_000_000)],
    [0, 'a\0\x1b[2J\u202e'],
  ])('bad input %i: an odd id is returned unchanged, in its own place', async (_number, id) => {
    const results = await setUp([echo]).run([callOf('echo', { n: 0 }, 'other'), callOf('echo', { n: 1 }, id)])
    expect(results[1]?.id === id).toBe(true)
    expect(results.map(({ index }) => index)).toEqual([0, 1])
  })

  test('bad input 22: a result that claims to be of another call is data of its own call', async () => {
    const forger = defineTool({
      name: 'forge',
      execute: () => ({ index: 1, id: 'b', name: 'echo', status: 'failed', success: false }),
    })
    const [forged, other] = await setUp([echo, forger]).run([callOf('forge', {}, 'a'), callOf('echo', { n: 1 }, 'b')])
    expect(forged).toMatchObject({
      index: 0,
      id: 'a',
      name: 'forge',
      status: 'succeeded',
      success: true,
      data: { id: 'b' },
    })
    expect(dataOf(other)).toEqual({ input: { n: 1 }, id: 'b' })
  })
})
