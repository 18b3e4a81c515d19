/** S7: what blocks, crashes or eats memory, and what is left of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { WorkerLost } from '../../packages/aof-runtime/src/core/isolation.ts'
import { createIsolator } from '../../packages/aof-runtime/src/isolation/index.ts'
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
  ])('I10 that %s for ever is ended by force, and its worker replaced', async (tool, word) => {
    const run = start(at, mode, tool)
    await run.hears(word)
    await run.kill()
    await expectLost(run, new RegExp(`^The ${mode} that ran '${tool}' was ended by force\\.`))
    await isWell()
  })

  test('is ended once; a kill after its end harms nobody', async () => {
    const good = start(at, mode, 'default', { n: 1 })
    await good.outcome
    const next = start(at, mode, 'until')
    await next.hears('progress "listening"')
    await Promise.all([good.kill(), good.kill()])
    next.abort({ name: 'AbortError', message: 'enough' })
    expect(await next.outcome).toBe('AbortError: enough')
  })

  test('I10 that exits its worker is lost with its code, and the worker is replaced', async () => {
    await expectLost(start(at, mode, 'exits', { code: 7 }), /ended itself with code 7/)
    await isWell()
  })

  test('I8 that throws where nothing awaits it is lost with the reason, and the worker is replaced', async () => {
    const run = start(at, mode, 'strays')
    await expectLost(run, /unhandled error in the tool: nobody awaits this\./)
    expect(await thrownBy(run)).toMatchObject({ cause: { message: 'nobody awaits this' } })
    await isWell()
  })

  test('I6, I8 that leaves behind what fails later takes no other call with it', async () => {
    const first = start(at, mode, 'leavesBehind')
    const next = start(at, mode, 'default', { n: 5 })
    expect(await first.outcome).toBe('left')
    expect(await next.outcome).toBe(25)
    await isWell()
  })

  test('I10 an array that grows without end is out of memory, and the host lives', async () => {
    await expectLost(start(at, mode, 'growsArray', {}, { maxMemoryMb: 32 }), /ran out of memory of 32 MB.*maxMemoryMb/)
    await isWell()
  })
})

describe('a native call that blocks', () => {
  const at = isolator()

  test('in a thread ends only by itself: its end by force takes as long, while others go on', async () => {
    const file = join(folder, 'thread')
    const run = start(at, 'thread', 'blocks', { file })
    await untilLines(file, 1)
    const ended = run.kill()
    expect(await start(at, 'thread', 'default', { n: 2 }).outcome).toBe(4)
    await ended
    expect(readFileSync(file, 'utf8')).toBe('begun\nended\n')
    await expectLost(run, /ended by force/)
  })

  test('in a thread holds up a close only for a while', async () => {
    const file = join(folder, 'closing')
    const closing = createIsolator({ closeMs: 1 })
    const run = start(closing, 'thread', 'blocks', { file })
    await untilLines(file, 1)
    await closing.close()
    expect(readFileSync(file, 'utf8')).toBe('begun\n')
    await expectLost(run, /ended by force/)
  })

  test('in a process ends at once, and what it waited for with it', async () => {
    const file = join(folder, 'process')
    const run = start(at, 'process', 'blocks', { file })
    await untilLines(file, 1)
    await run.kill()
    expect(readFileSync(file, 'utf8')).toBe('begun\n')
    await expectLost(run, /ended by force/)
  })

  test('in a process ends at once also where it computes', async () => {
    const run = start(at, 'process', 'computes')
    await run.hears('progress "computing"')
    await run.kill()
    await expectLost(run, /ended by force/)
  })
})

describe('in a process alone', () => {
  const at = isolator({ maxProcesses: 1 })
  const isWell = async (): Promise<void> => expect(await start(at, 'process', 'default', { n: 3 }).outcome).toBe(9)

  test('I10 a Map that grows without end is out of memory, and the host lives', async () => {
    await expectLost(start(at, 'process', 'growsMap', {}, { maxMemoryMb: 64 }), /ran out of memory of 64 MB/)
    await isWell()
  })

  test('I10 a SIGKILL from outside is told', async () => {
    await expectLost(start(at, 'process', 'dies'), /was ended by SIGKILL\. The system may have run out of memory/)
    await isWell()
  })

  test('I10 a closed channel is a lost worker', async () => {
    await expectLost(start(at, 'process', 'disconnects'), /was ended by SIGKILL/)
    await isWell()
  })

  test('forged messages change nothing', async () => {
    expect(await start(at, 'process', 'forges').outcome).toBe('true')
    await isWell()
  })

  test.each([false, true])('I16 what it had started ends with it; with a group of its own: %s', async (detached) => {
    const run = start(at, 'process', 'startsOthers', { detached })
    const pids = (await run.firstProgress) as number[]
    expect(pids.map(isAlive)).toEqual([true, true])
    await run.kill()
    await Promise.all(pids.map(untilGone))
    await isWell()
  })
})
