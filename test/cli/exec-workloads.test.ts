import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { executeTurn } from '../../packages/aof-cli/src/exec/execute-turn.ts'
import { openRecorded } from '../../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import type { ToolContext, ToolResult } from '../../packages/aof-runtime/src/index.ts'
import { LoopTurns, sentResults, toolsNamed, watch } from './exec-support.ts'
import {
  type ExpectedCall,
  hasWorkloads,
  type Recorded,
  recordedAnswers,
  WITHOUT_WORKLOADS,
} from './recorded-answers/workloads.ts'

/** A record with the tools that its request offered. */
interface Offered extends Recorded {
  readonly tools?: readonly { readonly name: string; readonly inputSchema?: unknown }[]
}

/** A call that a tool was run for. */
interface Ran {
  readonly name: string
  readonly arguments: unknown
  readonly index: number
  /** The turn of the event loop. */
  readonly at: number
}

const SETS = [
  ['parallel', 117],
  ['edge', 57],
  ['gemini-cli', 4],
] as const
const all = SETS.flatMap(([set]) => recordedAnswers(set) as Offered[])

/** An answer whose calls are not run exactly as the record has them: why, and what is run instead. */
interface Odd {
  readonly why: string
  readonly runs: (calls: readonly ExpectedCall[]) => unknown
}

const partialArgs: Odd = {
  why: 'the record leaves out the arguments that come in parts; the provider puts them together',
  runs: (calls) => calls.map(({ name }) => ({ name, arguments: expect.anything() })),
}

const freeText: Odd = {
  why: 'a custom tool takes free text, which is complete and which the AI SDK gives as JSON text of a string',
  runs: () => [{ name: 'write_sql', arguments: 'SELECT * FROM users WHERE age > 25' }],
}

const CUT_BY_NEXT = '7334e4cee6fe3f35'

const ODD: ReadonlyMap<string, Odd> = new Map([
  ['90586df1d2574369', partialArgs],
  ['fb5cf2a2e1ab3369', partialArgs],
  ['7778b0fe714224ef', partialArgs],
  ['1c4b8c22cdb69c33', partialArgs],
  ['105396642b6f29f9', freeText],
  ['6fde494818ee3b32', freeText],
  [
    '1ff5cac94954a983',
    { why: 'the stream has no reason to finish, so its last call may be incomplete', runs: () => [] },
  ],
  [
    '0d17e8af3e862b2b',
    { why: 'an event of the stream cannot be read, so its last call may be incomplete', runs: () => [] },
  ],
  [
    CUT_BY_NEXT,
    {
      why: 'a second message begins while a call of the first, cut off, is open; the provider refuses all that comes after',
      runs: () => [],
    },
  ],
])

