import { describe, expect, test } from 'vitest'
import { isolator, MODES, start, type Started } from './harness.ts'

describe.each(MODES)('reports of a tool in a %s', (mode) => {
  const at = isolator({ maxThreads: 1, maxProcesses: 1 })

  test("an abort reaches the isolated tool's signal with its reason", async () => {
    const run = start(at, mode, 'until')
    await run.hears('progress "listening"')
    run.abort({ name: 'TimeoutError', message: 'too slow' })
    run.abort({ name: 'AbortError', message: 'a second one changes nothing' })
    expect(await run.outcome).toBe('TimeoutError: too slow')
  })

  test('a signal that is read after the abort is aborted', async () => {
    const run = start(at, mode, 'abortedAlready')
    await run.hears('progress "not looking yet"')
    run.abort({ name: 'AbortError', message: 'stop' })
    expect(await run.outcome).toBe('AbortError')
  })

  test('I13: after an abort during the load of the module the tool does not start', async () => {
    const module = new URL('tools/slow-to-load.ts', import.meta.url)
    const run = start(at, mode, 'default', {}, { module })
    await run.hears('info: loading')
    let isOver = false
    const name = run.outcome.catch((thrown: unknown) => (thrown as Error).name).finally(() => (isOver = true))
    while (!isOver) {
      run.abort({ name: 'AbortError', message: 'stop' })
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await name).toBe('AbortError')
    expect(run.heard).toEqual(['info: loading', 'began'])
  })

  test("output that bypasses JavaScript's own write belongs to the call", async () => {
    const run = start(at, mode, 'endsOutput')
    await run.hears('info: by another way')
    await run.kill()
    // It has a way of its own, so its order is not known.
    expect(run.heard.toSorted()).toEqual(['began', 'info: by another way'])
  })

  test('progress, log lines and output arrive in order, before the outcome', async () => {
    const run = start(at, mode, 'speaks')
    let then: readonly string[] = []
    void run.outcome.then(() => (then = [...run.heard]))
    expect(await run.outcome).toBe('spoken')
    expect(then).toEqual([
      'began',
      'progress {"step":1}',
      'debug: a debug line',
      'info: to stdout',
      'info: and more',
      'progress {"step":2}',
      'warn: to stderr',
      'error: an error line',
      'warn: A progress value was dropped: it is a function',
      'info: without an end',
    ])
    expect(run.heard).toEqual(then)
  })

  test('bad input 75: a flood of progress is cut off, reported, and over with its call', async () => {
    const run = start(at, mode, 'floods', { times: 100_000 })
    expect(await run.outcome).toBe('flooded')
    expect(run.heard.slice(0, 3)).toEqual(['began', 'progress 0', 'progress 1'])
    const [, dropped] = /^warn: (\d+) progress values and log lines were dropped/.exec(run.heard.at(-1) ?? '') ?? []
    expect(run.heard.length - 2 + Number(dropped)).toBe(100_000)
    expect(run.heard.length).toBeLessThanOrEqual(1 + 1_000 + 1)
    const next = start(at, mode, 'speaks')
    await next.outcome
    expect(next.heard).toHaveLength(10)
  })

  test('bad input 119: endless output is cut off and reported', async () => {
    const run = start(at, mode, 'printsMuch', { lines: 5_000 })
    await run.outcome
    expect(run.heard.length).toBeLessThan(1_005)
    expect(run.heard).toContain('info: y')
    expect(run.heard.at(-1)).toMatch(/dropped/)
  })

  test('I8: an error after the end of its call is a log line of that call', async () => {
    const run: Started = start(at, mode, 'leavesBehind')
    expect(await run.outcome).toBe('left')
    await run.hears('error: An error after the end of the call was not handled: left behind')
    expect(await start(at, mode, 'default', { n: 2 }).outcome).toBe(4)
  })
})
