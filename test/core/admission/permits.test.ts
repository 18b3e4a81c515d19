import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Permits, type Waiter } from '../../../src/core/admission/permits.ts'

class Call implements Waiter {
  state: 'waiting' | 'running' | 'gone' = 'waiting'
  readonly number: number
  readonly #onAdmit: (call: Call) => void

  constructor(number: number, onAdmit: (call: Call) => void) {
    this.number = number
    this.#onAdmit = onAdmit
  }

  get wantsPermit(): boolean {
    return this.state === 'waiting'
  }

  admit(): void {
    this.state = 'running'
    this.#onAdmit(this)
  }
}

/** What a call does in the moment in which it is admitted, as a tool that returns at once or a listener may. */
type OnAdmit = 'stay' | 'end' | 'withdraw the next' | 'end and request'

const commands = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('request' as const),
        onAdmit: fc.constantFrom<OnAdmit>('stay', 'stay', 'stay', 'end', 'withdraw the next', 'end and request'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('release' as const), which: fc.nat(9) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('withdraw' as const), which: fc.nat(99) }) },
  ),
  { maxLength: 200 },
)

class World {
  readonly permits: Permits
  readonly calls: Call[] = []
  readonly admitted: number[] = []

  constructor(limit: number) {
    this.permits = new Permits(limit)
  }

  in(state: Call['state']): Call[] {
    return this.calls.filter((call) => call.state === state)
  }

  request(onAdmit: OnAdmit): void {
    const call = new Call(this.calls.length, (self) => this.#admitted(self, onAdmit))
    this.calls.push(call)
    if (this.permits.take()) call.admit()
    else this.permits.wait(call)
  }

  release(call: Call | undefined): void {
    if (call?.state !== 'running') return
    call.state = 'gone'
    this.permits.release(undefined)
  }

  withdraw(call: Call | undefined): void {
    if (call?.state !== 'waiting') return
    call.state = 'gone'
    this.permits.withdraw()
  }

  #admitted(call: Call, onAdmit: OnAdmit): void {
    this.admitted.push(call.number)
    if (this.permits.inUse > this.permits.limit) throw new Error('more permits are out than there are')
    if (onAdmit === 'withdraw the next') this.withdraw(this.in('waiting')[0])
    if (onAdmit.startsWith('end')) this.release(call)
    if (onAdmit === 'end and request') this.request('stay')
  }

  /** What is not as it should be. */
  faults(): string[] {
    const { permits, admitted } = this
    const [running, waiting] = [this.in('running').length, this.in('waiting').length]
    const faults: Record<string, boolean> = {
      'permits are out of step with who runs': permits.inUse !== running,
      'the count of waiters is out of step': permits.waiting !== waiting,
      'more run than may': running > permits.limit,
      'a permit is free while somebody waits': waiting > 0 && running < permits.limit,
      'somebody was overtaken': admitted.some((number, i) => i > 0 && number < (admitted[i - 1] ?? 0)),
    }
    return Object.keys(faults).filter((fault) => faults[fault])
  }
}

describe('permits', () => {
  test('I25, I51: never more than the limit, none free while somebody waits, first come first served', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), commands, (limit, program) => {
        const world = new World(limit)
        for (const command of program) {
          if (command.type === 'request') world.request(command.onAdmit)
          else if (command.type === 'release') world.release(world.in('running')[command.which])
          else {
            const waiting = world.in('waiting')
            world.withdraw(waiting[command.which % Math.max(1, waiting.length)])
          }
          expect(world.faults()).toEqual([])
        }
        // Nobody is forgotten: as permits come back, everyone who waits is admitted.
        while (world.in('running').length > 0) world.release(world.in('running')[0])
        expect(world.faults()).toEqual([])
        expect(world.in('waiting')).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('no wake-up is lost, however the ends of those who run interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (s, limit, n) => {
          const permits = new Permits(limit)
          const order: number[] = []
          let running = 0
          const one = async (number: number): Promise<void> => {
            if (!permits.take()) {
              await new Promise<void>((resolve) => permits.wait({ wantsPermit: true, admit: () => resolve() }))
            }
            order.push(number)
            running++
            expect(running).toBeLessThanOrEqual(limit)
            await s.schedule(Promise.resolve(), `call ${number} ends`)
            running--
            permits.release(undefined)
          }
          const all = Promise.all(Array.from({ length: n }, (_, i) => one(i)))
          await s.waitFor(all)
          expect(order).toEqual(Array.from({ length: n }, (_, i) => i))
          expect([permits.inUse, permits.waiting]).toEqual([0, 0])
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each([10, 100, 1_000, 5_000])('nobody of %i is lost or doubled when the queue is swept', (size) => {
    const world = new World(1)
    for (let i = 0; i <= size; i++) world.request('stay')
    const stays = (call: Call): boolean => call.number % 3 === 0
    for (const call of world.in('waiting')) if (!stays(call)) world.withdraw(call)
    expect(world.faults()).toEqual([])
    for (let i = 0; i <= size; i++) world.release(world.calls[i])
    expect(world.admitted).toEqual(world.calls.filter(stays).map(({ number }) => number))
    expect(world.faults()).toEqual([])
  })

  test('the stack stays flat when a hundred thousand end at once', () => {
    const permits = new Permits(1)
    let depth = 0
    let deepest = 0
    let admitted = 0
    expect(permits.take()).toBe(true)
    for (let i = 0; i < 100_000; i++) {
      permits.wait({
        wantsPermit: true,
        admit: () => {
          deepest = Math.max(deepest, ++depth)
          admitted++
          permits.release(undefined)
          depth--
        },
      })
    }
    permits.release(undefined)
    expect([admitted, deepest, permits.inUse, permits.waiting]).toEqual([100_000, 1, 0, 0])
  })

  test('who comes while somebody waits cannot overtake, also in the moment of a hand-over', () => {
    const permits = new Permits(1)
    const order: string[] = []
    const wait = (name: string, then: () => void = () => {}): void =>
      permits.wait({ wantsPermit: true, admit: () => (order.push(name), then()) })
    permits.take()
    wait('first', () => expect(permits.take()).toBe(false))
    wait('second')
    expect(permits.take()).toBe(false)
    permits.release(undefined)
    permits.release(undefined)
    expect(order).toEqual(['first', 'second'])
  })

  test('the moment of the release is handed to the first alone: later ones are admitted later', () => {
    const permits = new Permits(2)
    const moments: (number | undefined)[] = []
    const leave = (now: number | undefined): void => {
      moments.push(now)
      permits.release(undefined)
    }
    permits.take()
    permits.take()
    for (let i = 0; i < 3; i++) permits.wait({ wantsPermit: true, admit: leave })
    permits.release(7)
    expect(moments).toEqual([7, undefined, undefined])
  })

  test('Infinity admits everyone', () => {
    const permits = new Permits(Infinity)
    for (let i = 0; i < 1_000; i++) expect(permits.take()).toBe(true)
    expect(permits.inUse).toBe(1_000)
  })
})
