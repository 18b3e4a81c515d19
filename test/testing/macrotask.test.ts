import { describe, expect, test, vi } from 'vitest'
import { macrotaskTurn, settleMicrotasks } from '../../packages/aof-runtime/src/testing/macrotask.ts'

/** Resolves after a chain of so many microtasks. */
async function microtasks(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await undefined
}

const hosts = {
  setImmediate: { setImmediate, MessageChannel, setTimeout },
  MessageChannel: { MessageChannel, setTimeout },
  setTimeout: { setTimeout },
}

describe.each(Object.entries(hosts))('waiting for a turn of the event loop with %s', (name, host) => {
  test.each([1, 20, 10_000])('after one turn a chain of %d microtasks has run to its end', async (length) => {
    let ended = false
    void microtasks(length).then(() => (ended = true))
    await macrotaskTurn(host)()
    expect(ended).toBe(true)
  })

  test('after one turn process ticks, and the microtasks that they queue, have run', async () => {
    let ended = false
    process.nextTick(() => void microtasks(30).then(() => process.nextTick(() => (ended = true))))
    await macrotaskTurn(host)()
    expect(ended).toBe(true)
  })

  test('the tested way to wait for a turn is really used', async () => {
    const used = vi.fn()
    const spied = { ...host, [name]: new Proxy(setImmediate, { apply: used, construct: used }) }
    // The stand-in does nothing, so a wait on it lasts for ever, or fails because there is no channel.
    void (async () => macrotaskTurn(spied)())().catch(() => {})
    await settleMicrotasks()
    expect(used).toHaveBeenCalledOnce()
  })
})
