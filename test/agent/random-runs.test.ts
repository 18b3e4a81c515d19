import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import {
  type AgentEvent,
  AgentExecutor,
  type AgentResult,
  type Eager,
} from '../../packages/aof-runtime/src/agent/index.ts'
import { type AnyTool, defineTool, type JsonObject } from '../../packages/aof-runtime/src/index.ts'
import {
  forEachSeed,
  type ScriptedPlay,
  type SeededRandom,
  scriptedModel,
  simulation,
  type VirtualClock,
} from '../../packages/aof-runtime/src/testing/index.ts'
import { finish } from './harness.ts'
import { callsOf, historyFaults, ownFaults, resultsOf } from './history-faults.ts'
import { user } from './messages.ts'

const GRACE_MS = 50
const TIMEOUT_MS = 300

/** The tools of a random run, by what they do. */
const behaviours = ['good', 'reads', 'throws', 'hangs', 'deaf'] as const
/** Names that belong to no tool. */
const nonsense = ['missing', 'bad<name>', '__proto__'] as const

interface PlannedCall {
  readonly id: string
  readonly name: string
  readonly input: string
}

interface PlannedTurn {
  readonly parts: readonly LanguageModelV4StreamPart[]
  readonly delaysMs: readonly number[]
  readonly breakAfter: number | undefined
  readonly breakWith: Error | 'end'
  readonly rejects: boolean
}

/** A run as it is to be, drawn from a seed; how it ends follows from it. */
interface Plan {
  readonly eager: Eager
  readonly maxIterations: number
  readonly maxParallelTools: number
  readonly stopAfter: number
  readonly failsBefore: number
  readonly turns: readonly PlannedTurn[]
}

function planned(random: SeededRandom): Plan {
  return {
    eager: random.pick(['all', 'read-only', 'off']),
    maxIterations: random.int(1, 5),
    maxParallelTools: random.pick([1, 2, 10]),
    stopAfter: random.chance(0.1) ? random.int(0, 3) : Infinity,
    failsBefore: random.chance(0.1) ? random.int(0, 3) : Infinity,
    turns: Array.from({ length: 5 }, () => plannedTurn(random)),
  }
}

function plannedTurn(random: SeededRandom): PlannedTurn {
  const calls = random.chance(0.15) ? [] : Array.from({ length: random.int(1, 6) }, () => plannedCall(random))
  const bodies = calls.map((one) => callParts(one, random))
  const parts = [
    ...(random.chance(0.5) ? block('reasoning') : []),
    ...(random.chance(0.5) ? block('text') : []),
    ...withError(random.chance(0.3) ? interleaved(bodies, random) : bodies.flat(), random),
    finish(random.chance(0.1) ? 'length' : calls.length > 0 ? 'tool-calls' : 'stop'),
  ]
  return {
    parts,
    delaysMs: parts.map(() => (random.chance(0.5) ? 0 : random.int(1, 40))),
    breakAfter: random.chance(0.25) ? random.int(0, parts.length - 1) : undefined,
    breakWith: random.chance(0.5) ? 'end' : new Error('the line went dead'),
    rejects: random.chance(0.05),
  }
}

function plannedCall(random: SeededRandom): PlannedCall {
  const name = random.chance(0.85) ? random.pick(behaviours) : random.pick(nonsense)
  const whole = JSON.stringify({ ms: random.int(0, 100) })
  const input = random.chance(0.85)
    ? whole
    : random.pick(['{"ms":', '[1]', '{"ms":"long"}', '', '{}', '{"__proto__":{}}'])
  return { id: random.pick(['a', 'b', 'c', '', '__proto__']), name, input }
}

function callParts({ id, name, input }: PlannedCall, random: SeededRandom): LanguageModelV4StreamPart[] {
  const call: LanguageModelV4StreamPart = { type: 'tool-call', toolCallId: id, toolName: name, input }
  if (random.chance(0.2)) return [call]
  const start: LanguageModelV4StreamPart = { type: 'tool-input-start', id, toolName: name }
  return random.chance(0.1) ? [start] : [start, { type: 'tool-input-delta', id, delta: input }, call]
}

