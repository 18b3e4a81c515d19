import { describe, expect, test } from 'vitest'
import { namesIn } from '../../../packages/aof-runtime/src/core/order/effects/overlap-watch.ts'
import { defineTool } from '../../../packages/aof-runtime/src/index.ts'
import { VirtualClock } from '../../../packages/aof-runtime/src/testing/index.ts'
import { setUp, type SetUp } from '../harness.ts'

function setUpTools(reportOverlaps = true): SetUp {
  const clock = new VirtualClock()
  const make = (name: string, more: object = {}): ReturnType<typeof defineTool> =>
    defineTool({ name, execute: async () => clock.sleep(10), ...more }) as never
  const readOnly = { annotations: { readOnlyHint: true } }
  const tools = [
    make('write'),
    make('read', readOnly),
    make('look', readOnly),
    make('declared', { effects: () => [] }),
  ] as never
  return setUp(tools, { clock, reportOverlaps })
}

const call = (name: string, args: object): { id: string; name: string; arguments: object } => ({
  id: name,
  name,
  arguments: args,
})

describe('reportOverlaps', () => {
  test('reportOverlaps reports calls that ran at once and name the same thing: each pair as an event, each pair of tools in the log', async () => {
    const { run, events, lines } = setUpTools()
    await run([
      call('write', { path: '/tmp/a', mode: 'x' }),
      call('read', { files: ['/tmp/b', '/tmp/a/'] }),
      call('look', { path: '/tmp/a' }),
      call('declared', { path: '/tmp/a' }),
    ])
    const told = events.filter((event) => event.type === 'overlap_suspected')
    expect(told.map(({ what, calls }) => [what, ...calls.map(({ index }) => index)])).toEqual([
      ['/tmp/a', 0, 1],
      ['/tmp/a', 0, 2],
    ])
    await run([call('write', { path: '/tmp/a' }), call('read', { path: '/tmp/a' })])
    expect(lines.filter((line) => line.startsWith('WARN'))).toEqual([
      'WARN write and read ran at once, and both name /tmp/a. If one of them writes it, declare that in its effects.',
      'WARN write and look ran at once, and both name /tmp/a. If one of them writes it, declare that in its effects.',
    ])
  })

  test('reportOverlaps reports no calls that do not overlap or name different things, and nothing if it is off', async () => {
    const { run, events } = setUpTools()
    await run([call('write', { path: '/tmp/a' })])
    await run([call('write', { path: '/tmp/a' }), call('write', { path: '/tmp/b' })])
    expect(events.filter(({ type }) => type === 'overlap_suspected')).toEqual([])
    const off = setUpTools(false)
    await off.run([call('write', { path: '/tmp/a' }), call('write', { path: '/tmp/a' })])
    expect(off.events.filter(({ type }) => type === 'overlap_suspected')).toEqual([])
  })

  test('the names in arguments are paths, URLs, and values of keys', () => {
    expect(
      namesIn({
        path: 'notes.txt',
        text: 'see /tmp/a for more',
        link: 'https://a.example/x/',
        nested: [{ user_id: 7, count: 7 }],
        query: 'tides',
        target: 'src/a.ts',
      }),
    ).toEqual(['path notes.txt', 'https://a.example/x', 'user_id 7', 'src/a.ts'])
    expect(namesIn(null)).toEqual([])
  })
})

test('I7 arguments that cannot be read name nothing, and change no call', () => {
  const odd = {
    path: 'a.txt',
    get url(): string {
      throw new Error('no')
    },
  }
  expect(namesIn(odd)).toEqual(['path a.txt'])
})
