import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { AgentFile } from '../agent-file/index.ts'
import { type AnyTool, systemClock, type ToolExecutor, type ToolExecutorOptions } from 'aof-runtime'
import type { AgentOptions, AgentResult } from 'aof-runtime/agent'
import type { Departure } from '../recording/departure.ts'
import { recordedTools } from '../recording/digest.ts'
import { type CallObserver, ObservedExecutor } from '../recording/observed-executor.ts'
import { observedModel } from '../recording/observed-model.ts'
import { Recorder } from '../recording/recorder.ts'
import type { Recording } from '../recording/recording.ts'
import type { HeaderLine } from '../recording/recording-format.ts'
import { Redactor } from '../recording/redact.ts'
import { ReplayExecutor } from '../recording/replay-executor.ts'
import { Replay } from '../recording/replay.ts'

/** What a run is played on: the real thing, recorded or not, or a recording of it. */
export interface Stage {
  readonly model: LanguageModelV4
  readonly executor: ToolExecutor
  /** Aborts a run from within; asked for anew for each run, after {@link Stage.beginRun}. */
  readonly signal?: AbortSignal
  /** How the model is asked, where that is not the agent's own affair. */
  readonly asking?: Pick<AgentOptions, 'modelRetry' | 'modelIdleTimeoutMs'>
  /** How a replay departs from its recording, if it does. */
  readonly departure?: Departure | undefined
  /** Why what was to be recorded is not, if it is not. */
  readonly failure?: { readonly error: unknown } | undefined
  beginRun(input: string): void
  endRun(result: AgentResult): void
  /** No run will come. */
  close(): void
}

/** What every stage is made of. */
export interface StageSetup {
  readonly agent: AgentFile
  readonly tools: readonly AnyTool[]
  readonly limits: Pick<ToolExecutorOptions, 'maxParallelTools' | 'timeoutMs' | 'nameTimeLimit' | 'graceMs' | 'secrets'>
  /** Told of the arguments of calls, as soon as they are complete. */
  readonly onArguments: CallObserver['arguments']
}

/** The real thing: the model is asked, the tools are executed. */
export function realStage(setup: StageSetup, model: LanguageModelV4): Stage {
  const { tools, limits, onArguments } = setup
  const executor = new ObservedExecutor({ tools, ...limits }, { arguments: onArguments, event: () => {} })
  return { model, executor, beginRun: () => {}, endRun: () => {}, close: () => {} }
}

/**
 * The real thing, and everything written to a file.
 *
 * @throws CliError where the file is there already, or cannot be written
 */
export function recordedStage(
  setup: StageSetup,
  model: LanguageModelV4,
  { file, version }: { readonly file: string; readonly version: string },
): Stage {
  const { agent, tools, limits, onArguments } = setup
  const redactor = new Redactor(process.env)
  const recorder = new Recorder(
    { file, clock: systemClock, redactor },
    {
      aof: version,
      agent: agent.name,
      model: { provider: model.provider, id: model.modelId },
      ...(agent.instructions !== undefined && { instructions: agent.instructions }),
      settings: modelSettings(agent),
      tools: recordedTools(tools),
    },
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

/** A recording: no model is asked, no tool executed. */
export function replayStage(setup: StageSetup, recording: Recording, paced: boolean): Stage {
  const { agent, tools, limits, onArguments } = setup
  const replay = new Replay({ recording, clock: systemClock, paced, redactor: new Redactor(process.env) })
  const { instructions } = agent
  replay.checkSetup({
    ...(instructions !== undefined && { instructions }),
    settings: modelSettings(agent),
    tools: recordedTools(tools),
  })
  const observer = { arguments: onArguments, event: () => {} }
  return {
    model: replay.model,
    // A recorded failure fails again, and a recorded silence takes as long as it took.
    asking: { modelRetry: { maxAttempts: 1 }, modelIdleTimeoutMs: Infinity },
    executor: new ReplayExecutor({ tools, ...limits }, replay, observer),
    get signal() {
      return replay.signal
    },
    get departure() {
      return replay.departure
    },
    beginRun: (input) => replay.beginRun(input),
    endRun: (result) => replay.endRun(result),
    close: () => replay.endRuns(),
  }
}

/** What of an agent file goes to the model with every request, in the words of the AI SDK. */
export function modelSettings({ temperature, maxTokens }: AgentFile): HeaderLine['settings'] {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
  }
}