function interleaved(
  bodies: readonly LanguageModelV4StreamPart[][],
  random: SeededRandom,
): LanguageModelV4StreamPart[] {
  const left = bodies.map((body) => [...body])
  const mixed: LanguageModelV4StreamPart[] = []
  for (;;) {
    const open = left.filter((body) => body.length > 0)
    if (open.length === 0) return mixed
    mixed.push(random.pick(open).shift() as LanguageModelV4StreamPart)
  }
}

/** Now and then an error anywhere among the parts. */
function withError(parts: readonly LanguageModelV4StreamPart[], random: SeededRandom): LanguageModelV4StreamPart[] {
  if (!random.chance(0.1)) return [...parts]
  const at = random.int(0, parts.length)
  return [...parts.slice(0, at), { type: 'error', error: new Error('an error part') }, ...parts.slice(at)]
}

function block(kind: 'text' | 'reasoning'): LanguageModelV4StreamPart[] {
  return [
    { type: `${kind}-start`, id: kind },
    { type: `${kind}-delta`, id: kind, delta: `some ${kind}` },
    { type: `${kind}-end`, id: kind },
  ]
}

/** A call of a turn, as its parts have it. */
interface GivenCall {
  readonly id: string
  readonly name: string
  input: string | undefined
  state: 'begun' | 'damaged' | 'whole' | 'again' | 'renamed'
}

/**
 * How many calls of a turn get results, worked out from its parts alone: those that came whole and undamaged, and of a
 * turn that did not break also those that never came to their end. A call that came again counts once, where ids are
 * distinct.
 */
function expectedCalls(turn: PlannedTurn): { readonly calls: number; readonly broken: boolean } {
  const came = turn.parts.slice(0, turn.breakAfter)
  const broken = came.at(-1)?.type !== 'finish' || came.some((part) => part.type === 'error')
  const beginning = came.find(({ type }) => type === 'error' || type.endsWith('-delta') || type.startsWith('tool-'))
  if (beginning === undefined || beginning.type === 'error') return { calls: 0, broken }
  const calls = givenCalls(came)
  const ids = calls
    .filter(({ state }) => state !== 'again' && state !== 'renamed' && state !== 'damaged')
    .map(({ id }) => id)
  const haveOwnIds = !ids.includes('') && new Set(ids).size === ids.length
  const answered = calls.filter(
    ({ state }) => state === 'whole' || (state === 'begun' && !broken) || (state === 'again' && !haveOwnIds),
  )
  return { calls: answered.length, broken }
}

function givenCalls(parts: readonly LanguageModelV4StreamPart[]): GivenCall[] {
  const calls: GivenCall[] = []
  const open = new Map<string, GivenCall>()
  const begin = (id: string, name: string): GivenCall => {
    const call: GivenCall = { id, name, input: undefined, state: 'begun' }
    calls.push(call)
    return call
  }
  for (const part of parts) {
    if (part.type === 'error') for (const call of open.values()) call.state = 'damaged'
    if (part.type === 'tool-input-start' && !open.has(part.id)) open.set(part.id, begin(part.id, part.toolName))
    if (part.type !== 'tool-call') continue
    const { toolCallId: id, toolName: name, input } = part
    const begun = open.get(id)
    open.delete(id)
    const isAgain = calls.some((call) => call.id === id && call.name === name && call.input === input)
    if (begun !== undefined && begun.name !== name) begun.state = 'renamed'
    const call = begun === undefined || begun.state === 'renamed' ? begin(id, name) : begun
    if (call.state === 'damaged') continue
    call.input = input
    call.state = isAgain ? 'again' : 'whole'
  }
  return calls
}

