import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { type AgentResult, AgentExecutor } from 'aof-runtime/agent'
import { type AnyTool, defineTool } from 'aof-runtime'
import { scriptedModel, type TurnFunction, type TurnScript } from 'aof-runtime/testing'
import type { AgentFile } from '../../../packages/aof-cli/src/agent-file/agent-file.ts'
import { parseAgentFile } from '../../../packages/aof-cli/src/agent-file/parse-agent.ts'
import type { Divergence } from '../../../packages/aof-cli/src/run-recording/divergence.ts'
import { parseRecording } from '../../../packages/aof-cli/src/run-recording/read-recording.ts'
import { recordingRuntime, replayRuntime, type Runtime } from '../../../packages/aof-cli/src/run/runtime.ts'
import { temporary } from '../temporary.ts'

/** A run to be recorded or replayed. */
export interface Scene {
  readonly turns: readonly (TurnScript | TurnFunction)[]
  readonly tools: readonly AnyTool[]
  readonly inputs?: readonly string[]
  /** Fields of `spec`, as JSON. */
  readonly spec?: Readonly<Record<string, unknown>>
  readonly maxIterations?: number
  readonly signal?: AbortSignal
}

/** The outcome of a scene. */
export interface Played {
  readonly results: readonly AgentResult[]
  readonly divergence: Divergence | undefined
}

function agentFile(spec: Readonly<Record<string, unknown>> = {}): AgentFile {
  const text = JSON.stringify({
    apiVersion: 'aof.dev/v1',
    kind: 'Agent',
    metadata: { name: 'scene' },
    spec: { model: 'scripted:x', ...spec },
  })
  const parsed = parseAgentFile(new TextEncoder().encode(text), { file: 'scene.json' })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.agent
}

/** Records a scene; gives what came of it, and the text of the recording. */
export async function record(
  scene: Scene,
): Promise<{ readonly results: readonly AgentResult[]; readonly text: string }> {
  const file = join(await temporary({}), 'recording.jsonl')
  const agent = agentFile(scene.spec)
  const model = scriptedModel(scene.turns)
  const setup = { agent, tools: scene.tools, limits: {}, onArguments: () => {} }
  const results = await play(recordingRuntime(setup, model, { file, version: '1.2.3' }), agent, scene)
  return { results, text: await readFile(file, 'utf8') }
}

/** Replays a recording with the agent of a scene, whose model and tools must not be needed. */
export async function replay(text: string, scene: Omit<Scene, 'turns'>, paced = false): Promise<Played> {
  const recording = parseRecording(text, 'recording.jsonl')
  const agent = agentFile(scene.spec)
  const setup = { agent, tools: scene.tools.map(unrunnable), limits: {}, onArguments: () => {} }
  const runtime = replayRuntime(setup, recording, paced)
  if (runtime.divergence !== undefined) return { results: [], divergence: runtime.divergence }
  const inputs = scene.inputs ?? recording.runs.map(({ input }) => input)
  const results = await play(runtime, agent, { ...scene, inputs })
  return { results, divergence: runtime.divergence }
}

/** The same tool, that must not be executed. */
function unrunnable(tool: AnyTool): AnyTool {
  return {
    ...tool,
    execute: () => {
      throw new Error(`The tool ${tool.name} was executed.`)
    },
  }
}

async function play(
  runtime: Runtime,
  agent: AgentFile,
  { inputs = ['go'], maxIterations, signal }: Pick<Scene, 'inputs' | 'maxIterations' | 'signal'>,
): Promise<AgentResult[]> {
  const results: AgentResult[] = []
  for (const input of inputs) {
    runtime.beginRun(input)
    const executor = new AgentExecutor({
      model: runtime.model,
      executor: runtime.executor,
      ...(agent.instructions !== undefined && { instructions: agent.instructions }),
      ...(agent.temperature !== undefined && { temperature: agent.temperature }),
      ...(maxIterations !== undefined && { maxIterations }),
    })
    const messages = results.at(-1)?.messages ?? []
    const signals = [runtime.signal, signal].filter((each) => each !== undefined)
    const run = executor.run(
      { messages: [...messages, { role: 'user', content: [{ type: 'text', text: input }] }] },
      { signal: AbortSignal.any(signals) },
    )
    const result = await run.result
    runtime.endRun(result)
    results.push(result)
  }
  runtime.close()
  return results
}

/** A tool that returns its input. */
export const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  execute: ({ text }) => ({ said: text }),
})

/** A tool that always fails. */
export const fail = defineTool({
  name: 'fail',
  description: 'Fails.',
  inputSchema: { type: 'object', properties: {} },
  execute: () => {
    throw new Error('It failed, as ever.')
  },
})

/** The lines of a recording, as values. */
export function linesOf(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** A recording with some lines changed. */
export function changed(text: string, change: (line: Record<string, unknown>, index: number) => unknown): string {
  return linesOf(text)
    .map((line, index) => `${JSON.stringify(change(line, index))}\n`)
    .join('')
}

/** All parts of a stream. */
export async function partsOf(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
