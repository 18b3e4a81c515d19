import { defined } from '../agent-file/defined.ts'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { AgentFile } from '../agent-file/agent-file.ts'
import { type AnyTool, systemClock, type ToolExecutor, type ToolExecutorOptions } from 'aof-runtime'
import type { AgentOptions, AgentResult } from 'aof-runtime/agent'
import type { Divergence } from '../run-recording/divergence.ts'
import { recordedTools } from '../run-recording/digest.ts'
import { type CallObserver, ObservedExecutor } from '../run-recording/observed-executor.ts'
import { observedModel } from '../run-recording/observed-model.ts'
import { Recorder } from '../run-recording/recorder.ts'
import type { Recording } from '../run-recording/recording.ts'
import type { HeaderLine } from '../run-recording/recording-format.ts'
import { Redactor } from '../run-recording/redact.ts'
import { ReplayExecutor } from '../run-recording/replay-executor.ts'
import { Replay } from '../run-recording/replay.ts'

/** The runtime of a run: live, live with a recording, or a replay. */
export interface Runtime {
  readonly model: LanguageModelV4
  readonly executor: ToolExecutor
  /** A signal by which the runtime aborts a run; read again for each run, after {@link Runtime.beginRun}. */
  readonly signal?: AbortSignal
  /** Overrides of the agent's settings for model requests. */
  readonly asking?: Pick<AgentOptions, 'modelRetry' | 'modelIdleTimeoutMs'>
  /** The divergence of a replay from its recording, if any. */
  readonly divergence?: Divergence | undefined
  /** The reason why the recording is incomplete, if it is. */
  readonly failure?: { readonly error: unknown } | undefined
  beginRun(input: string): void
  endRun(result: AgentResult): void
  /** Ends the runtime: there are no further runs. */
  close(): void
}

/** The parts of every runtime. */
export interface RuntimeSetup {
  readonly agent: AgentFile
  readonly tools: readonly AnyTool[]
  readonly limits: Pick<ToolExecutorOptions, 'maxParallelTools' | 'timeoutMs' | 'nameTimeLimit' | 'graceMs' | 'secrets'>
  /** Called with the arguments of each call as soon as they are complete. */
  readonly onArguments: CallObserver['arguments']
}

/** The live runtime: it asks the model and executes the tools. */
export function liveRuntime(setup: RuntimeSetup, model: LanguageModelV4): Runtime {
  const { tools, limits, onArguments } = setup
  const executor = new ObservedExecutor({ tools, ...limits }, { arguments: onArguments, event: () => {} })
  return { model, executor, beginRun: () => {}, endRun: () => {}, close: () => {} }
}

/**
 * The live runtime, with a recording of everything in a file.
 *
 * @throws CliError if the file exists, or cannot be written
 */
export function recordingRuntime(
  setup: RuntimeSetup,
  model: LanguageModelV4,
  { file, version }: { readonly file: string; readonly version: string },
): Runtime {
  const { agent, tools, limits, onArguments } = setup
  const redactor = new Redactor(process.env)
  const recorder = new Recorder(
    { file, clock: systemClock, redactor },
    defined({
      aof: version,
      agent: agent.name,
      model: { provider: model.provider, id: model.modelId },
      instructions: agent.instructions,
      settings: modelSettings(agent),
      tools: recordedTools(tools),
    }),
  )
  const executor = new ObservedExecutor(
    { tools, ...limits },
    {
      arguments: (turn, index, written) => {
        recorder.arguments(turn, index, written)
        onArguments(turn, index, written)
      },
      event: (event) => recorder.event(event),
    },
  )
  return {
    model: observedModel(model, (asked) => recorder.asked(asked)),
    executor,
    get failure() {
      return recorder.failure
    },
    beginRun: (input) => recorder.beginRun(input),
    endRun: (result) => recorder.endRun(result),
    close: () => recorder.close(),
  }
}

/** The runtime of a replay: it asks no model and executes no tool. */
export function replayRuntime(setup: RuntimeSetup, recording: Recording, paced: boolean): Runtime {
  const { agent, tools, limits, onArguments } = setup
  const replay = new Replay({ recording, clock: systemClock, paced, redactor: new Redactor(process.env) })
  const { instructions = '' } = agent
  replay.checkSetup({ instructions, settings: modelSettings(agent), tools: recordedTools(tools) })
  const observer = { arguments: onArguments, event: () => {} }
  return {
    model: replay.model,
    // A recorded failure fails again, and a recorded silence must not hit the idle timeout.
    asking: { modelRetry: { maxAttempts: 1 }, modelIdleTimeoutMs: Infinity },
    executor: new ReplayExecutor({ tools, ...limits }, replay, observer),
    get signal() {
      return replay.signal
    },
    get divergence() {
      return replay.divergence
    },
    beginRun: (input) => replay.beginRun(input),
    endRun: (result) => replay.endRun(result),
    close: () => replay.endRuns(),
  }
}

/** The settings of an agent file for every request to the model, in the AI SDK's terms. */
export function modelSettings({ temperature, maxTokens }: AgentFile): HeaderLine['settings'] {
  return { ...defined({ temperature, maxOutputTokens: maxTokens }) }
}