/** How the run ends without an abort, after how many turns, with how many results. */
function expectedEnd(plan: Plan): { readonly status: string; readonly iterations: number; readonly calls: number } {
  let calls = 0
  for (let turn = 0; turn < plan.maxIterations; turn++) {
    if (turn === plan.failsBefore) return { status: 'failed', iterations: turn, calls }
    const given = plan.turns[turn] as PlannedTurn
    if (given.rejects) return { status: 'failed', iterations: turn + 1, calls }
    const expected = expectedCalls(given)
    calls += expected.calls
    if (expected.calls === 0) return { status: expected.broken ? 'failed' : 'done', iterations: turn + 1, calls }
    if (turn === plan.stopAfter) return { status: 'done', iterations: turn + 1, calls }
  }
  return { status: 'max_iterations', iterations: plan.maxIterations, calls }
}

interface Played {
  readonly result: AgentResult
  readonly events: readonly AgentEvent[]
  readonly starts: readonly { readonly key: string; readonly at: number }[]
  readonly prompts: readonly string[]
  readonly pendingTimers: number
}

/** @param abortAtMs when the run is aborted, if it is */
async function play(plan: Plan, clock: VirtualClock, abortAtMs?: number): Promise<Played> {
  const starts: { key: string; at: number }[] = []
  const model = scriptedModel(
    plan.turns.map(({ parts, delaysMs, breakAfter, breakWith, rejects }) => {
      if (rejects) return { rejectWith: new Error('refused') }
      const delayMs: ScriptedPlay['delayMs'] = (_, index) => delaysMs[index] ?? 0
      return { parts, delayMs, breakWith, ...(breakAfter !== undefined && { breakAfter }) }
    }),
    { clock },
  )
  const agent = new AgentExecutor({
    model,
    clock,
    tools: behaviours.map((behaviour) => toolThat(behaviour, clock, starts)),
    eager: plan.eager,
    maxIterations: plan.maxIterations,
    maxParallelTools: plan.maxParallelTools,
    maxKeptEvents: 1,
    modelRetry: { maxAttempts: 1 },
    prepareTurn: ({ turn }) => {
      if (turn === plan.failsBefore) throw new Error('as planned')
      return undefined
    },
    stopWhen: ({ turn }) => turn === plan.stopAfter,
  })
  const controller = new AbortController()
  const timer = abortAtMs === undefined ? undefined : clock.setTimer(() => controller.abort(), abortAtMs)
  const run = agent.run('go', { signal: controller.signal })
  const events: AgentEvent[] = []
  const reading = (async () => {
    for await (const event of run) events.push(event)
  })()
  const result = await clock.runUntil(run.result)
  await reading
  timer?.clear()
  const before = starts.length
  await clock.advance(10_000)
  expect(starts, 'nothing starts after the end').toHaveLength(before)
  return {
    result,
    events,
    starts,
    prompts: model.calls.map(({ prompt }) => JSON.stringify(prompt)),
    pendingTimers: clock.pending,
  }
}

function toolThat(
  behaviour: (typeof behaviours)[number],
  clock: VirtualClock,
  starts: { key: string; at: number }[],
): AnyTool {
  return defineTool<unknown, JsonObject>({
    name: behaviour,
    inputSchema: { type: 'object', properties: { ms: { type: 'number' } } },
    timeoutMs: TIMEOUT_MS,
    ...(behaviour === 'reads' && { annotations: { readOnlyHint: true } }),
    async execute({ ms = 0 }, { signal, idempotencyKey }) {
      starts.push({ key: idempotencyKey, at: clock.now() })
      if (behaviour === 'hangs') return clock.sleep(1_000_000, { signal })
      if (behaviour === 'deaf') return clock.sleep(1_000)
      await clock.sleep(Number(ms))
      if (behaviour === 'throws') throw new Error('as always')
      return { ms, key: idempotencyKey }
    },
  })
}

