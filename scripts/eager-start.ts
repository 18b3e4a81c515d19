/*
 * Writes docs/eager-start.md: for each dialect, the delay between the event that completes a call and its `tool-call`
 * part from the AI SDK's provider. Needs the recorded answers in ../shared/workloads.
 *
 *   npx node scripts/eager-start.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { openRecorded } from '../packages/aof-cli/src/recorded-answers/open-recorded.ts'
import { DIALECTS } from '../packages/aof-cli/src/recorded-answers/dialects/index.ts'
import { readBody } from '../packages/aof-cli/src/recorded-answers/recorded-body.ts'
import { settleMicrotasks } from '../packages/aof-runtime/src/testing/macrotask.ts'
import { type Recorded, recordedAnswers } from '../test/cli/recorded-answers/workloads.ts'

/** One call of a stream: when it is known to be complete and when its part arrives, in events of the stream. */
interface Timing {
  readonly known: number
  readonly part: number
  readonly events: number
}

/** The document with new measurements. */
export async function eagerStartDocument(): Promise<string> {
  const rows = new Map<string, Timing[][]>()
  for (const recorded of [...recordedAnswers('parallel'), ...recordedAnswers('edge')]) {
    const { dialect, streamed } = await openRecorded(recorded.body)
    if (streamed) rows.set(dialect, [...(rows.get(dialect) ?? []), await timingsOf(recorded)])
  }
  return document([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function timingsOf(recorded: Recorded): Promise<Timing[]> {
  let delivered = -1
  const beforeEvent = async (k: number): Promise<void> => {
    await settleMicrotasks()
    delivered = k
  }
  const { model, events } = await openRecorded(recorded.body, { beforeEvent })
  const parts: number[] = []
  const { stream } = await model.doStream({ prompt: [] })
  for await (const part of stream)
    if (part.type === 'tool-call' && part.providerExecuted !== true) parts.push(delivered)
  const places = placesOf(recorded.body)
  return recorded.expected.calls.flatMap(({ endEvent, knownCompleteEvent = endEvent }, i) => {
    const part = parts[i]
    if (part === undefined || endEvent === undefined || endEvent === null) return []
    return [
      { known: knownCompleteEvent === null ? events : (places[knownCompleteEvent as number] ?? events), part, events },
    ]
  })
}

/** The indices of the events that the recordings count: those with valid data. */
function placesOf(body: string): number[] {
  return readBody(body).events.flatMap(({ text, value }, k) => (value === undefined && text !== '[DONE]' ? [] : [k]))
}

function document(rows: readonly (readonly [string, Timing[][]])[]): string {
  const table = rows.map(([dialect, streams]) => rowOf(dialect, streams))
  return `# When a call can start

The agent starts calls while the model is still writing its turn (\`eager\`). A call starts as soon as the stream shows that it is complete:
when the next part of the answer begins or, for the last call of a turn, when the model itself ends the turn. The call's own \`tool-call\`
part does not show that: a turn that reached its token limit, or that a filter stopped, ends with the same part.

## The last call of a turn

The agent, \`aof exec\` and \`aof-runtime/messages\` treat the end of a turn in the same way:

- After *stop* and *tool calls* every call runs.
- After anything else (a limit, a filter, a refusal, an error, a broken stream, an unknown reason) the last call does not run. Its result is
  \`invalid\` with the code \`incomplete_call\`, and its message gives the model the reason. The calls before it run, since a part after
  each shows that it is complete.
- A call that the provider itself marks as incomplete (an item of the Responses API) never runs.

A call that a stream repeats, with the same id, tool and arguments, runs once. If different calls of the turn share an id, or one has none,
a repeated call runs each time; the end of the turn decides that.

## Measured delays

The table shows for each dialect the delay between the event of the stream that ends a call and the call's \`tool-call\` part. In a dialect
without such an event, the beginning of the next part counts, or the end of the stream. The provider's package reads recorded streams, one
event at a time; \`npx node scripts/eager-start.ts\` writes the table.

| dialect | provider | streams | calls | later | by events (median, most) | part of the stream lost (median) |
|---|---|--:|--:|--:|--:|--:|
${table.join('\n')}

- *later*: the number of calls whose part comes after the event that shows that they are complete.
- *part of the stream lost*: the events between the two, as a share of all events of the stream; over the calls with a later part.
- The provider's package for Chat Completions keeps all calls until the stream has ended, since more of a call's arguments may still
  arrive. So no call starts before the turn is over. The other dialects mark the end of a call, and their packages pass it on at once.
`
}

function rowOf(dialect: string, streams: Timing[][]): string {
  const calls = streams.flat()
  const later = calls.filter(({ known, part }) => part > known)
  const by = later.map(({ known, part }) => part - known)
  const lost = later.map(({ known, part, events }) => (part - known) / events)
  const cells = [
    `\`${dialect}\``,
    providerOf(dialect),
    streams.length,
    calls.length,
    later.length,
    later.length === 0 ? '' : `${median(by)}, ${Math.max(...by)}`,
    later.length === 0 ? '' : `${Math.round(100 * median(lost))} %`,
  ]
  return `| ${cells.join(' | ')} |`
}

function providerOf(dialect: string): string {
  const name = DIALECTS.find((each) => each.name === dialect)?.provider.name ?? ''
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

if (import.meta.main)
  writeFileSync(new URL('../packages/aof-runtime/docs/eager-start.md', import.meta.url), await eagerStartDocument())
