import { afterEach, describe, expect, test } from 'vitest'
import { WorkerLost } from '../../packages/aof-runtime/src/core/contract/isolation.ts'
import { createIsolator } from '../../packages/aof-runtime/src/isolation/isolator.ts'
import { isAlive, untilGone } from '../tools/processes.ts'
import { isolator, MODES, start, thrownBy } from './harness.ts'

describe.each(MODES)('the pool: %s', (mode) => {
  test('a worker is reused', async () => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    expect(await start(at, mode, 'count').outcome).toBe(1)
    expect(await start(at, mode, 'count').outcome).toBe(2)
  })

  test('runs wait in order, and begin only when a worker takes them up', async () => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    const first = start(at, mode, 'until')
    const others = [start(at, mode, 'count'), start(at, mode, 'count'), start(at, mode, 'count')]
    await first.hears('progress "listening"')
    expect(others.map(({ heard }) => heard)).toEqual([[], [], []])
    first.abort({ name: 'AbortError', message: 'next' })
    expect(await Promise.all(others.map(({ outcome }) => outcome))).toEqual([1, 2, 3])
  })

  test.each(['abort', 'kill'] as const)('I14: %s of a waiting run: the tool never started', async (how) => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    const first = start(at, mode, 'until')
    const waiting = start(at, mode, 'count')
    const last = start(at, mode, 'count')
    await first.hears('progress "listening"')
    await waiting[how]({ name: 'AbortError', message: 'stop' })
    expect(await thrownBy(waiting)).toMatchObject({ name: 'WorkerLost', began: false })
    first.abort({ name: 'AbortError', message: 'next' })
    expect(await last.outcome).toBe(1)
    expect(waiting.heard).toEqual([])
  })

  test('I6, I10: thirty faulty calls among good ones each have their own outcome', async () => {
    const at = isolator({ maxThreads: 2, maxProcesses: 2 })
    const faults: readonly [string, unknown][] = [
      ['throws', { what: 'null' }],
      ['exits', { code: 1 }],
      ['strays', {}],
      ['returns', { what: 'function' }],
      ['loops', {}],
      ['missing', {}],
    ]
    const runs = Array.from({ length: 60 }, (_, i) => {
      if (i % 2 === 0) return { good: i, run: start(at, mode, 'default', { n: i }) }
      const [tool, input] = faults[((i - 1) / 2) % faults.length] ?? ['', {}]
      const run = start(at, mode, tool, input)
      void run.hears('progress "looping"').then(() => run.kill())
      return { good: undefined, run }
    })
    const outcomes = await Promise.allSettled(runs.map(({ run }) => run.outcome))
    const expected = runs.map(({ good }) =>
      good === undefined ? { status: 'rejected', reason: undefined } : { status: 'fulfilled', value: good * good },
    )
    expect(outcomes.map((outcome) => ('value' in outcome ? outcome : { ...outcome, reason: undefined }))).toEqual(
      expected,
    )
  })

  test('an idle worker that does not answer is ended, and the call given to another', async () => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    expect(await start(at, mode, 'blocksLater').outcome).toBe('returned')
    const run = start(at, mode, 'default', { n: 3 })
    expect(await run.outcome).toBe(9)
    expect(run.heard).toEqual(['began'])
  })

  test('I13: a call that is ended while its worker does not answer never starts', async () => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    expect(await start(at, mode, 'blocksLater').outcome).toBe('returned')
    const run = start(at, mode, 'default', { n: 3 })
    await run.kill()
    expect(await thrownBy(run)).toMatchObject({ name: 'WorkerLost', began: false })
    expect(await start(at, mode, 'default', { n: 4 }).outcome).toBe(16)
    expect(run.heard).toEqual([])
  })

  test('a memory limit has workers of its own, which make room for others', async () => {
    const at = isolator({ maxThreads: 1, maxProcesses: 1 })
    expect(await start(at, mode, 'count').outcome).toBe(1)
    expect(await start(at, mode, 'count', {}, { maxMemoryMb: 100 }).outcome).toBe(1)
    expect(await start(at, mode, 'count', {}, { maxMemoryMb: 100 }).outcome).toBe(2)
    expect(await start(at, mode, 'count').outcome).toBe(1)
  })

  test('closing the pool ends running and waiting runs, and starts nothing afterwards', async () => {
    const at = createIsolator({ maxThreads: 1, maxProcesses: 1 })
    const running = start(at, mode, 'loops')
    const waiting = start(at, mode, 'default', { n: 1 })
    await running.hears('progress "looping"')
    await Promise.all([at.close(), at.close()])
    expect(await thrownBy(running)).toMatchObject({ name: 'WorkerLost', began: true })
    for (const run of [waiting, start(at, mode, 'default', { n: 1 })]) {
      expect(await thrownBy(run)).toEqual(
        new WorkerLost(`'default' was not started: the executor was closed.`, { began: false }),
      )
      expect(run.heard).toEqual([])
    }
  })

  test('the pool can be closed before a worker has come up', async () => {
    const at = createIsolator()
    const run = start(at, mode, 'default', { n: 1 })
    await at.close()
    expect(await thrownBy(run)).toMatchObject({ name: 'WorkerLost', began: false })
  })

  test.each([1, 15, 64.5, Number.NaN])(
    "a memory limit below a worker's minimum is misuse, not a crash: %s",
    async (maxMemoryMb) => {
      const run = start(isolator(), mode, 'default', { n: 1 }, { maxMemoryMb })
      await expect(run.outcome).rejects.toThrow(/isolation\.maxMemoryMb: expected a whole number of at least 16/)
    },
  )

  test('the least memory limit is enough for a small tool', async () => {
    expect(await start(isolator(), mode, 'default', { n: 2 }, { maxMemoryMb: 16 }).outcome).toBe(4)
  })
})

