import type { Command } from 'commander'
import { CliError, systemMessage } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { formatProblem } from './format-problem.ts'
import { loadAgent } from './load-agent.ts'
import { Output } from './output.ts'
import { endDescendants } from './process/descendants.ts'
import { divertConsole } from './process/diverted-console.ts'
import { endToolsWithCommand, leave } from './process/ending.ts'
import { exitedError } from './process/exit-watch.ts'
import { reportUnhandledErrors } from './process/unhandled-errors.ts'
import { converse } from './run/conversation.ts'
import { errorDocument, eventDocument, runDocument } from './run/document.ts'
import { findInput, type InputSource } from './run/input.ts'
import { checkOptions, defineOptions, readWords, type RunOptions } from './run/options.ts'
import { type PreparedRuntime, prepareRuntime } from './run/prepared-runtime.ts'
import { reportDivergence, reportRun } from './run/report.ts'
import { type RunOutcome, Session } from './run/session.ts'
import { runLimits } from './run/limits.ts'
import type { Divergence } from './run-recording/divergence.ts'
import { reportError } from './report-error.ts'
import { oneLine, wrap } from './text.ts'
import { yamlText } from './yaml-text.ts'

/** `aof run AGENT -i "…"`: runs an agent, or plays the recording of a run. */
export function define(command: Command): void {
  defineOptions(command).action(async (words: readonly string[], given: RunOptions) => {
    const { file, options } = readWords(words, given)
    const wantsLog = command.getOptionValueSource('logLevel') !== 'default'
    const version = command.parent?.version() ?? 'unknown'
    endToolsWithCommand()
    await leave(await run({ file, options, wantsLog, version }))
  })
}

/** The arguments and options of the command. */
interface Called {
  readonly file: string
  readonly options: RunOptions
  /** True if `--log-level` was given. */
  readonly wantsLog: boolean
  readonly version: string
}

async function run(called: Called): Promise<ExitCode> {
  const { file, options, version } = called
  const output = new Output(options, options.output === 'yaml' ? yamlText : undefined)
  try {
    checkOptions(options)
    const { agent, warnings, ...surroundings } = await loadAgent(file, options.name)
    if (talks(options))
      for (const problem of warnings) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
    reportUnhandledErrors(output.logger)
    divertConsole(output, talks(options))
    const prepared = await prepareRuntime({ agent, ...surroundings, options, version })
    const inputs =
      prepared.inputs ?? (await findInput(options.input, file, options.json === true || options.jsonLines === true))
    return await perform(called, prepared, inputs, output)
  } catch (error) {
    if (options.jsonLines === true && error instanceof CliError) output.answerJsonLine(errorDocument(error))
    throw error
  }
}

/** True if a view for people is shown. */
function talks({ logLevel }: RunOptions): boolean {
  return logLevel === 'info' || logLevel === 'debug'
}

async function perform(
  called: Called,
  prepared: PreparedRuntime,
  inputs: InputSource,
  output: Output,
): Promise<ExitCode> {
  const { file, options, wantsLog } = called
  const { agent, model, notice, runtime } = prepared
  if (options.logLevel !== 'silent') note(notice, output)
  const session = new Session({
    agent,
    runtime,
    output,
    logLevel: options.logLevel,
    wantsLog,
    limits: runLimits(options, agent),
    isStrict: options.strict === true,
    onExit: (tool) => exited(tool, options, output),
    onEvent: (event) => {
      // The document at the end contains the last event.
      if (options.jsonLines === true && event.type !== 'done') output.answerJsonLine(eventDocument(event))
    },
  })
  const { divergence } = session.runtime
  if (divergence !== undefined) return diverged(divergence, options, output)
  const answer = async (input: string, isLast: boolean): Promise<RunOutcome> => {
    const outcome = await session.run(input, isLast)
    const asText = options.json !== true && options.jsonLines !== true
    reportRun(outcome, { output, asText, summary: talks(options) && inputs.kind === 'texts', file })
    const document = runDocument(outcome, { agent: agent.name, model })
    if (options.jsonLines === true) output.answerJsonLine({ type: 'done', ...document })
    if (options.json === true) output.answerJson(document)
    return outcome
  }
  const exitCode = await answerAll(inputs, agent.name, answer, output)
  return conclude(session, output) ?? exitCode
}

function note(lines: readonly string[], output: Output): void {
  const { style, width } = output
  for (const line of lines) {
    const [first = '', ...more] = wrap(oneLine(line), width - 6)
    output.note(`${style.warning('note:')} ${first}`)
    for (const text of more) output.note(`      ${text}`)
  }
  if (lines.length > 0 && process.stderr.isTTY) output.note('')
}

async function answerAll(
  inputs: InputSource,
  name: string,
  answer: (input: string, isLast: boolean) => Promise<RunOutcome>,
  output: Output,
): Promise<ExitCode> {
  if (inputs.kind === 'prompt') {
    return converse(name, output, async (input) => (await answer(input, false)).exitCode)
  }
  let exitCode: ExitCode = EXIT.ok
  for (const [index, input] of inputs.texts.entries()) {
    const outcome = await answer(input, index === inputs.texts.length - 1)
    exitCode = outcome.exitCode
    if (outcome.divergence !== undefined || exitCode === EXIT.terminated) break
  }
  return exitCode
}

/** Reports that a tool has ended the process during the run. */
function exited(tool: string | undefined, options: RunOptions, output: Output): void {
  const error = exitedError(tool)
  if (options.jsonLines === true) output.answerJsonLine(errorDocument(error))
  reportError(error, output)
}

/** Reports a replay that diverges before anything was played. */
function diverged(divergence: Divergence, options: RunOptions, output: Output): ExitCode {
  reportDivergence(divergence, output)
  const document = { ok: false, exitCode: EXIT.replay, departure: divergence }
  if (options.jsonLines === true) output.answerJsonLine({ type: 'error', ...document })
  if (options.json === true) output.answerJson(document)
  return EXIT.replay
}

/** Ends the remaining tools, and reports an incomplete recording. */
function conclude({ runtime }: Session, output: Output): ExitCode | undefined {
  runtime.close()
  // Tools that ignored their abort signal, and the programs that they started, must not outlive the command.
  if (runtime.executor.stats().abandoned > 0) endDescendants()
  if (runtime.failure === undefined) return undefined
  output.logger.error(`the recording is incomplete: ${systemMessage(runtime.failure.error)}`)
  return EXIT.file
}
