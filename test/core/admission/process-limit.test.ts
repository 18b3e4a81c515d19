import { describe, expect, test } from 'vitest'
import { ToolExecutor } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { callsOf, setUp } from '../harness.ts'
import { controllerOf, NOBODY, work } from './harness.ts'

describe('the limit of a process', () => {
  test('I25 the limit of the process holds over all executors that share the controller', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 3 })
    const worked = work(clock, 'w', 10)
    const executors = Array.from({ length: 4 }, () => setUp([worked.tool], { clock, admission }).executor)
    const results = await clock.runUntil(Promise.all(executors.map((each) => each.executeTools(callsOf('w', 6)))))
    expect(results.flat().every(({ success }) => success)).toBe(true)
    expect([worked.peak, clock.now()]).toEqual([3, 80])
  })

  test('I25 the limit of the process and those of the executors hold together', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 5 })
    const [narrow, wide] = [work(clock, 'narrow', 10), work(clock, 'wide', 10)]
    const one = setUp([narrow.tool], { clock, admission, maxParallelTools: 1 })
    const other = setUp([wide.tool], { clock, admission, maxParallelTools: 10 })
    await clock.runUntil(
      Promise.all([one.executor.executeTools(callsOf('narrow', 5)), other.executor.executeTools(callsOf('wide', 20))]),
    )
    expect([narrow.peak, wide.peak, clock.now()]).toEqual([1, 4, 50])
  })

  test('an executor without a given controller has no limit of the process', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const { run, executor } = setUp([worked.tool], { clock, maxParallelTools: Infinity })
    await run(callsOf('w', 300))
    expect([worked.peak, executor.stats().limits]).toEqual([300, { maxParallelTools: Infinity }])
  })

  test('closing one executor of a controller does not affect the others', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 1 })
    const worked = work(clock, 'w', 10)
    const [one, other] = [setUp([worked.tool], { clock, admission }), setUp([worked.tool], { clock, admission })]
    const closed = one.executor.executeTools(callsOf('w', 3))
    const open = other.executor.executeTools(callsOf('w', 3))
    await clock.advance(5)
    await clock.runUntil(one.executor.close({ drainMs: 0 }))
    expect((await closed).map(({ status }) => status)).toEqual(['aborted', 'aborted', 'aborted'])
    expect((await clock.runUntil(open)).map(({ status }) => status)).toEqual(Array(3).fill('succeeded'))
    expect([clock.now(), clock.pending]).toEqual([35, 0])
  })

  test('an executor without a clock uses that of its controller', async () => {
    const clock = new VirtualClock()
    const worked = work(clock, 'w', 10)
    const executor = new ToolExecutor({ tools: [worked.tool], admission: controllerOf(clock) })
    const [result] = await clock.runUntil(executor.executeTools(callsOf('w', 1)))
    expect(result?.timing.runMs).toBe(10)
  })
})

describe('the stats of a controller', () => {
  test('the stats of a controller count over all its executors, and end at zero', async () => {
    const clock = new VirtualClock()
    const admission = controllerOf(clock, { maxParallel: 3 })
    const limited = work(clock, 'limited', 10, { maxParallel: 1 })
    const [one, other] = [
      setUp([limited.tool, work(clock, 'w').tool], { clock, admission, maxParallelTools: 2 }),
      setUp([limited.tool, work(clock, 'w').tool], { clock, admission }),
    ]
    const all = Promise.all([
      one.executor.executeTools([...callsOf('limited', 2), ...callsOf('w', 2)]),
      other.executor.executeTools([...callsOf('w', 3), ...callsOf('limited', 1)]),
    ])
    // One `limited` and one `w` run in the first, which is full then; one `w` in the second makes three.
    expect(admission.stats()).toEqual({
      running: 3,
      waiting: 5,
      waitingFor: { ...NOBODY, tool: 2, executor: 1, process: 2 },
      suspended: 0,
      abandoned: 0,
      limits: { maxParallel: 3 },
    })
    expect([one.executor.stats(), other.executor.stats()]).toMatchObject([
      { running: 2, waiting: 2, waitingFor: { ...NOBODY, tool: 1, executor: 1 } },
      { running: 1, waiting: 3, waitingFor: { ...NOBODY, tool: 1, process: 2 } },
    ])
    await clock.runUntil(all)
    expect(admission.stats()).toEqual({
      running: 0,
      waiting: 0,
      waitingFor: NOBODY,
      suspended: 0,
      abandoned: 0,
      limits: { maxParallel: 3 },
    })
  })

  test('the stats of a controller without a limit say Infinity', () => {
    expect(controllerOf(new VirtualClock()).stats().limits).toEqual({ maxParallel: Infinity })
  })
})
