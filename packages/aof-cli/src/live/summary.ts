import type { ToolResult } from 'aof-runtime'
import type { Usage } from 'aof-runtime/agent'
import { plural } from '../text.ts'
import { durationText } from './duration.ts'
import type { LiveState, LiveTurn } from './live-state.ts'
import type { Marks } from './marks.ts'
import { ratio, type ToolTimes, toolTimes } from './tool-times.ts'

/** The outcome of a turn's calls in words: `13 calls in 620 ms · 2.3 s of tool time · 3.7× · 1 failed`. */
export function turnSummary(turn: LiveTurn, marks: Marks): string {
  return timesWords(toolTimes([turn]), marks).join(` ${marks.separator} `)
}

/** The outcome of a run in words. */
export function runSummary(state: LiveState, marks: Marks): string {
  const { usage, result, turns } = state
  const times = toolTimes(turns)
  const words = [
    plural(turns.length, 'turn'),
    ...(times.calls > 0 ? timesWords(times, marks) : []),
    ...(usage === undefined ? [] : usageWords(usage)),
    ...(result === undefined ? [] : [`${durationText(result.wallMs)} in all`]),
  ]
  return words.join(` ${marks.separator} `)
}

/** The states of a turn's calls in words: `13 calls · 8 done · 3 running · 2 waiting`. */
export function progressSummary({ calls }: LiveTurn, marks: Marks): string {
  return [plural(calls.length, 'call'), ...phaseCounts(calls)].join(` ${marks.separator} `)
}

/** The numbers of `calls` by state; zeros are left out. */
export function phaseCounts(calls: LiveTurn['calls']): string[] {
  const counts = new Map([...PHASES].map((phase) => [phase, 0]))
  for (const { state } of calls) {
    const phase = state.phase === 'settled' ? endOf(state.result) : state.phase
    counts.set(phase, (counts.get(phase) ?? 0) + 1)
  }
  return Array.from(counts).flatMap(([phase, count]) => (count === 0 ? [] : [`${count} ${phase}`]))
}

const PHASES = ['done', 'failed', 'aborted', 'running', 'suspended', 'waiting', 'arriving'] as const

function endOf({ status }: ToolResult): (typeof PHASES)[number] {
  if (status === 'succeeded') return 'done'
  return status === 'aborted' ? 'aborted' : 'failed'
}

function timesWords(times: ToolTimes, { times: sign }: Marks): string[] {
  const { calls, failed, aborted, wallMs, toolMs } = times
  const words = [`${plural(calls, 'call')} in ${durationText(wallMs)}`]
  const won = ratio(times)
  if (calls > 1) words.push(`${durationText(toolMs)} of tool time`)
  if (calls > 1 && won !== undefined) words.push(`${won.toFixed(1)}${sign}`)
  if (failed > 0) words.push(`${failed} failed`)
  if (aborted > 0) words.push(`${aborted} aborted`)
  return words
}

function usageWords({ inputTokens, outputTokens }: Usage): string[] {
  if (inputTokens + outputTokens === 0) return []
  return [`${inputTokens.toLocaleString('en')} tokens in, ${outputTokens.toLocaleString('en')} out`]
}
