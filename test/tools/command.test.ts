import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ToolFailure } from '../../packages/aof-runtime/src/index.ts'
import { settleMicrotasks, VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { type CommandOutput, type CommandRequest, runCommand } from '../../packages/aof-cli/src/tools/command.ts'
import { isAlive, untilGone, untilLines } from './processes.ts'
import { FROM_SOURCE } from '../cli/source-command.ts'

const PATH = process.env['PATH'] ?? ''
const onLinux = process.platform === 'linux'
let cwd: string

beforeEach(async () => {
  cwd = await mkdtemp(join(await realpath(tmpdir()), 'aof-command-'))
})
afterEach(() => rm(cwd, { recursive: true }))

function run(argv: CommandRequest['argv'], more: Partial<CommandRequest> = {}): Promise<CommandOutput> {
  return runCommand({ argv, cwd, env: { PATH }, ...more })
}

/** A script of the shell that is under test, which no argument of a call becomes part of. */
function script(text: string, more: Partial<CommandRequest> = {}): Promise<CommandOutput> {
  return run(['sh', '-c', text], more)
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ToolFailure)
  return (error as ToolFailure).message
}

describe('what a program is given', () => {
  test.each([
    ['104', 'echo ok\nid'],
    ['105', '$(id)'],
    ['106', '`id`'],
    ['107', 'a;id'],
    ['107', 'a&&id'],
    ['107', 'a|sh'],
    ['108', '${IFS}'],
    ['109', '<(id)'],
    ['', '\'"\\ *?[a-z]~!#%\t'],
    ['', ''],
    ['', 'é\u{1F600}\u202E'],
  ])('I41, bad input %s: %j is passed as an argument unchanged', async (_number, argument) => {
    const { stdout } = await run(['printf', '%s\\n', argument, 'end'])
    expect(stdout).toBe(`${argument}\nend\n`)
  })

  test('bad input 120: U+0000 in an argument is refused with a message, and no program starts', async () => {
    expect(await failure(run(['touch', 'a\0b']))).toBe(
      'Argument 1 of touch has the character U+0000, which cannot be passed to a program.',
    )
  })

  test('a program has no standard input', async () => {
    expect(await run(['cat'])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  test.runIf(onLinux)('a program has no terminal', async () => {
    expect(await failure(script('exec 3</dev/tty'))).toContain('/dev/tty')
  })

  test('I45, bad inputs 115, 121: a program has only the given variables', async () => {
    const { stdout } = await run(['env'], { env: { PATH, GIVEN: 'a b' } })
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(new Set(names)).toEqual(new Set(['AOF_COMMAND', 'GIVEN', 'PATH']))
    expect(stdout).toContain('GIVEN=a b\n')
  })

  test('a program has its working directory, and its own name', async () => {
    await writeFile(join(cwd, 'tool'), '#!/bin/sh\npwd; printf "%s" "$1"\n')
    await chmod(join(cwd, 'tool'), 0o755)
    const { stdout } = await run(['./tool', 'x'], { file: join(cwd, 'tool') })
    expect(stdout).toBe(`${cwd}\nx`)
  })
})

describe('how it ends', () => {
  test('a successful program gives both outputs and the exit code', async () => {
    const ended = await script('echo out; echo err >&2; exit 3', { okExitCodes: [0, 3] })
    expect(ended).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  test.each([
    [
      'echo out; echo "no such thing" >&2; exit 2',
      'sh ended with exit code 2.\nStandard error: no such thing\nStandard output: out',
    ],
    ['echo "no such thing" >&2; exit 2', 'sh ended with exit code 2: no such thing'],
    ['echo "1 test failed"; exit 1', 'sh ended with exit code 1: 1 test failed'],
    ['exit 1', 'sh ended with exit code 1 and wrote nothing.'],
    ['kill -SEGV $$', 'sh was ended by SIGSEGV and wrote nothing.'],
  ])('the program %j fails: %s', async (text, message) => {
    expect(await failure(script(text))).toBe(message)
  })

  test('a failure quotes both outputs, so that a warning on one does not hide the other', async () => {
    const text = 'echo "(node:1) DeprecationWarning: punycode" >&2; echo "1 of 9 tests failed: adds"; exit 1'
    expect(await failure(script(text))).toBe(
      'sh ended with exit code 1.\nStandard error: (node:1) DeprecationWarning: punycode\nStandard output: 1 of 9 tests failed: adds',
    )
  })

  test('two long outputs are quoted with both ends', async () => {
    const text = 'yes out | head -n 5000; echo last out; yes err | head -n 5000 >&2; echo last err >&2; exit 1'
    const message = await failure(script(text))
    expect(message).toMatch(
      /^sh ended with exit code 1\.\nStandard error: ….*err\nlast err\nStandard output: ….*out\nlast out$/s,
    )
    expect(message.length).toBeLessThan(3_500)
  })

  test('a short output leaves its room in the quote to the other', async () => {
    const message = await failure(script('yes out | head -n 5000; echo last out; echo warning >&2; exit 1'))
    expect(message).toMatch(
      /^sh ended with exit code 1\.\nStandard error: warning\nStandard output: ….*out\nlast out$/s,
    )
    expect(message.length).toBeGreaterThan(3_000)
  })

  test('an abort quotes the output so far, with its reason as the cause', async () => {
    const controller = new AbortController()
    const { result, pids } = await started('echo 41 of 90; echo slow >&2; echo $$ >> "$PIDS"; exec sleep 1000', 1, {
      signal: controller.signal,
    })
    controller.abort(new Error('enough'))
    const error: unknown = await result.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'ToolFailure',
      message: 'sh was ended before it was done (enough).\nStandard error: slow\nStandard output: 41 of 90',
      cause: { message: 'enough' },
    })
    await untilGone(pids[0] as number)
  })

  test.runIf(onLinux)('too many open files are reported as such by commands, threads, processes and the store', () => {
    const program = fileURLToPath(new URL('too-many-files.ts', import.meta.url))
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, ...FROM_SOURCE, program],
      {
        encoding: 'utf8',
      },
    )
    expect(JSON.parse(stdout)).toEqual([
      'echo cannot be started: too many files are open.',
      expect.stringMatching(/^The thread that should have run 'thread' could not be started: too many files are open/),
      expect.stringMatching(
        /^The process that should have run 'process' could not be started: too many files are open/,
      ),
      expect.stringContaining('too many open files'),
    ])
  })

  test('only the end of a long standard error is quoted', async () => {
    const message = await failure(script('i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done >&2; exit 1'))
    expect(message).toMatch(/^sh ended with exit code 1: ….*line 2999$/s)
    expect(message.length).toBeLessThan(2_100)
  })

  test('a missing program is reported', async () => {
    const message =
      'The program no-such-program was not found: it is not installed on this machine, or not on its PATH.'
    expect(await failure(run(['no-such-program', 'x']))).toBe(message)
    expect(await failure(run(['no\u001B[2J']))).not.toContain('\u001B')
  })

  test('a missing directory is not reported as a missing program', async () => {
    expect(await failure(run(['env'], { cwd: join(cwd, 'gone') }))).toBe(
      'The directory that env should run in does not exist.',
    )
  })

  test('a file that may not be executed is reported', async () => {
    await writeFile(join(cwd, 'data'), 'x')
    expect(await failure(run(['./data']))).toBe(
      'The program ./data may not be executed: it is not a program, or permission is denied.',
    )
  })

  test.runIf(onLinux)('arguments that are too long for the system are reported', async () => {
    expect(await failure(run(['echo', 'x'.repeat(200_000)]))).toBe(
      'The arguments of echo are too long for this machine; pass less at once.',
    )
  })
})

describe('output', () => {
  test('I30: a long output is shown with its beginning, its end and a note, each output separately', async () => {
    const text = 'yes ab | head -n 100000; echo last; yes no | head -n 100000 >&2'
    const { stdout, stderr } = await script(text, { maxOutputBytes: 20 })
    expect(stdout).toBe('ab\nab\nab\na\n[… 299985 bytes left out …]\nb\nab\nlast\n')
    expect(stderr).toBe('no\nno\nno\nn\n[… 299980 bytes left out …]\n\nno\nno\nno\n')
  })

  test('I30: output that is not UTF-8 gets U+FFFD', async () => {
    expect((await script(String.raw`printf 'a\377b\303'`)).stdout).toBe('a\uFFFDb\uFFFD')
  })

  test('bad input 119: a program that writes for ever is ended', async () => {
    const message = await failure(run(['yes'], { maxWrittenBytes: 1_000_000 }))
    expect(message).toBe('yes was ended because it had written more than 1000000 bytes.')
  })
})

/** Starts a script that writes the ids of its processes into a file, a line each; resolves when there are `count`. */
async function started(
  text: string,
  count: number,
  more: Partial<CommandRequest> = {},
): Promise<{ readonly result: Promise<CommandOutput>; readonly pids: number[] }> {
  const result = script(text, { ...more, env: { PATH, PIDS: join(cwd, 'pids') } })
  result.catch(() => undefined)
  const pids = (await untilLines(join(cwd, 'pids'), count)).map(Number)
  return { result, pids }
}

describe('I16: nothing that it started is left', () => {
  test('I16: a background process does not outlive the program, nor hold its output open', async () => {
    const { result, pids } = await started('sleep 1000 & echo $! >> "$PIDS"; echo done', 1)
    expect((await result).stdout).toBe('done\n')
    for (const pid of pids) await untilGone(pid)
  })

  test('I16: an abort ends the whole group with SIGTERM', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const text = 'sleep 1000 & echo $! >> "$PIDS"; echo $$ >> "$PIDS"; wait'
    const { result, pids } = await started(text, 2, { clock, signal: controller.signal })
    expect(pids.map(isAlive)).toEqual([true, true])
    controller.abort(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
    for (const pid of pids) await untilGone(pid)
    expect([clock.now(), clock.pending]).toEqual([0, 0])
  })

  test('I16, bad input 117: a process that ignores SIGTERM gets a SIGKILL after the grace, and not before', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const text = `trap 'echo asked >> "$PIDS"' TERM; echo $$ >> "$PIDS"; while :; do sleep 1000 & wait $!; done`
    const { result, pids } = await started(text, 1, { clock, signal: controller.signal, graceMs: 20 })
    controller.abort(new Error('enough'))
    expect((await untilLines(join(cwd, 'pids'), 2))[1]).toBe('asked')
    await clock.advance(19)
    expect(isAlive(pids[0] as number)).toBe(true)
    await clock.advance(1)
    await expect(result).rejects.toThrow('enough')
    await untilGone(pids[0] as number)
  })

  test.runIf(onLinux)(
    'I16, bad input 116: a process that left the group with setsid ends with the program too',
    async () => {
      const text = `setsid sh -c 'echo $$ >> "$PIDS"; exec sleep 1000' & until [ -s "$PIDS" ]; do :; done; echo done`
      const { result, pids } = await started(text, 1)
      expect((await result).stdout).toBe('done\n')
      for (const pid of pids) await untilGone(pid)
    },
  )

  test.runIf(onLinux)(
    'I16, bad input 116: after an abort a process that left the group ends with its descendants',
    async () => {
      const controller = new AbortController()
      const inner = `sleep 1000 & echo $! >> "$PIDS"; echo $$ >> "$PIDS"; trap "" TERM HUP; wait`
      const { result, pids } = await started(`setsid sh -c '${inner}' & wait`, 2, { signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(result).rejects.toThrow('enough')
      for (const pid of pids) await untilGone(pid)
    },
  )

  test.runIf(onLinux)('I16, bad input 116: a process in the middle of an exec is found too', async () => {
    // It does so again and again, and for a good part of that time seems to have no environment.
    const again = join(cwd, 'again')
    await writeFile(again, '#!/bin/sh\nexec "$0"\n', { mode: 0o755 })
    for (let time = 1; time <= 100; time++) {
      const text = `setsid sh -c 'echo $$ >> "$PIDS"; exec ${again}' & until [ "$(wc -l < "$PIDS")" = ${time} ]; do :; done`
      const { result, pids } = await started(text, time)
      await result
      expect(pids).toHaveLength(time)
      await untilGone(pids.at(-1) as number)
    }
  })

  test.runIf(onLinux)('a process that has cleared its environment too is not found, and delays nothing', async () => {
    const clock = new VirtualClock()
    const hidden = `env -i PIDS="$PIDS" PATH="$PATH" setsid sh -c 'echo $$ >> "$PIDS"; exec sleep 1000' & until [ -s "$PIDS" ]; do :; done; echo done`
    const { result, pids } = await started(hidden, 1, { clock })
    const [pid] = pids as [number]
    while (clock.pending === 0) await settleMicrotasks()
    await clock.advance(250)
    expect((await result).stdout).toBe('done\n')
    expect(isAlive(pid)).toBe(true)
    process.kill(pid, 'SIGKILL')
  })

  test.runIf(onLinux)('I16, bad input 118: processes that multiply all end', async () => {
    const controller = new AbortController()
    // A length of sleep that no other process has.
    const sleep = `sleep 1000.${process.pid}`
    const text = `for i in 1 2 3 4 5 6 7 8; do (${sleep} & ${sleep} & echo $i >> "$PIDS"; (${sleep} & ${sleep})) & done; wait`
    const { result } = await started(text, 8, { signal: controller.signal })
    expect(living(sleep)).toBeGreaterThan(8)
    controller.abort(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
    while (living(sleep) > 0) await settleMicrotasks()
  })

  test.each([
    ['process.exit(0)', 0],
    ['throw new Error("a fault")', 1],
  ])('I16: when this process ends by %s, its commands end with it', async (end, status) => {
    const command = JSON.stringify(
      fileURLToPath(new URL('../../packages/aof-cli/src/tools/command.ts', import.meta.url)),
    )
    const child = onLinux ? 'setsid sleep 1000' : 'sleep 1000'
    const text = `${child} & echo $! >> pids; echo $$ >> pids; wait`
    const program = `
      import { watch, existsSync, readFileSync } from 'node:fs'
      const { runCommand } = await import(${command})
      const env = { PATH: process.env.PATH }
      runCommand({ argv: ['sh', '-c', ${JSON.stringify(text)}], cwd: '.', env })
      const whenReady = () => {
        if (existsSync('pids') && readFileSync('pids', 'utf8').split('\\n').length === 3) ${end}
      }
      watch('.', whenReady)
      whenReady()`
    const args = [...FROM_SOURCE, '--input-type=module', '-e', program]
    const ended = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 30_000 })
    expect(ended.status).toBe(status)
    const pids = (await untilLines(join(cwd, 'pids'), 2)).map(Number)
    for (const pid of pids) await untilGone(pid)
  })

  test('I13: after an abort before the start no program starts', async () => {
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(script('echo > started', { signal })).rejects.toThrow('too late')
    expect(await readdir(cwd)).toEqual([])
  })

  test('I17: listeners on the signal and on the process are removed', async () => {
    const before = process.listenerCount('exit')
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args))
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args))
    await Promise.all([
      run(['env'], { signal }),
      run(['env'], { signal }),
      run(['no-such'], { signal }).catch(() => {}),
    ])
    expect([listeners, process.listenerCount('exit')]).toEqual([0, before])
  })
})

/** How many processes run this very command. */
function living(command: string): number {
  const { stdout } = spawnSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => !line.startsWith('Z') && line.endsWith(` ${command}`)).length
}
