import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../packages/aof-runtime/src/testing/index.ts'
import { callOf, callsOf, dataOf, setUp, type SetUp } from './harness.ts'

const caller = new AsyncLocalStorage<string>()

/** A tool that tells whose context it runs in, before and after it has waited. */
function setUpWho(limit: number, isSync = false): SetUp {
  const clock = new VirtualClock()
  const who = defineTool({
    name: 'who',
    execute: isSync
      ? () => [caller.getStore() ?? 'nobody']
      : async () => {
          const before = caller.getStore() ?? 'nobody'
          await clock.sleep(10)
          return [before, caller.getStore() ?? 'nobody']
        },
  })
  const schemed = defineTool({
    name: 'schemed',
    inputSchema: z.object({}).refine(() => clock.sleep(3).then(() => true)),
    execute: () => [caller.getStore() ?? 'nobody'],
  })
  return setUp([who, schemed], { clock, maxParallelTools: limit })
}

describe('I34 a tool runs in the async context of its caller, whichever call released its permit', () => {
  test.each([1, 2, 3, Infinity])(
    'I34 calls of several callers run each in its own async context, limit %s',
    async (limit) => {
      const { executor, clock } = setUpWho(limit)
      const callers = ['ada', 'bob', 'cyd', 'dan']
      const running = callers.map((name) => caller.run(name, () => executor.executeTools(callsOf('who', 3))))
      const nobodys = executor.executeTools(callsOf('who', 2))
      const all = await clock.runUntil(Promise.all([...running, nobodys]))
      expect(all.map((results) => results.map(dataOf))).toEqual(
        [...callers, 'nobody'].map((name, i) => Array.from({ length: i === 4 ? 2 : 3 }, () => [name, name])),
      )
    },
  )

  test('tools that return at once', async () => {
    const { executor } = setUpWho(1, true)
    const all = await Promise.all(
      ['ada', 'bob'].map((name) => caller.run(name, () => executor.executeTools(callsOf('who', 3)))),
    )
    expect(all.map((results) => results.map(dataOf))).toEqual([
      [['ada'], ['ada'], ['ada']],
      [['bob'], ['bob'], ['bob']],
    ])
  })

  test('calls of an open batch that come from different places, started at once or later', async () => {
    const { executor, clock } = setUpWho(1)
    const batch = caller.run('opener', () => executor.openBatch())
    const slot = batch.reserve({ id: 's', name: 'who' })
    caller.run('ada', () => batch.add(callOf('who')))
    caller.run('bob', () => batch.add(callOf('who')))
    caller.run('cyd', () => slot.complete('{}'))
    batch.add(callOf('who'))
    batch.close()
    const results = await clock.runUntil(batch.results())
    expect(results.map(dataOf)).toEqual(['cyd', 'ada', 'bob', 'nobody'].map((name) => [name, name]))
  })

  test('behind an asynchronous schema, with and without a wait for a permit', async () => {
    const { executor, clock } = setUpWho(1)
    const running = ['ada', 'bob'].map((name) =>
      caller.run(name, () => executor.executeTools([callOf('schemed'), callOf('who'), callOf('schemed')])),
    )
    const all = await clock.runUntil(Promise.all(running))
    expect(all.map((results) => results.map(dataOf))).toEqual(
      ['ada', 'bob'].map((name) => [[name], [name, name], [name]]),
    )
  })

  test('call', async () => {
    const { executor, clock } = setUpWho(1)
    const running = ['ada', 'bob'].map((name) => caller.run(name, () => executor.call('who', {})))
    expect((await clock.runUntil(Promise.all(running))).map(dataOf)).toEqual([
      ['ada', 'ada'],
      ['bob', 'bob'],
    ])
  })

  test('I34 a loop over the results of a batch keeps its own async context', async () => {
    const { executor, clock } = setUpWho(1)
    const batch = executor.openBatch()
    const seen: (string | undefined)[] = []
    const reading = caller.run('reader', async () => {
      for await (const { index } of batch) seen.push(`${index} ${caller.getStore()}`)
    })
    caller.run('ada', () => batch.add(callOf('who')))
    caller.run('bob', () => batch.add(callOf('who')))
    batch.close()
    await clock.runUntil(reading)
    expect(seen).toEqual(['0 reader', '1 reader'])
  })
})
