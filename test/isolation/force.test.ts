/** S7: what blocks, crashes or eats memory, and what is left of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { WorkerLost } from '../../packages/aof-runtime/src/core/contract/isolation.ts'
import { createIsolator } from '../../packages/aof-runtime/src/isolation/isolator.ts'
import { isAlive, untilGone, untilLines } from '../tools/processes.ts'
import { isolator, MODES, start, thrownBy } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'aof-isolation-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function expectLost(run: Parameters<typeof thrownBy>[0], words: RegExp): Promise<void> {
  const lost = await thrownBy(run)
  expect(lost).toBeInstanceOf(WorkerLost)
  expect(lost).toMatchObject({ began: true, message: expect.stringMatching(words) })
}

describe.each(MODES)('a tool in a %s', (mode) => {
  const at = isolator({ maxThreads: 1, maxProcesses: 1 })
  const isWell = async (): Promise<void> => expect(await start(at, mode, 'default', { n: 3 }).outcome).toBe(9)

  test.each([
    ['loops', 'progress "looping"'],
    ['backtracks', 'progress "looping"'],
    ['waitsForEver', 'progress "waiting"'],
  ])('I10: an isolated tool that %s for ever is ended by force, and its worker replaced', async (tool, word) => {
    const run = start(at, mode, tool)
    await run.hears(word)
    await run.kill()
    await expectLost(run, new RegExp(`^The ${mode} that ran '${tool}' was ended by force\\.`))
    await isWell()
  })

  test('a run is ended once; a kill after its end has no effect', async () => {
    const good = start(at, mode, 'default', { n: 1 })
    await good.outcome
    const next = start(at, mode, 'until')
    await next.hears('progress "listening"')
    await Promise.all([good.kill(), good.kill()])
    next.abort({ name: 'AbortError', message: 'enough' })
    expect(await next.outcome).toBe('AbortError: enough')
  })

  test('I10: a call whose tool exits its worker is lost with the exit code, and the worker is replaced', async () => {
    await expectLost(start(at, mode, 'exits', { code: 7 }), /ended itself with code 7/)
    await isWell()
  })

  test('I8: a call with an unhandled error is lost with the reason, and the worker is replaced', async () => {
    const run = start(at, mode, 'strays')
    await expectLost(run, /unhandled error in the tool: nobody awaits this\./)
    expect(await thrownBy(run)).toMatchObject({ cause: { message: 'nobody awaits this' } })
    await isWell()
  })

  test('I6, I8: a late error of an earlier tool fails no other call', async () => {
    const first = start(at, mode, 'leavesBehind')
    const next = start(at, mode, 'default', { n: 5 })
    expect(await first.outcome).toBe('left')
    expect(await next.outcome).toBe(25)
    await isWell()
  })

  test('I10: a tool with an endlessly growing array runs out of memory, and the host survives', async () => {
    await expectLost(start(at, mode, 'growsArray', {}, { maxMemoryMb: 32 }), /ran out of memory of 32 MB.*maxMemoryMb/)
    await isWell()
  })
})

describe('a blocking native call', () => {
  const at = isolator()

  test('a native call in a thread ends by itself: ending it takes as long, while other calls continue', async () => {
    const file = join(folder, 'thread')
    const run = start(at, 'thread', 'blocks', { file })
    await untilLines(file, 1)
    const ended = run.kill()
    expect(await start(at, 'thread', 'default', { n: 2 }).outcome).toBe(4)
    await ended
    expect(readFileSync(file, 'utf8')).toBe('begun\nended\n')
    await expectLost(run, /ended by force/)
  })

  test('a native call in a thread delays a close only for a bounded time', async () => {
    const file = join(folder, 'closing')
    const closing = createIsolator({ closeMs: 1 })
    const run = start(closing, 'thread', 'blocks', { file })
    await untilLines(file, 1)
    await closing.close()
    expect(readFileSync(file, 'utf8')).toBe('begun\n')
    await expectLost(run, /ended by force/)
  })

  test('a blocked process ends at once, and so do its descendants', async () => {
    const file = join(folder, 'process')
    const run = start(at, 'process', 'blocks', { file })
    await untilLines(file, 1)
    await run.kill()
    expect(readFileSync(file, 'utf8')).toBe('begun\n')
    await expectLost(run, /ended by force/)
  })

  test('a process that computes ends at once', async () => {
    const run = start(at, 'process', 'computes')
    await run.hears('progress "computing"')
    await run.kill()
    await expectLost(run, /ended by force/)
  })
})

describe('faults that only a process contains', () => {
  const at = isolator({ maxProcesses: 1 })
  const isWell = async (): Promise<void> => expect(await start(at, 'process', 'default', { n: 3 }).outcome).toBe(9)

  test('I10: a tool with an endlessly growing Map runs out of memory in a process, and the host survives', async () => {
    await expectLost(start(at, 'process', 'growsMap', {}, { maxMemoryMb: 64 }), /ran out of memory of 64 MB/)
    await isWell()
  })

  test('I10: a SIGKILL from outside is reported', async () => {
    await expectLost(start(at, 'process', 'dies'), /was ended by SIGKILL\. The system may have run out of memory/)
    await isWell()
  })

  test('I10: a closed channel means a lost worker', async () => {
    await expectLost(start(at, 'process', 'disconnects'), /was ended by SIGKILL/)
    await isWell()
  })

  test('forged messages of a tool change nothing', async () => {
    expect(await start(at, 'process', 'forges').outcome).toBe('true')
    await isWell()
  })

  test.each([false, true])('I16: descendants of a tool end with it; with a group of its own: %s', async (detached) => {
    const run = start(at, 'process', 'startsOthers', { detached })
    const pids = (await run.firstProgress) as number[]
    expect(pids.map(isAlive)).toEqual([true, true])
    await run.kill()
    await Promise.all(pids.map(untilGone))
    await isWell()
  })
})
