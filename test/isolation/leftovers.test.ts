/** What is left when the program that isolates tools is over, however it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isAlive, untilGone } from '../tools/processes.ts'

const program = fileURLToPath(new URL('host.ts', import.meta.url))

function host(how: string, flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, program, how], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([status]) => ({ status, stdout, stderr }))
  return { child, ended, line: once(child.stdout, 'data').then(([text]) => String(text)) }
}

const QUIETLY = { status: 0, stdout: '', stderr: '' }

describe('I17 the program exits by itself, and what tools wrote is none of its output', () => {
  test('after close', async () => {
    expect(await host('close').ended).toEqual(QUIETLY)
  })

  test('but not before the close of idle processes is over', async () => {
    expect(await host('close-idle').ended).toEqual({ ...QUIETLY, stdout: 'closed\n' })
  })

  test('without close, though workers are idle', async () => {
    expect(await host('leave').ended).toEqual(QUIETLY)
  })

  test('but not while a run has no outcome', async () => {
    expect(await host('run').ended).toEqual({ ...QUIETLY, stdout: '9\n' })
  })

  test('also under flags that are not for workers', async () => {
    expect(await host('close', ['--expose-gc', '--max-old-space-size=256']).ended).toEqual(QUIETLY)
  })
})

describe('I16 no process outlives the program', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)('that is ended by %s, not even one that hears nothing', async (signal) => {
    const { child, ended, line } = host('wait')
    const pids = JSON.parse(await line) as number[]
    expect(pids.map(isAlive)).toEqual([true, true, true])
    child.kill(signal)
    await ended
    await Promise.all(pids.map(untilGone))
  })

  test('that exits', async () => {
    const { ended, line } = host('exit')
    const pids = JSON.parse(await line) as number[]
    expect(await ended).toMatchObject({ status: 0, stderr: '' })
    await Promise.all(pids.map(untilGone))
  })
})
