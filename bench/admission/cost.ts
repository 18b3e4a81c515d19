import { AdmissionController, defineTool, type ToolCall, ToolExecutor } from '../../packages/aof-runtime/dist/index.js'
import { LIMIT } from '../calls.ts'
import { sample, type Samples } from '../harness.ts'

export const SIZES = [10, 1_000, 10_000, 100_000]
export const PLAIN = 'one limit'
export const ROOMY = 'all limits, no waiting'
const KEYED = 'a thousand keys'
const KEYS = 1_000

/** Nanoseconds of batches of tools that return at once: admission, and the fixed cost of every call. */
export function admissionAlone(repetitions: number): Promise<Samples> {
  const execute = async (): Promise<{ ok: boolean }> => ({ ok: true })
  const plain = defineTool({ name: 'measured', execute })
  const roomy = defineTool({ name: 'measured', maxParallel: 1_000_000, priority: 1, execute })
  const keyed = defineTool({
    name: 'measured',
    key: ({ key }: { key: string }) => key,
    maxParallelPerKey: 1,
    maxParallel: 1_000_000,
    execute,
  })
  const inputs = new Map(
    SIZES.map((size) => [
      size,
      Array.from({ length: size }, (_, i): ToolCall => ({
        id: `c${i}`,
        name: 'measured',
        arguments: { key: `${i % KEYS}` },
      })),
    ]),
  )
  const admission = new AdmissionController({ maxParallel: 1_000_000 })
  const executors = {
    [PLAIN]: new ToolExecutor({ tools: [plain], maxParallelTools: LIMIT }),
    [ROOMY]: new ToolExecutor({ tools: [roomy], maxParallelTools: LIMIT, admission }),
    [KEYED]: new ToolExecutor({ tools: [keyed], maxParallelTools: LIMIT, admission }),
  }
  const candidates = Object.entries(executors).map(([name, executor]) => ({
    name,
    run: (calls: ToolCall[]) => executor.executeTools(calls),
  }))
  return sample(candidates, inputs, { repetitions: repetitions * 2, sampleMs: 40, warmUpMs: 1_000 })
}
