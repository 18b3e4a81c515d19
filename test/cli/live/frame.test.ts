import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { finishedTurn, frame, type FrameView } from '../../../packages/aof-cli/src/live/frame.ts'
import type { LiveTurn } from '../../../packages/aof-cli/src/live/live-state.ts'
import { marksFor } from '../../../packages/aof-cli/src/live/marks.ts'
import { runSummary } from '../../../packages/aof-cli/src/live/summary.ts'
import { createStyle } from '../../../packages/aof-cli/src/style.ts'
import { displayWidth } from '../../../packages/aof-cli/src/text.ts'
import { call, type Moment, stateAfter, turnOf } from './events.ts'

const marks = marksFor({})

function view(over: Partial<FrameView> = {}): FrameView {
  return { style: createStyle(false), marks, width: 72, height: 24, now: 1_000, ...over }
}

function turnAfter(moments: readonly Moment[]): LiveTurn {
  const turn = stateAfter(moments).turns.at(-1)
  if (turn === undefined) throw new Error('There is no turn.')
  return turn
}

/** A call in every state. */
const everyState: readonly Moment[] = [
  ...turnOf(0, 0, 'I look at everything at once.'),
  call(0, 'list_files').accepted(10),
  call(0, 'list_files').arguments(10, { path: '.' }),
  call(0, 'list_files').succeeded(25, 12),
  call(1, 'count_lines').accepted(20),
  call(1, 'count_lines').arguments(20, { path: 'src', longest: 3 }),
  call(1, 'count_lines').started(400, 380),
  call(1, 'count_lines').progress(500, '412 files'),
  call(2, 'package_info').accepted(300),
  call(2, 'package_info').arguments(300, { name: 'yaml' }),
  call(2, 'package_info').parked(300),
  call(3, 'package_info').accepted(310),
  call(4, 'read_file').accepted(320),
  call(4, 'read_file').arguments(320, { path: '日本語.md' }),
  call(5, 'git_show').accepted(330),
  call(5, 'git_show').arguments(330, { commit: 'HEAD' }),
  call(5, 'git_show').unsuccessful(600, 'failed', 'git ended with exit code 128: not a git repository', 90),
  call(6, 'search').accepted(340),
  call(6, 'search').unsuccessful(341, 'invalid', 'The arguments do not fit: q is missing.'),
  call(7, 'fetch').accepted(350),
  call(7, 'fetch').unsuccessful(900, 'timed_out', 'It did not end within 500 ms.', 500),
  call(8, 'push').accepted(360),
  call(8, 'push').unsuccessful(900, 'aborted', 'whatever', 500, 'unknown'),
  call(9, 'pull').accepted(370),
  call(9, 'pull').unsuccessful(900, 'aborted', 'whatever'),
  call(10, 'list_files').accepted(380),
  call(10, 'list_files').succeeded(980, 100, 500),
]

