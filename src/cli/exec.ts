import type { Command } from 'commander'
import { thrownMessage } from '../core/failure.ts'
import { CliError } from './errors.ts'
import { execTools } from './exec/exec-tools.ts'
import { type ExecutedTurn, executeTurn } from './exec/execute-turn.ts'
import { answerError, openAnswer } from './exec/open-answer.ts'
import { defineOptions, type ExecOptions } from './exec/options.ts'
import { reportTurn } from './exec/report.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { formatProblem } from './format-problem.ts'
import { leave } from './leave.ts'
import { openPicture } from './live/index.ts'
import { Output, problemsOnly } from './output.ts'
import { endDescendants } from './process/descendants.ts'
import { divertConsole } from './process/diverted-console.ts'
import { endToolsWithCommand } from './process/ending.ts'
import { listenForInterrupts } from './process/interrupts.ts'
import { tellStrayErrors, watchStrayErrors } from './process/stray-errors.ts'
import { secretsOf } from './recording/redact.ts'
import { RecordedAnswerError } from './recorded/index.ts'
import { oneLine } from './text.ts'

/** `aof exec TURN --tools FILE`: a model's recorded answer in, the results of its calls out, as the next message. */
export function define(command: Command): void {
  defineOptions(command).action(async (file: string, options: ExecOptions) => {
    const wantsLog = command.getOptionValueSource('logLevel') !== 'default'
    endToolsWithCommand()
    await leave(await exec(file, options, wantsLog))
  })
}

/** How long a tool has to end after its signal: nobody waits for the command's own promptness. */
const GRACE_MS = 500

async function exec(file: string, options: ExecOptions, wantsLog: boolean): Promise<ExitCode> {
  const { logLevel, dialect, maxParallel, timeout } = options
  const output = new Output(options)
  const talks = logLevel === 'info' || logLevel === 'debug'
  const answer = await openAnswer(file, dialect)
  tellStrayErrors(output.logger)
  divertConsole(output, talks)
  const { maxParallelTools = 10, ...tools } = await execTools(options.tools, (problem) => {
    if (talks) output.note(`${formatProblem(problem, output.style, output.width)}\n`)
  })
  const interrupts = listenForInterrupts(() => output.note(output.style.dim('aborting; once more ends at once')))
  const strays = watchStrayErrors()
  const picture = openPicture(output, { logLevel })
  try {
    const executed = await executeTurn({
      model: answer.model,
      executor: {
        ...tools,
        maxParallelTools: maxParallel ?? maxParallelTools,
        graceMs: GRACE_MS,
        secrets: secretsOf(process.env),
        logger: wantsLog ? output.logger : problemsOnly(output.logger),
      },
      signal: AbortSignal.any([interrupts.signal, strays.signal]),
      emit: (event) => picture.take(event),
      timeoutMs: timeout,
    })
    picture.close()
    const isStray = strays.signal.aborted
    if (interrupts.exitCode === undefined && !isStray) checkRead(executed, file)
    reportTurn(executed, answer, output, talks)
    if (executed.abandoned > 0) endDescendants()
    return interrupts.exitCode ?? (isStray ? EXIT.tools : undefined) ?? verdict(executed, options, output)
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode
    throw answerError(error, oneLine(file))
  } finally {
    picture.close()
    interrupts.stop()
    strays.stop()
  }
}

/** An answer that broke before its first call is one that could not be read. */
function checkRead({ broken, results }: ExecutedTurn, file: string): void {
  if (broken === undefined || results.length > 0) return
  const { cause } = broken
  if (cause instanceof RecordedAnswerError) throw cause
  const reason = oneLine(thrownMessage(cause))
  throw new CliError(EXIT.file, `${oneLine(file)}: the answer breaks off before its first call: ${reason}`)
}

function verdict({ results }: ExecutedTurn, { strict }: ExecOptions, output: Output): ExitCode {
  const failed = results.filter(({ success }) => !success).length
  if (failed === 0 || strict !== true) return EXIT.ok
  output.note(`${output.style.error('aof:')} ${failed} of ${results.length} calls did not succeed`)
  return EXIT.tools
}
