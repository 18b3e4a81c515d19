import { describe, expect, test } from 'vitest'
import {
  type CallOptions,
  type Clock,
  defineTool,
  MisuseError,
  ToolExecutor,
} from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, failureOf } from './harness.ts'

const IDLE = { running: 0, waiting: 0, suspended: 0, abandoned: 0 }

const ok = defineTool({ name: 'ok', execute: () => 1 })

/** A tool that fails at first, and is tried again after 100 ms at most. */
const flaky = defineTool({
  name: 'flaky',
  annotations: { readOnlyHint: true },
  retry: { maxAttempts: 2, initialDelayMs: 100 },
  execute: (_, { attempt }) => {
    if (attempt === 1) throw new Error('busy')
    return attempt
  },
})

/** A clock that throws where `isBroken` says so. */
function faultyClock(): {
  readonly clock: Clock
  readonly virtual: VirtualClock
  isBroken: (delayMs: number) => boolean
} {
  const virtual = new VirtualClock()
  const set = {
    virtual,
    isBroken: (_delayMs: number): boolean => false,
    clock: {
      now: () => virtual.now(),
      setTimer: (...args: Parameters<VirtualClock['setTimer']>) => {
        if (set.isBroken(args[1])) throw new Error('no timer')
        return virtual.setTimer(...args)
      },
    },
  }
  return set
}

async function endsWell(executor: ToolExecutor, clock: VirtualClock): Promise<void> {
  expect(executor.stats()).toMatchObject(IDLE)
  expect((await clock.runUntil(executor.executeTools([callOf('ok')])))[0]?.status).toBe('succeeded')
  await clock.runUntil(executor.close())
}

describe('a random source of the application', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no luck')
      },
    ],
    ['gives NaN', () => NaN],
    ['gives a number above 1', () => 1e12],
  ])('I33 a random source that %s makes a retry wait for the longest time', async (_how, random) => {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [ok, flaky], clock, random })
    const [result] = await clock.runUntil(executor.executeTools([callOf('flaky')], { run: 'r' }))
    expect([result?.success === true && result.data, clock.now()]).toEqual([2, 100])
    await endsWell(executor, clock)
  })

  test('I17 a random source that throws while a run is named opens no batch, and close ends', async () => {
    const clock = new VirtualClock()
    let isBroken = true
    const random = (): number => {
      if (isBroken) throw new Error('no luck')
      return 0.5
    }
    const executor = new ToolExecutor({ tools: [ok], clock, random })
    const unsubscribe = executor.subscribe(() => {})
    await expect(executor.executeTools([callOf('ok')])).rejects.toThrow('no luck')
    expect(() => executor.openBatch()).toThrow('no luck')
    isBroken = false
    unsubscribe()
    await endsWell(executor, clock)
  })
})

describe('a clock of the application that throws', () => {
  test('I1 a clock that throws at a retry fails that call, and no other', async () => {
    const faulty = faultyClock()
    const executor = new ToolExecutor({ tools: [ok, flaky], clock: faulty.clock, random: () => 1 })
    faulty.isBroken = (delayMs) => delayMs === 100
    const results = await faulty.virtual.runUntil(
      executor.executeTools([callOf('flaky'), { ...callOf('ok'), dependsOn: [0] }, callOf('ok')]),
    )
    expect(failureOf(results[0])).toMatchObject({
      status: 'failed',
      execution: 'ended',
      error: { code: 'tool_error', message: expect.stringContaining('no timer') as string },
      timing: { attempts: 1 },
    })
    expect(results.slice(1).map(({ status }) => status)).toEqual(['skipped', 'succeeded'])
    await endsWell(executor, faulty.virtual)
  })

  test('I1 a clock that throws when the timer of a retry is cleared costs the aborted call no result', async () => {
    const virtual = new VirtualClock()
    let isBroken = false
    const clock: Clock = {
      now: () => virtual.now(),
      setTimer: (...args: Parameters<VirtualClock['setTimer']>) => {
        const timer = virtual.setTimer(...args)
        const clear = (): void => {
          timer.clear()
          if (isBroken) throw new Error('no timer')
        }
        return { clear }
      },
    }
    const executor = new ToolExecutor({ tools: [ok, flaky], clock, random: () => 1 })
    const controller = new AbortController()
    const pending = executor.executeTools([callOf('flaky'), callOf('flaky')], { signal: controller.signal })
    await virtual.advance(50)
    isBroken = true
    const isReported = new Promise<unknown>((resolve) => process.once('uncaughtException', resolve))
    controller.abort()
    const results = await virtual.runUntil(pending)
    expect(results.map(({ status }) => status)).toEqual(['aborted', 'aborted'])
    expect(await isReported).toMatchObject({ message: 'no timer' })
    isBroken = false
    await endsWell(executor, virtual)
  })

  test('I17 a clock that throws at the setting of a deadline opens no batch, and close ends', async () => {
    const faulty = faultyClock()
    const executor = new ToolExecutor({ tools: [ok], clock: faulty.clock, random: () => 0.5 })
    faulty.isBroken = (delayMs) => delayMs === 70
    const options = { deadlineMs: 70, run: 'r' }
    await expect(executor.executeTools(callsOf('ok', 2), options)).rejects.toThrow('no timer')
    await expect(executor.call('ok', {}, options)).rejects.toThrow('no timer')
    expect(() => executor.openBatch(options)).toThrow('no timer')
    await endsWell(executor, faulty.virtual)
  })
})

