import type { AgentFile } from '../agent-file/index.ts'
import type { CallObserver } from '../recording/observed-executor.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { LoadedAgent } from '../load-agent.ts'
import { readRecording } from '../recording/read-recording.ts'
import { secretsOf } from '../recording/redact.ts'
import type { Recording } from '../recording/recording.ts'
import { loadTools, timeLimitNames } from '../agent-tools/index.ts'
import { chooseModel } from './chosen-model.ts'
import type { InputSource } from './input.ts'
import type { RunOptions } from './options.ts'
import { realStage, recordedStage, replayStage, type Stage, type StageSetup } from './stage.ts'

/** What a stage is prepared from. */
export interface Preparation extends Omit<LoadedAgent, 'warnings'> {
  readonly options: RunOptions
  /** Of `aof`. */
  readonly version: string
}

/** Everything that a run needs, checked, and nothing of it begun. */
export interface PreparedStage {
  readonly agent: AgentFile
  /** `provider:name`. */
  readonly model: string
  /** What people should know: that no model is asked, or no tool executed. */
  readonly notice: readonly string[]
  /** The input, where it is known already. */
  readonly inputs?: InputSource
  readonly stage: (onArguments: CallObserver['arguments']) => Stage
}

/**
 * Loads the tools, and the model or the recording.
 *
 * @throws CliError where one of them cannot be had
 */
export async function prepareStage(preparation: Preparation): Promise<PreparedStage> {
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
    stage: (onArguments) =>
      record === undefined
        ? realStage({ ...setup, onArguments }, model)
        : recordedStage({ ...setup, onArguments }, model, { file: record, version }),
  }
}

function preparedReplay(
  setup: Omit<StageSetup, 'onArguments'>,
  recording: Recording,
  { input, pace }: RunOptions,
): PreparedStage {
  const { provider, id } = recording.header.model
  const texts = input === undefined ? recording.runs.map((run) => run.input) : [input]
  return {
    agent: setup.agent,
    model: `${provider}:${id}`,
    notice: [`this is a replay of ${recording.file}: no model is asked, no tool executed`],
    inputs: { kind: 'texts', texts },
    stage: (onArguments) => replayStage({ ...setup, onArguments }, recording, pace === true),
  }
}

/** A recording that ends before its time cannot say whether a run departs from it. */
async function readWhole(file: string): Promise<Recording> {
  const recording = await readRecording(file)
  const { torn } = recording
  if (torn === undefined) return recording
  throw new CliError(
    EXIT.file,
    `the recording ends before its time, in line ${torn.line} of ${file}: ${torn.message}`,
    {
      fix: `record the run again; the turns that are whole can be played with --model recorded:${file}`,
    },
  )
}

/** How long a tool has to end after its signal: nobody waits for the command's own promptness. */
const GRACE_MS = 500

function callLimits(agent: AgentFile, { maxParallel }: RunOptions): StageSetup['limits'] {
  const { file, tools, maxParallelTools, toolTimeoutMs } = agent
  const parallel = maxParallel ?? maxParallelTools
  return {
    ...(parallel !== undefined && { maxParallelTools: parallel }),
    ...(toolTimeoutMs !== undefined && { timeoutMs: toolTimeoutMs }),
    nameTimeLimit: timeLimitNames(file, tools),
    graceMs: GRACE_MS,
    secrets: secretsOf(process.env),
  }
}