describe('a running turn', () => {
  test('fits a terminal of 80 columns', () => {
    expect(frame(turnAfter(everyState), view({ width: 79 }))).toEqual([
      'I look at everything at once.',
      '  ✓ list_files    .                                                       12 ms',
      '  ⠋ count_lines   path=src longest=3  412 files                           0.6 s',
      '  ○ package_info  yaml  waits for a permit                                0.7 s',
      '  · package_info  arriving',
      '  · read_file     日本語.md  waits for the end of the turn',
      '  ✗ git_show      HEAD  git ended with exit code 128: not a git repos…    90 ms',
      '  ✗ search        invalid: The arguments do not fit: q is missing.',
      '  ✗ fetch         timed out: It did not end within 500 ms.               500 ms',
      '  – push          aborted, may still act                                 500 ms',
      '  – pull          aborted before it started',
      '  ✓ list_files    waited 500 ms                                          100 ms',
      '  ⠋ 11 calls · 2 done · 3 failed · 2 aborted · 1 running · 1 waiting · 2 arriv…',
    ])
  })

  test('fits a terminal of 40 columns', () => {
    const few = everyState.filter(([, event]) => !('index' in event) || [0, 1, 2, 5].includes(event.index))
    expect(frame(turnAfter(few), view({ width: 39 }))).toEqual([
      'I look at everything at once.',
      '  ✓ list_files  .                 12 ms',
      '  ⠋ count_lin…  412 files         0.6 s',
      '  ○ package_i…  yaml  waits f…    0.7 s',
      '  ✗ git_show    HEAD  git end…    90 ms',
      '  ⠋ 4 calls · 1 done · 1 failed · 1 ru…',
    ])
  })

  test('on a terminal of 21 columns and 6 rows shows running, waiting and arriving calls first', () => {
    expect(frame(turnAfter(everyState), view({ width: 20, height: 5 }))).toEqual([
      '  ⠋ count_l…  412 f…',
      '  ○ package…  waits…',
      '  · package…  arriv…',
      '    8 more: 2 done,…',
      '  ⠋ 11 calls · 2 do…',
    ])
  })

  test('with 100 calls shows the running and waiting ones, in call order, and counts the rest', () => {
    const moments = Array.from({ length: 100 }, (_, index) => {
      const { accepted, arguments: complete, started, succeeded, unsuccessful, parked } = call(index, `tool_${index}`)
      const begun = [accepted(0), complete(0, { n: index })]
      if (index % 10 === 7) return [...begun, unsuccessful(50, 'failed', 'no', 50)]
      if (index < 40) return [...begun, started(0), succeeded(100, 100)]
      return index < 44 ? [...begun, started(500)] : [...begun, parked(0)]
    }).flat()
    expect(frame(turnAfter(moments), view({ width: 50, height: 10 }))).toEqual([
      '  ⠋ tool_40   40                             0.5 s',
      '  ⠋ tool_41   41                             0.5 s',
      '  ⠋ tool_42   42                             0.5 s',
      '  ⠋ tool_43   43                             0.5 s',
      '  ○ tool_44   44  waits for a permit         1.0 s',
      '  ○ tool_45   45  waits for a permit         1.0 s',
      '  ○ tool_46   46  waits for a permit         1.0 s',
      '  ○ tool_48   48  waits for a permit         1.0 s',
      '    92 more: 36 done, 10 failed, 46 waiting',
      '  ⠋ 100 calls · 36 done · 10 failed · 4 running ·…',
    ])
  })

  test('before its first call shows the state of the model', () => {
    const asked = turnOf(0, 0)
    const thinking: Moment = [
      1,
      { type: 'reasoning', turn: 0, delta: 'one two three four five six seven eight nine ten' },
    ]
    const talking: Moment = [2, { type: 'text', turn: 0, delta: 'first line\n\nthird' }]
    const small = view({ width: 14, height: 6 })
    expect(frame(turnAfter(asked), view())).toEqual(['  ⠋ waiting for the model  1.0 s'])
    expect(frame(turnAfter([...asked, thinking]), small)).toEqual([
      'four five six',
      'seven eight',
      'nine ten',
      '  ⠋ the model…',
    ])
    expect(frame(turnAfter([...asked, thinking, talking]), view())).toEqual([
      'first line',
      '',
      'third',
      '  ⠋ the model is answering  1.0 s',
    ])
  })

  test('shows the newest lines of an answer of any length, which stay still while it grows', () => {
    const words = Array.from({ length: 20_000 }, (_, n) => `word${n}`)
    const shown = (count: number) =>
      frame(
        turnAfter([...turnOf(0, 0), [1, { type: 'text', turn: 0, delta: words.slice(0, count).join(' ') }]]),
        view(),
      )
    const [before, after] = [shown(19_990), shown(19_991)]
    expect(after).toHaveLength(24)
    expect(after.at(-2)).toContain('word19990')
    expect(after.slice(0, 22)).toEqual(before.slice(0, 22))
  })
})

