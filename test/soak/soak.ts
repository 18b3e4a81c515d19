/**
 * Many calls, one in a hundred with each fault, on one executor and one long-lived signal; prints as JSON what is left of
 * them. To be run with --expose-gc, in a process of its own:
 *
 *   node --expose-gc test/soak/soak.ts 1000000
 *
 * On the machine's own clock: timers and handles that are left can be seen only where they are real.
 */
import { getEventListeners } from 'node:events'
import { ToolExecutor, type ToolCall, type ToolResult } from '../../packages/aof-runtime/src/index.ts'
import { SeededRandom } from '../../packages/aof-runtime/src/testing/index.ts'
import { type Fault, FAULTS, late, soakTools } from './faults.ts'

/** The figures of a soak. */
export interface SoakReport {
  readonly calls: number
  readonly outcomes: Readonly<Record<string, number>>
  /** How much the heap grew for each call, in bytes, after the warm-up. */
  readonly heapSlope: number
  /** The resources that keep the process alive, before and after. */
  readonly resourcesBefore: readonly string[]
  readonly resourcesAfter: readonly string[]
  readonly listeners: number
  readonly abandoned: number
  readonly unhandled: number
}

const TURN = 50
const CHECKPOINTS = 20

const calls = Number(process.argv[2] ?? 10_000)
const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('Run it with --expose-gc, so that the heap can be measured.')

const random = new SeededRandom(1)
const outcomes: Record<string, number> = {}
let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

const resourcesBefore = process.getActiveResourcesInfo()
const lived = new AbortController()
const executor = new ToolExecutor({
  tools: soakTools(),
  maxParallelTools: 64,
  timeoutMs: 10,
  graceMs: 5,
  maxAbandoned: Infinity,
  maxResultBytes: 2_000,
  spill: false,
})
executor.subscribe((event) => {
  if (event.type === 'settled' && event.index === TURN - 1) throw new Error('a listener broke')
})

function drawFault(): Fault | undefined {
  const place = random.int(0, 99)
  return FAULTS[place]
}

function callOf(n: number, fault: Fault | undefined): ToolCall {
  const id = String(n)
  switch (fault) {
    case 'unknown tool':
      return { id, name: 'nowhere', arguments: {} }
    case 'schema rejects':
      return { id, name: 'work_rejected', arguments: { n } }
    case 'truncated arguments':
      return { id, name: 'work', arguments: `{"n":${n}` }
    case 'misfit arguments':
      return { id, name: 'work', arguments: { n: 'one' } }
    default: {
      const args = { n, ...(fault !== undefined && { fault }) }
      return {
        id,
        name: random.pick(['work', 'work_later', 'work_again']),
        arguments: random.chance(0.5) ? args : JSON.stringify(args),
      }
    }
  }
}

/** A batch that is filled call by call, some of which never come. */
async function streamed(
  drawn: readonly (readonly [ToolCall, Fault | undefined])[],
  signal: AbortSignal,
): Promise<readonly ToolResult[]> {
  await using batch = executor.openBatch({ signal })
  for (const [call, fault] of drawn) {
    const slot = batch.reserve(call)
    if (fault === 'is dropped') slot.drop('cut off')
    else if (fault !== 'is forgotten') slot.complete(call.arguments)
  }
  batch.close()
  for await (const { index } of batch) if (index === 0) break
  return batch.results()
}

async function turn(first: number): Promise<void> {
  const drawn = Array.from({ length: TURN }, (_, i) => {
    const fault = drawFault()
    return [callOf(first + i, fault), fault] as const
  })
  // One batch in a hundred is aborted by its own signal; all others share one that lives as long as the process.
  const isAborted = random.chance(0.01)
  const own = new AbortController()
  if (isAborted) setTimeout(() => own.abort(), 1)
  const signal = isAborted ? own.signal : lived.signal
  const isOpen = drawn.some(([, fault]) => fault === 'is dropped' || fault === 'is forgotten')
  const results = isOpen
    ? await streamed(drawn, signal)
    : await executor.executeTools(
        drawn.map(([call]) => call),
        { signal, deadlineMs: 5_000 },
      )
  for (const { status } of results) outcomes[status] = (outcomes[status] ?? 0) + 1
}

/** Turns, several at a time, so that a slow one delays no other. */
async function turns(count: number): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await turn(TURN * next++)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}

async function rest(): Promise<void> {
  while (late.count > 0) await new Promise((resolve) => void setTimeout(resolve, 5))
  await new Promise((resolve) => void setTimeout(resolve, 5))
}

async function heapNow(): Promise<number> {
  await rest()
  collect?.()
  await new Promise((resolve) => void setImmediate(resolve))
  collect?.()
  return process.memoryUsage().heapUsed
}

/** The median of all slopes between two points: a single odd one changes nothing (Theil, 1950; Sen, 1968). */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const slopes = points.flatMap(([x1, y1], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y1) / (x2 - x1)))
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0
}

async function main(): Promise<void> {
  const perCheckpoint = Math.ceil(calls / TURN / CHECKPOINTS)
  await turns(Math.max(400, perCheckpoint * 2))
  for (const status of Object.keys(outcomes)) outcomes[status] = 0
  const points: [number, number][] = []
  for (let i = 0; i <= CHECKPOINTS; i++) {
    if (i > 0) await turns(perCheckpoint)
    points.push([i * perCheckpoint * TURN, await heapNow()])
  }
  const listeners = getEventListeners(lived.signal, 'abort').length
  const { abandoned } = await executor.close()
  const report: SoakReport = {
    calls: CHECKPOINTS * perCheckpoint * TURN,
    outcomes,
    heapSlope: slopeOf(points),
    resourcesBefore,
    resourcesAfter: process.getActiveResourcesInfo(),
    listeners,
    abandoned,
    unhandled,
  }
  const closedAt = performance.now()
  process.on('exit', () => {
    process.stdout.write(`${JSON.stringify({ ...report, exitMs: performance.now() - closedAt })}\n`)
  })
}

await main()