describe('I10: workers that cannot come up', () => {
  const at = isolator({ maxProcesses: 1 })
  const node = process.execPath
  afterEach(() => {
    process.execPath = node
    delete process.env['NODE_OPTIONS']
  })

  test.each([
    ['there is no such program', () => (process.execPath = '/nowhere/node'), /could not be started: .*ENOENT/],
    [
      'it ends at once',
      () => (process.env['NODE_OPTIONS'] = '--import /nowhere.mjs'),
      /that should have run 'default' did not come up: .*nowhere\.mjs.*The tool was not started/,
    ],
  ])('I10: a worker that cannot come up is an outcome, and the tool never started: %s', async (_what, spoil, words) => {
    spoil()
    const runs = [start(at, 'process', 'default', { n: 1 }), start(at, 'process', 'default', { n: 2 })]
    for (const run of runs) {
      expect(await thrownBy(run)).toMatchObject({
        name: 'WorkerLost',
        began: false,
        message: expect.stringMatching(words),
      })
      expect(run.heard).toEqual([])
    }
  })

  test('after failed starts the pool works again', async () => {
    expect(await start(at, 'process', 'default', { n: 2 }).outcome).toBe(4)
  })
})

test('I17: idle workers end', async () => {
  const at = isolator({ idleMs: 1 })
  const pid = Number(await start(at, 'process', 'whereAmI').outcome)
  await untilGone(pid)
  expect(await start(at, 'process', 'default', { n: 2 }).outcome).toBe(4)
})

test.runIf(process.platform !== 'win32')(
  'an idle process that was stopped is ended, and another one takes the call',
  async () => {
    const at = isolator({ maxProcesses: 1 })
    const pid = Number(await start(at, 'process', 'whereAmI').outcome)
    process.kill(pid, 'SIGSTOP')
    expect(await start(at, 'process', 'default', { n: 3 }).outcome).toBe(9)
    await untilGone(pid)
  },
)

test('I16: closing the pool ends its processes', async () => {
  const at = createIsolator()
  const pid = Number(await start(at, 'process', 'whereAmI').outcome)
  expect(isAlive(pid)).toBe(true)
  await at.close()
  expect(isAlive(pid)).toBe(false)
})

test.each([
  [{ maxThreads: 0 }, /maxThreads: expected a whole number of at least 1, got 0/],
  [{ maxProcesses: 1.5 }, /maxProcesses/],
  [{ idleMs: -1 }, /idleMs/],
  [{ maxResultBytes: 0 }, /maxResultBytes/],
])('invalid pool options are misuse: %j', (options, words) => {
  expect(() => createIsolator(options)).toThrow(words)
})