describe('a finished turn', () => {
  test('leaves the model text, every call, and a summary', () => {
    const moments = [
      ...turnOf(0, 0, 'Both at once.\n'),
      call(0, 'fetch').accepted(10),
      call(0, 'fetch').arguments(10, { url: 'a' }),
      call(1, 'fetch').accepted(20),
      call(1, 'fetch').arguments(20, { url: 'b' }),
      call(0, 'fetch').succeeded(1_010, 1_000),
      call(1, 'fetch').unsuccessful(1_520, 'failed', 'no', 1_500),
      [1_520, { type: 'turn_finished', turn: 0, calls: 2 }] as const,
    ]
    expect(finishedTurn(turnAfter(moments), 2_000, view({ width: 50 }))).toEqual([
      'Both at once.',
      '  ✓ fetch     a                              1.0 s',
      '  ✗ fetch     b  no                          1.5 s',
      '  2 calls in 1.5 s · 2.5 s of tool time · 1.7×',
      '  1 failed',
      '',
    ])
  })

  test('shows the whole reason of a failure, on lines of its own if it does not fit', () => {
    const moments = [
      ...turnOf(0, 0),
      call(0, 'fetch').accepted(0),
      call(0, 'fetch').arguments(0, { url: 'https://a.ex/' }),
      call(0, 'fetch').unsuccessful(90, 'failed', 'The server answered 503, and said: come back later.', 90),
      [90, { type: 'turn_finished', turn: 0, calls: 1 }] as const,
    ]
    expect(finishedTurn(turnAfter(moments), 100, view({ width: 40 }))).toEqual([
      '  ✗ fetch     https://a.ex/        90 ms',
      '      The server answered 503, and said:',
      '      come back later.',
      '  1 call in 90 ms · 1 failed',
      '',
    ])
  })

  test('leaves nothing without calls, because its text is the answer', () => {
    expect(finishedTurn(turnAfter(turnOf(0, 0, 'The answer.')), 1, view())).toEqual([])
  })
})

test('the summary of a run has turns, calls, times and tokens', () => {
  const usage = { inputTokens: 1_234, cachedInputTokens: 0, outputTokens: 56, reasoningTokens: 0 }
  const state = stateAfter([
    ...turnOf(0, 0),
    call(0, 'a').accepted(10),
    call(0, 'a').succeeded(110, 100),
    call(1, 'b').accepted(10),
    call(1, 'b').succeeded(210, 200),
    [210, { type: 'usage', turn: 0, usage, total: usage }],
    ...turnOf(1, 300),
    call(0, 'c', 1).accepted(310),
    call(0, 'c', 1).unsuccessful(410, 'aborted', '', 100),
  ])
  expect(runSummary(state, marks)).toBe(
    '2 turns · 3 calls in 300 ms · 400 ms of tool time · 1.3× · 1 aborted · 1,234 tokens in, 56 out',
  )
})

test('no frame is wider or higher than allowed, or contains control characters (property, I46)', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const moments = fc.array(
    fc.tuple(
      fc.nat(30),
      text,
      text,
      fc.constantFrom('accepted', 'arguments', 'parked', 'started', 'progress', 'succeeded', 'failed'),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      moments,
      text,
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 12 }),
      fc.boolean(),
      (drawn, said, width, height, colors) => {
        const turn = turnAfter([
          ...turnOf(0, 0, `${said} ${said}`),
          ...drawn.flatMap(([index, name, words, what], at): Moment[] => {
            const one = call(index, name)
            if (what === 'failed') return [one.accepted(at), one.unsuccessful(at, 'failed', words, 1)]
            if (what === 'arguments' || what === 'progress')
              return [one.accepted(at), one.started(at), one[what](at, words)]
            return [one.accepted(at), what === 'succeeded' ? one.succeeded(at, 1) : one[what](at)]
          }),
        ])
        const shown = view({ width, height, style: createStyle(colors) })
        const lines = frame(turn, shown)
        expect(lines.length).toBeLessThanOrEqual(height)
        const all = width === 0 ? lines : [...lines, ...finishedTurn(turn, 1, shown)]
        const plain = all.map((line) => stripVTControlCharacters(line))
        expect(plain.filter((line) => displayWidth(line) > width)).toEqual([])
        expect(plain.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      },
    ),
    { numRuns: 300 },
  )
})
