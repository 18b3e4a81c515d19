/** The processes that remain when the program that isolates tools has ended, however it ended. */
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

describe('I17: the exit of a program with isolated tools', () => {
  test('I17: a program with isolated tools exits after close, without their output', async () => {
    expect(await host('close').ended).toEqual(QUIETLY)
  })

  test('I17: a program does not exit before the close of idle processes is over', async () => {
    expect(await host('close-idle').ended).toEqual({ ...QUIETLY, stdout: 'closed\n' })
  })

  test('I17: a program exits without close, even if workers are idle', async () => {
    expect(await host('leave').ended).toEqual(QUIETLY)
  })

  test('I17: a program does not exit while a run has no outcome', async () => {
    expect(await host('run').ended).toEqual({ ...QUIETLY, stdout: '9\n' })
  })

  test('I17: a program exits even with flags that workers do not take', async () => {
    expect(await host('close', ['--expose-gc', '--max-old-space-size=256']).ended).toEqual(QUIETLY)
  })
})

describe('I16: the end of worker processes with their program', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'I16: worker processes end with a program that is ended by %s, even if they ignore signals',
    async (signal) => {
      const { child, ended, line } = host('wait')
      const pids = JSON.parse(await line) as number[]
      expect(pids.map(isAlive)).toEqual([true, true, true])
      child.kill(signal)
      await ended
      await Promise.all(pids.map(untilGone))
    },
  )

  test('I16: worker processes end with a program that exits', async () => {
    const { ended, line } = host('exit')
    const pids = JSON.parse(await line) as number[]
    expect(await ended).toMatchObject({ status: 0, stderr: '' })
    await Promise.all(pids.map(untilGone))
  })
})
