import fc from 'fast-check'
import { Permits } from '../../../src/core/admission/permits.ts'
import { move, must } from './moves.ts'

/** Users of a few permits who come, withdraw, end at once, and now and then a crowd. */
export async function permits(numRuns: number): Promise<void> {
  const users = fc.array(fc.record({ moves: fc.nat(2), withdraws: fc.boolean(), isSwift: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  const limits = fc.integer({ min: 1, max: 3 })
  const property = fc.asyncProperty(fc.scheduler(), limits, users, fc.boolean(), async (s, limit, plans, isCrowded) => {
    const gate = new Permits(limit)
    const queue: object[] = []
    let running = 0
    const check = (): void => {
      must(gate.inUse === running && running <= limit, `I25: ${running} run of ${limit}, told ${gate.inUse}`)
      must(gate.waiting === queue.length, `I51: ${queue.length} wait, told ${gate.waiting}`)
      must(queue.length === 0 || running === limit, 'I51: a permit is free while somebody waits')
    }
    const end = (): void => {
      running--
      gate.release(undefined)
    }
    /** @returns how to withdraw */
    const ask = (admitted: () => void): (() => void) => {
      if (gate.take()) {
        must(queue.length === 0, 'I51: somebody was overtaken')
        running++
        admitted()
        return () => {}
      }
      const waiter = {
        wantsPermit: true,
        admit: () => {
          must(queue.shift() === waiter, 'I51: somebody was overtaken')
          waiter.wantsPermit = false
          running++
          admitted()
        },
      }
      queue.push(waiter)
      gate.wait(waiter)
      return () => {
        if (!waiter.wantsPermit) return
        waiter.wantsPermit = false
        queue.splice(queue.indexOf(waiter), 1)
        gate.withdraw()
      }
    }
    const use = async ({ moves, withdraws, isSwift }: (typeof plans)[number], index: number): Promise<void> => {
      await move(s, `arrive ${index}`)
      const over = Promise.withResolvers<boolean>()
      const withdraw = ask(() => {
        // A tool that returns at once ends before whoever admitted it goes on, and the next may come as early.
        if (isSwift) {
          end()
          ask(() => queueMicrotask(end))
        }
        over.resolve(!isSwift)
      })
      if (withdraws) {
        await move(s, `withdraw ${index}`)
        withdraw()
        check()
        over.resolve(false)
      }
      if (!(await over.promise)) return
      for (let i = 0; i < moves; i++) await move(s, `hold ${index}`)
      end()
      await move(s, `gone ${index}`)
      check()
    }
    const crowd = async (): Promise<void> => {
      await move(s, 'a crowd comes')
      const all = Array.from({ length: 40 }, () => ask(() => queueMicrotask(end)))
      await move(s, 'the crowd goes')
      for (const withdraw of all) withdraw()
    }
    await s.waitFor(Promise.all([...plans.map(use), isCrowded && crowd()]))
    await Promise.resolve()
    must(gate.inUse === 0 && gate.waiting === 0, 'I25: not all came back')
  })
  await fc.assert(property, { numRuns })
}
