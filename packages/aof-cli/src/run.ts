import type { Command } from 'commander'
import { CliError, systemMessage } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { formatProblem } from './format-problem.ts'
import { leave } from './leave.ts'
import { loadAgent } from './load-agent.ts'
import { Output } from './output.ts'
import { endDescendants } from './process/descendants.ts'
import { divertConsole } from './process/diverted-console.ts'
import { endToolsWithCommand } from './process/ending.ts'
import { exitedError } from './process/exit-watch.ts'
import { tellStrayErrors } from './process/stray-errors.ts'
import { converse } from './run/conversation.ts'
import { errorDocument, eventDocument, runDocument } from './run/document.ts'
import { findInput, type InputSource } from './run/input.ts'
import { checkOptions, defineOptions, readWords, type RunOptions } from './run/options.ts'
import { type PreparedStage, prepareStage } from './run/prepared-stage.ts'
import { reportDeparture, reportRun } from './run/report.ts'
import { type RunOutcome, Session } from './run/session.ts'
import { runLimits } from './run/limits.ts'
import type { Departure } from './recording/departure.ts'
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

/** What the command was called with. */
interface Called {
  readonly file: string
  readonly options: RunOptions
  /** Whether `--log-level` was given. */
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
    tellStrayErrors(output.logger)
    divertConsole(output, talks(options))
    const prepared = await prepareStage({ agent, ...surroundings, options, version })
    const inputs =
      prepared.inputs ?? (await findInput(options.input, file, options.json === true || options.jsonLines === true))
    return await perform(called, prepared, inputs, output)
  } catch (error) {
    if (options.jsonLines === true && error instanceof CliError) output.answerJsonLine(errorDocument(error))
    throw error
  }
}

/** Whether people are told what goes on. */
function talks({ logLevel }: RunOptions): boolean {
  return logLevel === 'info' || logLevel === 'debug'
}

async function perform(
  called: Called,
  prepared: PreparedStage,
  inputs: InputSource,
  output: Output,
): Promise<ExitCode> {
  const { file, options, wantsLog } = called
  const { agent, model, notice, stage } = prepared
  if (options.logLevel !== 'silent') note(notice, output)
  const session = new Session({
    agent,
    stage,
    output,
    logLevel: options.logLevel,
    wantsLog,
    limits: runLimits(options, agent),
    isStrict: options.strict === true,
    onExit: (tool) => exited(tool, options, output),
    onEvent: (event) => {
      // The document at the end says all that the last event says.
      if (options.jsonLines === true && event.type !== 'done') output.answerJsonLine(eventDocument(event))
    },
  })
  const { departure } = session.stage
  if (departure !== undefined) return departed(departure, options, output)
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
    if (outcome.departure !== undefined || exitCode === EXIT.terminated) break
  }
  return exitCode
}

/** A tool has ended the process in the midst of the run. */
function exited(tool: string | undefined, options: RunOptions, output: Output): void {
  const error = exitedError(tool)
  if (options.jsonLines === true) output.answerJsonLine(errorDocument(error))
  reportError(error, output)
}

/** A replay that departs before anything was played. */
function departed(departure: Departure, options: RunOptions, output: Output): ExitCode {
  reportDeparture(departure, output)
  const document = { ok: false, exitCode: EXIT.replay, departure }
  if (options.jsonLines === true) output.answerJsonLine({ type: 'error', ...document })
  if (options.json === true) output.answerJson(document)
  return EXIT.replay
}

/** Ends what is left, and says so where the recording is not whole. */
function conclude({ stage }: Session, output: Output): ExitCode | undefined {
  stage.close()
  // Tools that did not stop when asked to, and what they have started, are not to outlive the command.
  if (stage.executor.stats().abandoned > 0) endDescendants()
  if (stage.failure === undefined) return undefined
  output.logger.error(`the recording is not whole: ${systemMessage(stage.failure.error)}`)
  return EXIT.file
}