/** Checks the rules that hold after any end. */
function check({ result, events, starts, prompts, pendingTimers }: Played): void {
  expect(historyFaults(result.messages)).toEqual([])
  expect(ownFaults(result.messages, behaviours)).toEqual([])
  expect(result.messages[0]).toEqual(user('go'))
  expect(pendingTimers).toBe(0)

  // Each call runs at most once, and what has run has its result in the history.
  expect(new Set(starts.map(({ key }) => key)).size).toBe(starts.length)
  const settled = events.filter((event) => event.type === 'settled')
  const started = events.filter((event) => event.type === 'started')
  expect(started).toHaveLength(starts.length)
  const answered = result.messages.flatMap((message) => (message.role === 'tool' ? resultsOf(message) : []))
  expect(result.calls.total).toBe(answered.length)
  expect(settled.length).toBeGreaterThanOrEqual(answered.length)
  expect(settled.filter((event) => event.result.execution !== 'none')).toHaveLength(starts.length)
  expect(starts.length).toBeLessThanOrEqual(answered.length)

  // The value of a good call is at the call's place (I2): the n-th call kept of a turn has the n-th key.
  const told = result.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []))
  for (const content of told) {
    const keys = content.flatMap((part) => {
      const output = part.type === 'tool-result' && part.output.type === 'json' ? part.output.value : undefined
      return typeof output === 'object' && output !== null && 'key' in output ? [String(output['key'])] : []
    })
    const places = keys.map((key) => Number(key.split('/')[2]))
    expect(places).toEqual([...places].sort((a, b) => a - b))
  }

  // Each prompt begins with the bytes of the one before (I49), and the history with the last of them.
  prompts.slice(1).forEach((prompt, i) => expect(prompt.startsWith((prompts[i] as string).slice(0, -1))).toBe(true))
  if (prompts.length > 0)
    expect(JSON.stringify(result.messages).startsWith((prompts.at(-1) as string).slice(0, -1))).toBe(true)

  expect(events.at(-1)).toEqual({ type: 'done', result })
  expect(events.filter(({ type }) => type === 'missed')).toEqual([])
  expect(events.filter(({ type }) => type === 'turn_started')).toHaveLength(result.iterations)
  expect(result.error === undefined).toBe(result.status !== 'failed')
  expect(result.messages.flatMap((message) => callsOf(message))).toHaveLength(answered.length)
}

test('random runs keep the invariants, whatever the model and the tools do, with breaks and aborts at any time', async () => {
  const seen = new Map<string, number>()
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  await forEachSeed({ seeds: 500 }, async ({ random, clock, seed }) => {
    const plan = planned(random.fork())
    const abortAt = random.next()

    const undisturbed = await play(plan, clock)
    check(undisturbed)
    const { status, iterations, calls, wallMs } = undisturbed.result
    expect({ status, iterations, calls: calls.total }).toEqual(expectedEnd(plan))
    count(status)

    // The same again, and an abort on the way: all has ended after the grace, and nothing starts any more.
    const abortAtMs = Math.floor(abortAt * (wallMs + 20))
    const again = simulation(seed).clock
    const disturbed = await play(plan, again, abortAtMs)
    check(disturbed)
    for (const { at } of disturbed.starts) expect(at).toBeLessThanOrEqual(abortAtMs)
    if (abortAtMs < wallMs) {
      expect(disturbed.result.status).toBe('aborted')
      expect(disturbed.result.wallMs).toBeGreaterThanOrEqual(abortAtMs)
      expect(disturbed.result.wallMs).toBeLessThanOrEqual(abortAtMs + GRACE_MS)
      count('aborted')
    } else if (abortAtMs > wallMs) expect(disturbed.result.status).toBe(status)
  })
  // Every end is met, so that none is checked in vain.
  if (process.env['AOF_SEED'] === undefined)
    for (const end of ['done', 'failed', 'max_iterations', 'aborted']) expect(seen.get(end)).toBeGreaterThan(20)
})
