import type { Command } from 'commander'
import type { ToolResult } from 'aof-runtime'
import { thrownMessage } from 'aof-runtime/internal/values'
import { CliError } from './errors.ts'
import { execTools } from './exec/exec-tools.ts'
import { type ExecutedTurn, executeTurn, type TurnExecution } from './exec/execute-turn.ts'
import { answerError, checkDialect, openAnswer, readAnswer } from './exec/open-answer.ts'
import { defineOptions, type ExecOptions } from './exec/options.ts'
import { executePlan, planIn, reportPlan } from './exec/plan-file.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { noteFailure } from './failure-notes.ts'
import { formatProblem } from './format-problem.ts'
import { Output, problemsOnly } from './output.ts'
import { watchCommand } from './process/command-watch.ts'
import { endDescendants } from './process/descendants.ts'
import { divertConsole } from './process/diverted-console.ts'
import { endToolsWithCommand, leave } from './process/ending.ts'
import { exitedError } from './process/exit-watch.ts'
import { reportUnhandledErrors } from './process/unhandled-errors.ts'
import { secretsOf } from './run-recording/redact.ts'
import { reportError } from './report-error.ts'
import type { RecordedAnswer } from './recorded-answers/open-recorded.ts'
import { RecordedAnswerError } from './recorded-answers/recorded-answer-error.ts'
import { oneLine } from './text.ts'

/**
 * `aof exec TURN --tools FILE`: reads a model's recorded answer and prints the results of its calls as the next message;
 * or reads a plan and prints the results of its steps.
 */
export function define(command: Command): void {
  defineOptions(command).action(async (file: string, options: ExecOptions) => {
    const wantsLog = command.getOptionValueSource('logLevel') !== 'default'
    endToolsWithCommand()
    await leave(await exec(file, options, wantsLog))
  })
}

/** The time for a tool to end after its abort signal. It is long, because the command need not end promptly. */
const GRACE_MS = 500

async function exec(file: string, options: ExecOptions, wantsLog: boolean): Promise<ExitCode> {
  const { logLevel, dialect, maxParallel, timeout } = options
  const output = new Output(options)
  const talks = logLevel === 'info' || logLevel === 'debug'
  checkDialect(dialect)
  const bytes = await readAnswer(file)
  const plan = dialect === undefined ? planIn(bytes) : undefined
  const run = plan === undefined ? runTurn(await openAnswer(bytes, file, dialect), file) : runPlanFile(plan, file)
  reportUnhandledErrors(output.logger)
  divertConsole(output, talks)
  const { maxParallelTools = 10, ...tools } = await execTools(options.tools, (problem) => {
    if (talks) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  })
  const watch = watchCommand(output, logLevel, (tool) => reportError(exitedError(tool), output))
  try {
    const executed = await run({
      executor: {
        ...tools,
        maxParallelTools: maxParallel ?? maxParallelTools,
        graceMs: GRACE_MS,
        secrets: secretsOf(process.env),
        logger: wantsLog ? output.logger : problemsOnly(output.logger),
      },
      signal: watch.signal,
      emit: (event) => {
        watch.view.take(event)
        noteFailure(event, output)
      },
      timeoutMs: timeout,
    })
    watch.view.close()
    const { interrupted, hasUnhandledError } = watch
    executed.report(output, talks, interrupted !== undefined || hasUnhandledError)
    if (executed.abandoned > 0) endDescendants()
    return interrupted ?? (hasUnhandledError ? EXIT.tools : undefined) ?? verdict(executed, options, output)
  } catch (error) {
    if (watch.interrupted !== undefined) return watch.interrupted
    throw answerError(error, oneLine(file))
  } finally {
    watch.close()
  }
}

/** The outcome of the calls of a file. */
interface Executed {
  readonly results: readonly ToolResult[]
  readonly abandoned: number
  /** @param isCut true if it was ended from outside */
  report(output: Output, talks: boolean, isCut: boolean): void
}

type Run = (execution: Omit<TurnExecution, 'model'>) => Promise<Executed>

function runTurn(answer: RecordedAnswer, file: string): Run {
  return async (execution) => {
    const executed = await executeTurn({ ...execution, model: answer.model, isStreamed: answer.streamed })
    const report = (output: Output, talks: boolean, isCut: boolean): void => {
      if (!isCut) checkRead(executed, file)
      reportTurn(executed, answer, output, talks)
    }
    return { ...executed, report }
  }
}

function runPlanFile(plan: object, file: string): Run {
  return async (execution) => {
    const executed = await executePlan(plan, { ...execution, file })
    return { ...executed, report: (output) => reportPlan(executed, output) }
  }
}

/** Refuses an answer that breaks off before its first call. */
function checkRead({ broken, results }: ExecutedTurn, file: string): void {
  if (broken === undefined || results.length > 0) return
  const { cause } = broken
  if (cause instanceof RecordedAnswerError) throw cause
  const reason = oneLine(thrownMessage(cause))
  throw new CliError(EXIT.file, `${oneLine(file)}: the answer breaks off before its first call: ${reason}`)
}

function verdict({ results }: Executed, { strict }: ExecOptions, output: Output): ExitCode {
  const failed = results.filter(({ success }) => !success).length
  if (failed === 0 || strict !== true) return EXIT.ok
  output.note(`${output.style.error('aof:')} ${failed} of ${results.length} calls did not succeed`)
  return EXIT.tools
}

/**
 * Prints the outcome of a turn: its results on standard output, everything else on standard error.
 *
 * @param talks true to print notes for people that are not errors
 */
function reportTurn(executed: ExecutedTurn, answer: RecordedAnswer, output: Output, talks: boolean): void {
  const { calls, results, leftToProvider, broken, wallMs } = executed
  const { style } = output
  const tell = (words: string): void => output.note(`${style.warning('note:')} ${words}`)
  if (broken !== undefined) tell(`the answer breaks off: ${oneLine(thrownMessage(broken.cause))}`)
  if (talks && leftToProvider > 0) tell(`left to the provider, which runs them itself: ${leftToProvider} of its calls`)
  if (answer.leavesCalls)
    tell('left to the application: calls that are answered in a form of their own (shell, patch, computer)')
  if (talks && results.length === 0) tell('the answer calls no tools, so there is nothing to run')
  const message = answer.results(results)
  if (!output.json) return output.answerJson(message)
  const runMs = results.reduce((sum, { timing }) => sum + timing.runMs, 0)
  output.answerJson({ dialect: answer.dialect, calls, results, message, timing: { wallMs, runMs } })
}
