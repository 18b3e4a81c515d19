import { VirtualClock } from 'aof-runtime/testing'
import { expect, test } from 'vitest'
import { marksFor } from '../../../packages/aof-cli/src/live/marks.ts'
import { PlainView } from '../../../packages/aof-cli/src/live/plain-view.ts'
import { createStyle } from '../../../packages/aof-cli/src/style.ts'
import { call, type Moment, turnOf } from './events.ts'

function linesAfter(moments: readonly Moment[], env: Record<string, string> = {}): string[] {
  const lines: string[] = []
  const write = (line: string): number => lines.push(line)
  const view = new PlainView({
    style: createStyle(false),
    marks: marksFor(env),
    clock: new VirtualClock(),
    write,
  })
  for (const [, event] of moments) view.take(event)
  view.close()
  return lines
}

const first = call(0, 'fetch')
const second = call(1, 'store')
const turn: readonly Moment[] = [
  ...turnOf(0, 0, 'Fetch,\nthen store.'),
  first.accepted(0),
  first.arguments(0, { url: 'a' }),
  first.started(0),
  second.accepted(10),
  second.arguments(10, { key: 'k', value: 'v' }),
  second.unsuccessful(20, 'failed', 'The disk\u001B[2J is full.', 10),
  first.succeeded(500, 500),
  [500, { type: 'batch_settled', at: 500, run: 'r', turn: 0, batch: 1, size: 2, succeeded: 1, failed: 1, wallMs: 500 }],
  [500, { type: 'turn_finished', turn: 0, calls: 2 }],
]

test('a plain view has a line when a call has its result, and one when the turn is over', () => {
  expect(linesAfter(turn)).toEqual([
    '✗  store  key=k value=v  The disk\uFFFD[2J is full.  10 ms',
    '✓  fetch  a  500 ms',
    'Fetch, then store.',
    'turn 1: 2 calls in 500 ms · 510 ms of tool time · 1.0× · 1 failed',
  ])
})

test('on the Linux console a plain view uses only ASCII', () => {
  expect(linesAfter(turn, { TERM: 'linux' }).join('')).not.toMatch(/[✓✗·×]/)
})

test('a plain view prints nothing for a turn without calls, because its text is the answer', () => {
  expect(linesAfter([...turnOf(0, 0, 'The answer.'), [5, { type: 'turn_finished', turn: 0, calls: 0 }]])).toEqual([])
})
