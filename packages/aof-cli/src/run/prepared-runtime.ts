import { defined } from '../agent-file/defined.ts'
import type { AgentFile } from '../agent-file/agent-file.ts'
import type { CallObserver } from '../run-recording/observed-executor.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { LoadedAgent } from '../load-agent.ts'
import { readRecording } from '../run-recording/read-recording.ts'
import { secretsOf } from '../run-recording/redact.ts'
import type { Recording } from '../run-recording/recording.ts'
import { loadTools } from '../agent-tools/load-tools.ts'
import { timeLimitNames } from '../agent-tools/time-limit-names.ts'
import { chooseModel } from './chosen-model.ts'
import type { InputSource } from './input.ts'
import type { RunOptions } from './options.ts'
import { liveRuntime, recordingRuntime, replayRuntime, type Runtime, type RuntimeSetup } from './runtime.ts'

/** Options for preparing a runtime. */
export interface Preparation extends Omit<LoadedAgent, 'warnings'> {
  readonly options: RunOptions
  /** The version of `aof`. */
  readonly version: string
}

/** Everything that a run needs, checked but not started. */
export interface PreparedRuntime {
  readonly agent: AgentFile
  /** `provider:name`. */
  readonly model: string
  /** Notes for people, e.g. that no model is asked. */
  readonly notice: readonly string[]
  /** The input, if known already. */
  readonly inputs?: InputSource
  readonly runtime: (onArguments: CallObserver['arguments']) => Runtime
}

/**
 * Loads the tools, and the model or the recording.
 *
 * @throws CliError if one of them is not available
 */
export async function prepareRuntime(preparation: Preparation): Promise<PreparedRuntime> {
  const { agent, directory, variables, options, version } = preparation
  const recording = options.replay === undefined ? undefined : await readWhole(options.replay)
  const tools = await loadTools(agent.tools, { directory, environment: variables, areOffered: true })
  const setup = { agent, tools, limits: callLimits(agent, options) }
  if (recording !== undefined) return preparedReplay(setup, recording, options)
  const { model, name, notice = [] } = await chooseModel(options.model, agent, directory)
  const { record } = options
  return {
    agent,
    model: name,
    notice,
    runtime: (onArguments) =>
      record === undefined
        ? liveRuntime({ ...setup, onArguments }, model)
        : recordingRuntime({ ...setup, onArguments }, model, { file: record, version }),
  }
}

function preparedReplay(
  setup: Omit<RuntimeSetup, 'onArguments'>,
  recording: Recording,
  { input, pace }: RunOptions,
): PreparedRuntime {
  const { provider, id } = recording.header.model
  const texts = input === undefined ? recording.runs.map((run) => run.input) : [input]
  return {
    agent: setup.agent,
    model: `${provider}:${id}`,
    notice: [`this is a replay of ${recording.file}: no model is asked, no tool executed`],
    inputs: { kind: 'texts', texts },
    runtime: (onArguments) => replayRuntime({ ...setup, onArguments }, recording, pace === true),
  }
}

/** Refuses an incomplete recording, because it cannot show whether a run diverges from it. */
async function readWhole(file: string): Promise<Recording> {
  const recording = await readRecording(file)
  const { torn } = recording
  if (torn === undefined) return recording
  throw new CliError(
    EXIT.file,
    `the recording is incomplete, it ends in line ${torn.line} of ${file}: ${torn.message}`,
    { fix: `record the run again; its complete turns can be played with --model recorded:${file}` },
  )
}

/** The time for a tool to end after its abort signal. It is long, because the command need not end promptly. */
const GRACE_MS = 500

function callLimits(agent: AgentFile, { maxParallel }: RunOptions): RuntimeSetup['limits'] {
  const { file, tools, maxParallelTools, toolTimeoutMs } = agent
  return defined({
    maxParallelTools: maxParallel ?? maxParallelTools,
    timeoutMs: toolTimeoutMs,
    nameTimeLimit: timeLimitNames(file, tools),
    graceMs: GRACE_MS,
    secrets: secretsOf(process.env),
  })
}
