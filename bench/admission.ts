import { admissionAlone, PLAIN, ROOMY, SIZES } from './admission/cost.ts'
import { ALONE, BURST, CALL_MS, fairnessTimes, SHARED, SMALL } from './admission/fairness.ts'
import { AGENTS, agentTimes, callTimes, EACH, PROCESS_LIMIT } from './admission/many-agents.ts'
import { IN_CALL_ORDER, LONGEST_FIRST, MIXED, mixedInVirtualTime, mixedTimes } from './admission/mixed-calls.ts'
import { ratio, target, times, type Times } from './admission/times.ts'
import { FLOOR, OURS } from './agents.ts'
import { LIMIT } from './calls.ts'
import { inChild } from './child.ts'
import type { Samples } from './harness.ts'
import type { Mode } from './mode.ts'
import { type Claim, figure } from './report.ts'
import { BARE } from './schedulers.ts'
import { median, summarize } from './statistics.ts'

interface Answer {
  /** Milliseconds of the tools' calls alone. */
  readonly calls: Times
  readonly limitedCalls: Times
  readonly unlimited: Times
  readonly limited: Times
  /** The largest number of tools that ran at once. */
  readonly peaks: Times
  readonly mixed: Times
  /** Relative to the lower bound, in virtual time. */
  readonly virtual: Times
  readonly fairness: Times
  readonly waiting: Samples
}

/** Admission over the whole process: many agents at once, tools of different durations, runs beside each other. */
export async function admission({ quick }: Mode): Promise<Claim> {
  const answer = await inChild<number, Answer>('admission.ts', quick ? 3 : 9)
  const { calls, limitedCalls, unlimited, limited, peaks, mixed, virtual, fairness, waiting } = answer
  const added = (waiting[ROOMY]?.[LIMIT] ?? []).map(
    (ns, i) => (ns - (waiting[PLAIN]?.[LIMIT]?.[i] ?? ns)) / LIMIT / 1_000,
  )
  const small = ratio(fairness, SHARED, ALONE)
  const batches = ratio(calls, OURS, BARE)
  const agents = ratio(unlimited, OURS, FLOOR)
  const longest = ratio(mixed, OURS, LONGEST_FIRST)
  const peak = Math.max(...(peaks[OURS] ?? []))
  return {
    name: 'Admission',
    tables: [
      times(`The calls of ${EACH}, each with an executor of its own, no limit of the process`, calls),
      times(`The same, at most ${PROCESS_LIMIT} tools at once in the process`, limitedCalls),
      times(`${EACH}, whole: with their model's parts and their histories, no limit of the process`, unlimited),
      times(`The same, at most ${PROCESS_LIMIT} tools at once in the process`, limited),
      times(`${MIXED} calls, log-normal, median 30 ms, sigma 1, at most ${LIMIT} at once`, mixed),
      times(`A run of ${SMALL} calls of ${CALL_MS} ms beside one of ${BURST}, at most ${LIMIT} at once`, fairness),
      {
        title: 'Admission alone: tools that return at once',
        unit: 'ns per call',
        columns: SIZES.map(String),
        rows: Object.entries(waiting).map(([name, bySize]) => ({
          name,
          cells: SIZES.map((size) => {
            const ns = bySize[size]
            return ns === undefined ? null : summarize(ns.map((each) => each / size))
          }),
        })),
      },
    ],
    targets: [
      target(
        `the calls of ${AGENTS} agents / ${BARE}, no limit of the process`,
        '≤ 1.5',
        batches,
        (value) => value <= 1.5,
      ),
      target(`${AGENTS} whole agents / ${FLOOR}, no limit of the process`, '≤ 1.5', agents, (value) => value <= 1.5),
      target(
        `tools at once, with a limit of ${PROCESS_LIMIT}`,
        `≤ ${PROCESS_LIMIT}`,
        peak,
        (value) => value <= PROCESS_LIMIT,
      ),
      target(`${MIXED} mixed calls / ${LONGEST_FIRST}`, '≤ 1.01', longest, (value) => value <= 1.01),
      {
        claim: `${MIXED} mixed calls / the lower bound, in virtual time`,
        wanted: '≤ 1.005',
        measured: `${median(virtual[OURS] ?? []).toFixed(4)}; in call order ${median(virtual[IN_CALL_ORDER] ?? []).toFixed(3)}`,
        met: median(virtual[OURS] ?? []) <= 1.005,
      },
      target('a small run beside a burst / its fair share alone', '≤ 1.2', small, (value) => value <= 1.2),
      {
        claim: 'the cost of all limits for a call that does not wait, in µs',
        wanted: '≤ 0.3',
        measured: figure(median(added)),
        met: median(added) <= 0.3,
      },
    ],
    notMeasured: [
      'tools whose durations change from call to call: each of the mixed calls has a tool of its own with a constant duration',
      'rates and priorities',
      'several processes',
    ],
  }
}

/** Runs in a process of its own. */
export async function measure(repetitions: number): Promise<Answer> {
  const peaks: Times = {}
  return {
    calls: await callTimes(repetitions, Infinity, peaks),
    limitedCalls: await callTimes(Math.ceil(repetitions / 2), PROCESS_LIMIT, peaks),
    unlimited: await agentTimes(repetitions, Infinity, peaks),
    limited: await agentTimes(Math.ceil(repetitions / 2), PROCESS_LIMIT, peaks),
    peaks,
    mixed: await mixedTimes(Math.ceil(repetitions / 2)),
    virtual: await mixedInVirtualTime(repetitions * 20),
    fairness: await fairnessTimes(repetitions),
    waiting: await admissionAlone(repetitions),
  }
}