describe('a signal that is none of the platform', () => {
  const boom = (): never => {
    throw new Error('broken signal')
  }
  const signalWith = (more: object): CallOptions =>
    ({ signal: { aborted: false, addEventListener: () => {}, removeEventListener: () => {}, ...more } }) as never

  test('a signal without removeEventListener is refused', async () => {
    const executor = new ToolExecutor({ tools: [ok] })
    await expect(executor.executeTools([callOf('ok')], signalWith({ removeEventListener: undefined }))).rejects.toThrow(
      MisuseError,
    )
  })

  test.each([
    ['addEventListener', { addEventListener: boom }],
    ['aborted', Object.defineProperty({}, 'aborted', { get: boom, enumerable: true })],
  ])('I17 a signal whose %s throws opens no batch, and close ends', async (_what, more) => {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [ok], clock })
    const options = {
      ...signalWith({}),
      signal: new Proxy(signalWith({}).signal as object, {
        get: (target, name) => (name in more ? boom() : Reflect.get(target, name)),
      }),
    } as CallOptions
    expect(() => executor.openBatch(options)).toThrow('broken signal')
    await expect(executor.executeTools([callOf('ok')], options)).rejects.toThrow('broken signal')
    await endsWell(executor, clock)
  })

  test('I1 a signal whose removeEventListener throws costs no result', async () => {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [ok], clock })
    const batch = executor.openBatch(signalWith({ removeEventListener: boom }))
    batch.add(callOf('ok'))
    expect(() => batch.close()).not.toThrow()
    expect((await batch.results()).map(({ status }) => status)).toEqual(['succeeded'])
    await endsWell(executor, clock)
  })
})

describe('dependsOn of a call', () => {
  const throwing = new Proxy([], {
    get: () => {
      throw new Error('hostile')
    },
  })
  const { proxy: revoked, revoke } = Proxy.revocable([], {})
  revoke()
  test.each([
    ['throws when it is read', throwing],
    ['is a revoked proxy', revoked],
    ['has holes', Array(3)],
    ['never ends', new Proxy([], { get: (_, name) => (name === 'length' ? Infinity : 'a') })],
  ])('I6 a dependsOn that %s makes its call malformed, and no other', async (_how, dependsOn) => {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [ok], clock })
    const calls = [{ ...callOf('ok'), dependsOn: dependsOn as never }, callOf('ok')]
    const ends = [['malformed_call', 'succeeded']]
    const endsOf = (results: Awaited<ReturnType<typeof executor.executeTools>>): string[] =>
      results.map((result) => (result.success ? result.status : result.error.code))
    expect([endsOf(await executor.executeTools(calls))]).toEqual(ends)
    const batch = executor.openBatch()
    for (const call of calls) batch.add(call)
    batch.close()
    expect([endsOf(await batch.results())]).toEqual(ends)
    await endsWell(executor, clock)
  })

  test('dependsOn is copied: later changes to the list have no effect', async () => {
    const clock = new VirtualClock()
    const executor = new ToolExecutor({ tools: [ok], clock })
    const batch = executor.openBatch()
    const dependsOn = ['b']
    batch.add({ ...callOf('ok', {}, 'a'), dependsOn })
    dependsOn[0] = 'nobody'
    batch.add(callOf('ok', {}, 'b'))
    batch.close()
    expect((await batch.results()).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  })
})