/** The calls of a record that can run: those whose arguments are JSON. */
function runnable({ expected }: Recorded): unknown[] {
  return expected.calls
    .filter(({ argumentsRaw }) => argumentsRaw === undefined || isJson(argumentsRaw))
    .map(({ name, arguments: value }) => ({ name, arguments: value ?? {} }))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function namesOf({ expected, tools = [] }: Offered): string[] {
  return [...expected.calls, ...tools].map(({ name }) => name)
}

/** A fixed function of the arguments. */
function echo(input: unknown): string {
  return JSON.stringify({ given: input })
}

let turns: LoopTurns
beforeEach(() => void (turns = new LoopTurns()))
afterEach(() => turns.stop())

describe.each(SETS)('streams.%s', (set, count) => {
  const answers = recordedAnswers(set) as Offered[]

  test.skipIf(!hasWorkloads)(
    `I2, I37: of all ${count} exactly the expected calls are run, each starts in the turn of the event loop of the part that shows it to be complete, results in call order${WITHOUT_WORKLOADS}`,
    { timeout: 60_000 },
    async () => {
      expect(answers).toHaveLength(count)
      for (const recorded of answers) {
        const ran: Ran[] = []
        const execute = (input: unknown, { call, index }: ToolContext): string => {
          ran.push({ name: call.name, arguments: input, index, at: turns.now })
          return echo(input)
        }
        const tools = toolsNamed(namesOf(recorded), execute)
        const { executed, completed, answer } = await watch(recorded.body, tools, turns)
        const { id } = recorded
        const runs = ran.map(({ name, arguments: value }) => ({ name, arguments: value }))
        const odd = ODD.get(id)
        expect({ id, runs }).toEqual({ id, runs: odd?.runs(recorded.expected.calls) ?? runnable(recorded) })
        if (odd !== undefined) expect(runs, `${id} is odd no more: ${odd.why}`).not.toEqual(runnable(recorded))
        expect({ id, at: ran.map(({ at }) => at) }).toEqual({ id, at: ran.map(({ index }) => completed[index]) })
        const { results } = executed
        const ids = recorded.expected.calls.map((call, i) => [i, call.id ?? `call-${i}`])
        expect(results.map((result) => [result.index, result.id])).toEqual(ids.slice(0, results.length))
        if (id !== CUT_BY_NEXT) expect(results).toHaveLength(ids.length)
        const succeeded = results.filter((result) => result.success)
        expect({ id, data: succeeded.map(({ data }) => data) }).toEqual({
          id,
          data: ran.toSorted((a, b) => a.index - b.index).map(({ arguments: value }) => echo(value)),
        })
        expect(sentResults(answer.results(results))).toHaveLength(results.length)
      }
    },
  )
})

test.skipIf(!hasWorkloads)(
  `I37: of streams.edge, calls that are cut off or not JSON have an invalid result and never run${WITHOUT_WORKLOADS}`,
  async () => {
    const outcomes = new Map<string, number>()
    const marked = (recordedAnswers('edge') as Offered[]).filter(({ edge }) =>
      edge?.includes('truncated-or-invalid-arguments'),
    )
    for (const recorded of marked.filter(({ id }) => !ODD.has(id))) {
      const runs: unknown[] = []
      const tools = toolsNamed(namesOf(recorded), (input) => runs.push(input))
      const { executed, answer } = await watch(recorded.body, tools, turns)
      expect({ id: recorded.id, runs }).toEqual({ id: recorded.id, runs: [] })
      expect(executed.results).toHaveLength(recorded.expected.calls.length)
      for (const result of executed.results) {
        expect(result).toMatchObject({ status: 'invalid', execution: 'none' })
        const code = codeOf(result)
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
      }
      const sent = sentResults(answer.results(executed.results))
      for (const { content } of sent) expect(JSON.stringify(content)).toContain('error')
    }
    expect(Object.fromEntries(outcomes)).toEqual({ unparsable_arguments: 9, incomplete_call: 9 })
  },
)

function codeOf(result: ToolResult): string {
  return result.success ? 'none' : result.error.code
}

const answered = all.filter(({ results }) => (results?.length ?? 0) > 0)

test.skipIf(!hasWorkloads)(
  `I2: recorded results are reproduced, by id and in order, although the tools end in reverse${WITHOUT_WORKLOADS}`,
  async () => {
    expect(answered).toHaveLength(58)
    for (const recorded of answered) {
      const { id, api, expected, results: recordedResults = [] } = recorded
      const endings: (() => void)[] = []
      const tools = toolsNamed(namesOf(recorded), async (_input, { index }) => {
        await new Promise<void>((resolve) => endings.push(resolve))
        const content = recordedResults[index]?.content ?? ''
        return api === 'google-generate-content' ? (JSON.parse(content) as unknown) : content
      })
      if (ODD.get(id)?.why.includes('may be incomplete') === true) continue
      const answer = await openRecorded(recorded.body)
      const { signal } = new AbortController()
      const executing = executeTurn({
        model: answer.model,
        executor: { tools, maxParallelTools: Infinity },
        signal,
        emit: ({ type }) => {
          if (type === 'model_finished') for (const end of endings.toReversed()) end()
        },
      })
      const { results } = await executing
      expect({ id, sent: sentResults(answer.results(results)) }).toEqual({
        id,
        sent: expected.calls.map((call, i) => ({
          id: call.id ?? undefined,
          content: contentAsSent(recordedResults[i]?.content ?? '', api),
        })),
      })
    }
  },
)

/** Gemini's results are objects: what a tool returned is their `output`. */
function contentAsSent(content: string, api: string): unknown {
  return api === 'google-generate-content' ? { output: JSON.parse(content) as unknown } : content
}

/** Keywords in which a record's schema is none of JSON Schema: Gemini's types in capitals, or as numbers. */
const GEMINI_TYPES = /"type": ?(?:"[A-Z]+"|\d)/

test.skipIf(!hasWorkloads)(`with the schemas of their requests the same calls run${WITHOUT_WORKLOADS}`, async () => {
  const offered = all.filter(({ tools }) => (tools?.length ?? 0) > 0 && !GEMINI_TYPES.test(JSON.stringify(tools)))
  expect(offered.length).toBeGreaterThan(100)
  for (const recorded of offered) {
    const schemas = new Map(
      (recorded.tools ?? []).flatMap(({ name, inputSchema }) =>
        typeof inputSchema === 'object' && inputSchema !== null
          ? [[name, inputSchema as Record<string, unknown>] as const]
          : [],
      ),
    )
    const { id } = recorded
    const { executed } = await watch(recorded.body, toolsNamed(namesOf(recorded), echo, schemas), turns)
    const codes = executed.results
      .map(codeOf)
      .filter((code) => !['unparsable_arguments', 'incomplete_call'].includes(code))
    expect({ id, codes }).toEqual({ id, codes: codes.map(() => 'none') })
  }
})

test.skipIf(!hasWorkloads)(`the tables name answers that are there${WITHOUT_WORKLOADS}`, () => {
  const ids = new Set(all.map(({ id }) => id))
  for (const id of ODD.keys()) expect(ids).toContain(id)
})
