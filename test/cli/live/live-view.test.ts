import { VirtualClock } from 'aof-runtime/testing'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { finishedTurn } from '../../../packages/aof-cli/src/live/frame.ts'
import type { LiveEvent } from '../../../packages/aof-cli/src/live/live-event.ts'
import { LiveView } from '../../../packages/aof-cli/src/live/live-view.ts'
import { marksFor } from '../../../packages/aof-cli/src/live/marks.ts'
import { createStyle } from '../../../packages/aof-cli/src/style.ts'
import { call, type Moment, turnOf } from './events.ts'
import { Screen } from './screen.ts'

function open(columns = 60, rows = 10, colors = false) {
  const clock = new VirtualClock()
  const screen = new Screen(columns, rows)
  let note: (text: string) => void = () => {}
  const output = {
    divertNotes: (write: (text: string) => void) => {
      note = write
      return () => {
        note = () => {}
      }
    },
  }
  const view = new LiveView({ terminal: screen, style: createStyle(colors), marks: marksFor({}), clock, output })
  onTestFinished(() => view.close())
  const play = async (moments: readonly Moment[]): Promise<void> => {
    for (const [at, event] of moments) {
      await clock.advance(Math.max(0, at - clock.now()))
      view.take(event)
    }
  }
  return { clock, screen, view, play, note: (text: string) => note(text) }
}

const finished = (at: number, turn: number): Moment => [at, { type: 'turn_finished', turn, calls: 1 }]

const fetchA = call(0, 'fetch')
const fetchB = call(1, 'fetch')
const bothRun = [
  ...turnOf(0, 0, 'Both.'),
  fetchA.accepted(10),
  fetchA.arguments(10, { url: 'a' }),
  fetchA.started(10),
  fetchB.accepted(20),
  fetchB.arguments(20, { url: 'b' }),
  fetchB.parked(20),
]
const bothEnd = [
  fetchA.succeeded(510, 500),
  fetchB.started(510, 490),
  fetchB.succeeded(700, 190, 490),
  finished(700, 0),
]

const left = [
  'Both.',
  '  ✓ fetch     a                                      500 ms',
  '  ✓ fetch     b  waited 490 ms                       190 ms',
  '  2 calls in 690 ms · 690 ms of tool time · 1.0×',
]

