import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AdmissionController, defineTool, ToolExecutor } from '../../packages/aof-runtime/dist/index.js'
import { type Agent, floor, type MeasuredTool, OURS, ours } from '../agents.ts'
import { bareLoop } from '../baselines/bare-loop.ts'
import { LIMIT } from '../calls.ts'
import { FINAL_TEXT, ScriptedModel } from '../model.ts'
import { BARE } from '../schedulers.ts'
import { record, timed, type Times } from './times.ts'

export const AGENTS = 1_000
export const PROCESS_LIMIT = 100
const TURNS = 2
const CALLS = 10
const CALL_MS = 5

export const EACH = `${AGENTS} agents × ${TURNS} turns × ${CALLS} calls × ${CALL_MS} ms`

const schema = z.object({ q: z.string() })

/** Milliseconds until the calls of all agents are done. */
export async function callTimes(repetitions: number, processLimit: number, peaks: Times): Promise<Times> {
  const { execute, takePeak } = counted()
  const tool = defineTool({ name: 'measured', execute })
  const calls = Array.from({ length: CALLS }, (_, i) => ({
    id: `call_${i}`,
    name: 'measured',
    arguments: { q: `${i}` },
  }))
  const handLimited = processLimit === Infinity ? execute : limited(processLimit, execute)
  const admission =
    processLimit === Infinity ? {} : { admission: new AdmissionController({ maxParallel: processLimit }) }
  const candidates: Record<string, () => Promise<unknown>> = {
    [BARE]: async () => {
      for (let turn = 0; turn < TURNS; turn++) await bareLoop(calls, LIMIT, handLimited)
    },
    [OURS]: async () => {
      const executor = new ToolExecutor({ tools: [tool], maxParallelTools: LIMIT, ...admission })
      for (let turn = 0; turn < TURNS; turn++) await executor.executeTools(calls)
    },
  }
  const result: Times = {}
  for (let repetition = -2; repetition < repetitions; repetition++) {
    const entries = Object.entries(candidates)
    for (const [name, run] of repetition % 2 === 0 ? entries : entries.toReversed()) {
      takePeak()
      const ms = await timed(() => Promise.all(Array.from({ length: AGENTS }, run)))
      if (repetition < 0) continue
      record(result, name, ms)
      if (processLimit !== Infinity) record(peaks, name, takePeak())
    }
  }
  return result
}

/** Milliseconds until all agents are done. */
export async function agentTimes(repetitions: number, processLimit: number, peaks: Times): Promise<Times> {
  const { execute, takePeak } = counted()
  const measured: MeasuredTool<z.infer<typeof schema>> = { name: 'measured', schema, execute }
  const admission = processLimit === Infinity ? undefined : new AdmissionController({ maxParallel: processLimit })
  const handLimited = processLimit === Infinity ? execute : limited(processLimit, execute)
  const candidates: Agent[] = [floor({ ...measured, execute: handLimited }, LIMIT), ours(measured, LIMIT, admission)]
  const calls = Array.from({ length: CALLS }, (_, i) => ({
    id: `call_${i}`,
    name: 'measured',
    input: `{"q":"query ${i}"}`,
  }))
  const result: Times = {}
  for (let repetition = -1; repetition < repetitions; repetition++) {
    for (const { name, run } of repetition % 2 === 0 ? candidates : candidates.toReversed()) {
      const models = Array.from({ length: AGENTS }, () => new ScriptedModel(calls, 0, TURNS))
      takePeak()
      const startedAt = performance.now()
      const texts = await Promise.all(models.map((model) => run(model)))
      const ms = performance.now() - startedAt
      if (texts.some((text) => text !== FINAL_TEXT)) throw new Error(`${name}: an agent did not finish.`)
      if (repetition < 0) continue
      record(result, name, ms)
      if (processLimit !== Infinity) record(peaks, name, takePeak())
    }
  }
  return result
}

/** A tool that waits, and a counter of the largest number that waited at once. */
function counted(): { readonly execute: () => Promise<{ ok: boolean }>; takePeak(): number } {
  let running = 0
  let peak = 0
  return {
    execute: async () => {
      peak = Math.max(peak, ++running)
      await sleep(CALL_MS)
      running--
      return { ok: true }
    },
    takePeak: () => {
      const was = peak
      peak = 0
      return was
    },
  }
}

/** A typical hand-written semaphore. */
function limited<T>(limit: number, work: () => Promise<T>): () => Promise<T> {
  const waiting: (() => void)[] = []
  let free = limit
  return async () => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
