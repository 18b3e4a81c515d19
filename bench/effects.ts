import { checkSettled, LIMIT } from './calls.ts'
import { inChild } from './child.ts'
import { sample, type Samples } from './harness.ts'
import type { Mode } from './mode.ts'
import { type Claim, figure } from './report.ts'
import { growthExponent, median, pairwiseRatios, summarize } from './statistics.ts'
import { type AnyTool, defineTool, type ToolCall, ToolExecutor } from '../packages/aof-runtime/dist/index.js'

const SIZES = [10, 100, 1_000, 10_000]

const PLAIN = 'no effects, in an executor without any'
const AGAIN = 'no effects, in another executor without any'
const BESIDE = 'no effects, beside a tool that has some'
const OFF = 'effects that are off'
const APART = 'each writes a resource of its own'
const QUEUE = 'all write one resource'
const READS = 'all read one resource'
const CHAIN = 'each depends on the one before'
const REFERS = 'each refers to the result of the one before'

/** The cost of ordering by effects and dependencies, and its cost for calls without any. */
export async function effects({ quick }: Mode): Promise<Claim> {
  const samples = await inChild<boolean, Samples>('effects.ts', quick)
  const overPlain = (name: string): number[] =>
    SIZES.map((size) => median(pairwiseRatios(samples[name]?.[size] ?? [], samples[PLAIN]?.[size] ?? [])))
  const beside = overPlain(BESIDE)
  const growth = [APART, QUEUE, READS, CHAIN, REFERS].map((name) =>
    growthExponent(SIZES.map((size) => [size, median(samples[name]?.[size] ?? [])] as const)),
  )
  return {
    name: 'Effects and dependencies',
    tables: [
      {
        title: `Tools that return at once, at most ${LIMIT} at a time`,
        unit: 'ns per call',
        columns: SIZES.map(String),
        rows: Object.entries(samples).map(([name, bySize]) => ({
          name,
          cells: SIZES.map((size) => summarize((bySize[size] ?? []).map((ns) => ns / size))),
        })),
      },
    ],
    targets: [
      {
        claim: 'a call without effects beside a tool that has some / in an executor without any',
        wanted: '≤ 1.05',
        measured: `${beside.map(figure).join(', ')}; of two without any ${overPlain(AGAIN).map(figure).join(', ')}`,
        met: beside.every((ratio) => ratio <= 1.05),
      },
      {
        claim:
          'growth of the cost of a batch with its calls (exponent): own resources, one queue, reads, a chain, references',
        wanted: '≤ 1.15',
        measured: growth.map(figure).join(', '),
        met: growth.every((exponent) => exponent <= 1.15),
      },
    ],
    notMeasured: [
      'the effect of the order on the duration with tools that wait: it depends on their declarations',
      'nested calls, and circles of waits',
    ],
  }
}

/** Runs in a process of its own. */
export async function measure(quick: boolean): Promise<Samples> {
  const sampling = quick
    ? { repetitions: 5, sampleMs: 30, warmUpMs: 300 }
    : { repetitions: 11, sampleMs: 60, warmUpMs: 800 }
  return sample(candidates(), new Map(SIZES.map((size) => [size, size])), sampling)
}

function candidates(): { readonly name: string; readonly run: (size: number) => Promise<unknown> }[] {
  const execute = async ({ i }: { i: number }): Promise<{ i: number }> => ({ i })
  const plain = defineTool({ name: 'plain', execute })
  const writes = (name: string, resource: (i: number) => string, mode: 'read' | 'write' = 'write'): AnyTool =>
    defineTool({ name, effects: ({ i }: { i: number }) => [{ resource: resource(i), mode }], execute })
  const apart = writes('apart', (i) => `file:/src/${i}`)
  const without = new ToolExecutor({ tools: [plain], maxParallelTools: LIMIT })
  const again = new ToolExecutor({ tools: [plain], maxParallelTools: LIMIT })
  const off = new ToolExecutor({ tools: [apart], maxParallelTools: LIMIT, effects: 'off' })
  const executor = new ToolExecutor({
    tools: [plain, apart, writes('queue', () => 'file:/one'), writes('reads', () => 'file:/one', 'read')],
    maxParallelTools: LIMIT,
  })
  const of =
    (name: string): ((i: number) => ToolCall) =>
    (i) => ({ id: `c${i}`, name, arguments: { i } })
  const after = (i: number): ToolCall => ({ ...of('plain')(i), ...(i > 0 && { dependsOn: [i - 1] }) })
  const refers = (i: number): ToolCall => ({
    ...of('plain')(i),
    arguments: { i: i === 0 ? 0 : { $result: i - 1, pointer: '/i' } },
  })
  return [
    candidate(PLAIN, without, of('plain')),
    candidate(AGAIN, again, of('plain')),
    candidate(BESIDE, executor, of('plain')),
    candidate(OFF, off, of('apart')),
    candidate(APART, executor, of('apart')),
    candidate(QUEUE, executor, of('queue')),
    candidate(READS, executor, of('reads')),
    candidate(CHAIN, executor, after),
    candidate(REFERS, executor, refers),
  ]
}

function candidate(
  name: string,
  executor: ToolExecutor,
  call: (i: number) => ToolCall,
): { readonly name: string; readonly run: (size: number) => Promise<unknown> } {
  const calls = new Map(SIZES.map((size) => [size, Array.from({ length: size }, (_, i) => call(i))]))
  return {
    name,
    run: async (size) => {
      const results = await executor.executeTools(calls.get(size) ?? [])
      checkSettled(name, results, size)
      return results
    },
  }
}
