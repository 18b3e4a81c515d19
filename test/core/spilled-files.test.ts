import { describe, expect, test } from 'vitest'
import { defineTool, type SpillOptions, type ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { callOf, eventsOf, failureOf, setUp } from './harness.ts'
import { MemoryStore } from './memory-store.ts'

const large = defineTool({ name: 'large', execute: ({ n = 1_000 }: { n?: number }) => 'x'.repeat(n) })

/** An executor whose results go to a store from 100 bytes on, as far as they may. */
function spilling(spill: SpillOptions, tools = [large]) {
  const store = new MemoryStore()
  const set = setUp(tools, { maxResultBytes: 100, spill, openSpillStore: () => store })
  const run = async (name?: string, n?: number, executor: ToolExecutor = set.executor) => {
    const [result] = await executor.executeTools(
      [callOf('large', n === undefined ? {} : { n })],
      name === undefined ? {} : { run: name },
    )
    return result
  }
  return { ...set, store, run, paths: () => [...store.files.keys()] }
}

describe('files of large results', () => {
  test.each([
    ['close', 3],
    ['run', 1],
    ['batch', 0],
  ] as const)(
    'removeAfter %s: of a batch without a name, a named run and an ended one, %s are left',
    async (removeAfter, left) => {
      const { executor, run, paths } = spilling({ removeAfter })
      await run()
      await run('goes on')
      await run('ended')
      await executor.endRun('ended')
      expect(paths()).toHaveLength(left)
    },
  )

  test('the files of a nested call stay until the outermost batch has settled', async () => {
    let during = 0
    const nested: { readonly store: MemoryStore }[] = []
    const outer = defineTool({
      name: 'outer',
      execute: async (_, ctx) => {
        await ctx.executor.executeTools([callOf('large')])
        await Promise.resolve()
        during = nested[0]?.store.files.size ?? 0
      },
    })
    const set = spilling({ removeAfter: 'batch' }, [large, outer as never])
    nested.push(set)
    await set.executor.executeTools([callOf('outer')])
    expect([during, set.store.files.size]).toEqual([1, 0])
  })

  test('all spilled files together keep within maxTotalBytes: those of the oldest ended run are removed first, with an event and a warning', async () => {
    const { run, paths, events, lines } = spilling({ maxTotalBytes: 2_500 })
    await run('a')
    await run('b')
    await run('c')
    expect(paths()).toEqual(['/2-large.json', '/3-large.json'])
    expect(eventsOf(events, 'files_removed')).toEqual([
      { type: 'files_removed', at: 0, run: 'a', files: 1, bytes: 1_002 },
    ])
    expect(lines.filter((line) => line.startsWith('WARN'))).toEqual([
      'WARN 1 files of large results (1002 bytes) of the run a were removed, since all files together may take up no more (spill.maxTotalBytes).',
    ])
  })

  test('files of a run under way are not removed, and a result without room fails', async () => {
    const { executor, paths } = spilling({ maxTotalBytes: 2_500 })
    const results = await executor.executeTools(['a', 'b', 'c'].map((id) => callOf('large', {}, id)))
    expect(results.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'failed'])
    expect(failureOf(results[2]).error).toMatchObject({
      code: 'result_too_large',
      message: expect.stringContaining('may have 2500 bytes together (spill.maxTotalBytes)'),
    })
    expect(paths()).toHaveLength(2)
  })

  test('a result larger than maxTotalBytes is refused, and other files stay', async () => {
    const { run, paths } = spilling({ maxTotalBytes: 2_500 })
    const [first, second] = [await run('a'), await run('b', 3_000)]
    expect([first?.status, second?.status]).toEqual(['succeeded', 'failed'])
    expect(paths()).toHaveLength(1)
  })

  test.each([
    [{ removeAfter: 'turn' }, "spill.removeAfter: expected 'close', 'run' or 'batch', got \"turn\"."],
    [{ maxTotalBytes: 1 }, 'spill.maxTotalBytes: expected a whole number of at least 2, got 1.'],
  ])('%j is a MisuseError', (spill, message) => {
    expect(() => setUp([], { spill: spill as never })).toThrow(message)
  })
})