describe('a live view', () => {
  test('is drawn in place while calls run, and leaves their lines in the scrollback', async () => {
    const { clock, screen, play, view } = open()
    await play(bothRun)
    await clock.advance(270)
    expect(screen.text).toEqual([
      'Both.',
      '  ⠹ fetch     a                                       0.2 s',
      '  ○ fetch     b  waits for a permit                   0.2 s',
      '  ⠹ 2 calls · 1 running · 1 waiting  0.2 s',
    ])
    await play(bothEnd)
    expect(screen.text).toEqual(left)
    await play([...turnOf(1, 750, 'Here is'), [760, { type: 'text', turn: 1, delta: ' the answer.' }]])
    await clock.advance(140)
    expect(screen.text).toEqual([...left, '', 'Here is the answer.', '  ⠇ the model is answering  0.1 s'])
    view.close()
    expect(screen.text).toEqual(left)
  })

  test('prints notes of any length above itself', async () => {
    const { clock, screen, play, note } = open()
    note('before everything')
    await play(bothRun)
    await clock.advance(100)
    note(`WARN  ${'x'.repeat(60)}\nsecond line`)
    expect(screen.text.slice(0, 5)).toEqual([
      'before everything',
      `WARN  ${'x'.repeat(54)}`,
      'xxxxxx',
      'second line',
      'Both.',
    ])
    await play(bothEnd)
    expect(screen.text.slice(4)).toEqual(left)
  })

  test('closed in the middle of a turn leaves its last state', async () => {
    const { screen, play, view } = open()
    await play(bothRun)
    view.close()
    view.close()
    expect(screen.text).toEqual([
      'Both.',
      '  ⠋ fetch     a                                       0.0 s',
      '  ○ fetch     b  waits for a permit                   0.0 s',
      '  2 calls · 1 running · 1 waiting',
    ])
  })

  test('draws at most 15 times a second, and not at all without changes', async () => {
    const { clock, screen, play } = open()
    await clock.advance(1_000)
    const idle = screen.writes
    await clock.advance(1_000)
    expect(screen.writes - idle).toBe(0)
    await play(bothRun.map(([, event]) => [2_000, event]))
    const busy = screen.writes
    for (let at = 2_001; at <= 3_000; at++) await play([fetchA.progress(at, `${at}`)])
    expect(screen.writes - busy).toBeGreaterThan(5)
    expect(screen.writes - busy).toBeLessThanOrEqual(15)
  })

  test('restores the cursor and leaves neither timer nor listener (I17)', async () => {
    const events = ['exit', 'SIGTSTP', 'SIGCONT'] as const
    const listeners = () => events.map((event) => process.listenerCount(event))
    const before = listeners()
    const { clock, screen, play, view } = open()
    await play(bothRun)
    expect([screen.cursorShown, screen.listenerCount('resize')]).toEqual([false, 1])
    view.close()
    expect([screen.cursorShown, screen.listenerCount('resize'), clock.pending]).toEqual([true, 0, 0])
    expect(listeners()).toEqual(before)
  })

  test('keeps its place when the terminal becomes narrower, and breaks its lines again', async () => {
    const { clock, screen, play } = open(60, 20)
    await play([...bothRun])
    await clock.advance(100)
    screen.resize(30, 20)
    expect(screen.text).toEqual([
      'Both.',
      '  ⠙ fetch     a         0.1 s',
      '  ○ fetch     b  wa…    0.1 s',
      '  ⠙ 2 calls · 1 running · 1…',
    ])
  })
})

test('printed lines stay, once and in order, whatever happens (property)', async () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('note' as const), text: fc.stringMatching(/^[a-z]{1,30}$/) }),
    fc.record({ kind: fc.constant('calls' as const), count: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('text' as const), text: fc.stringMatching(/^[a-z \n]{1,90}$/) }),
    fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 400 }) }),
    fc.record({ kind: fc.constant('turn' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 25 }),
      fc.integer({ min: 31, max: 70 }),
      fc.integer({ min: 2, max: 8 }),
      async (happenings, columns, rows) => {
        const { clock, screen, view, note } = open(columns, rows)
        const theme = { style: createStyle(false), marks: marksFor({}), width: columns - 1 }
        const printed: string[] = []
        let turn = 0
        let calls = 0
        const take = (event: LiveEvent): void => view.take(event)
        take({ type: 'turn_started', turn })
        for (const each of happenings) {
          if (each.kind === 'time') await clock.advance(each.ms)
          else if (each.kind === 'note') {
            note(each.text)
            printed.push(each.text)
          } else if (each.kind === 'text') take({ type: 'text', turn, delta: each.text })
          else if (each.kind === 'calls') {
            for (let n = 0; n < each.count; n++) {
              const one = call(calls++, 'tool', turn)
              for (const [, event] of [one.accepted(clock.now()), one.succeeded(clock.now(), 0)]) take(event)
            }
          } else {
            take({ type: 'turn_finished', turn, calls })
            const last = view.state.turns.at(-1)
            if (last !== undefined) printed.push(...finishedTurn(last, clock.now(), theme))
            ;[turn, calls] = [turn + 1, 0]
            take({ type: 'turn_started', turn })
          }
        }
        const last = view.state.turns.at(-1)
        if (last !== undefined) printed.push(...finishedTurn(last, clock.now(), theme))
        view.close()
        expect(screen.text).toEqual(printed.slice(0, printed.findLastIndex((line) => line !== '') + 1))
      },
    ),
    { numRuns: 200 },
  )
})
