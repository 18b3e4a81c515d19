import { type Command, InvalidArgumentError } from 'commander'
import { durationMs, MAX_DURATION_MS, MIN_DURATION_MS } from '../agent-file/duration.ts'
import { thrownMessage } from '../core/failure.ts'
import { ToolExecutor } from '../tool-executor.ts'
import { CliError } from './errors.ts'
import { execTools } from './exec/exec-tools.ts'
import { type ExecutedTurn, executeTurn } from './exec/execute-turn.ts'
import { listenForInterrupts } from './exec/interrupts.ts'
import { answerError, openAnswer } from './exec/open-answer.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { type CommonOptions, Output } from './output.ts'
import { DIALECT_NAMES, type RecordedAnswer, RecordedAnswerError } from './recorded/index.ts'
import { oneLine } from './text.ts'

interface ExecOptions extends CommonOptions {
  readonly tools: string
  readonly dialect?: string
  readonly maxParallel?: number
  readonly timeout?: number
  readonly strict?: boolean
}

/** `aof exec TURN --tools FILE`: a model's recorded answer in, the results of its calls out, as the next message. */
export function define(command: Command): void {
  command
    .argument('<turn>', "a model's recorded answer, whole or as a raw stream; - is standard input")
    .requiredOption('-t, --tools <file>', 'a module that exports tools (.ts, .js, …), or an agent file (.yaml)')
    .option('--dialect <name>', `how the answer is written (default: told from it); one of ${DIALECT_NAMES.join(', ')}`)
    .option('--max-parallel <n>', 'how many tools run at once (default: 10)', readCount)
    .option(
      '--timeout <duration>',
      "the longest that a call may take, e.g. 10s (default: the tool's own, else 30s)",
      readTimeout,
    )
    .option('--strict', 'fail where a call did not succeed')
    .addHelpText(
      'after',
      [
        '',
        "Standard output gets the messages that come next in a request to the provider, as a JSON array: the calls'",
        'results, in call order. A call that was cut off, or whose arguments are no JSON, is never run.',
        '--json prints one document instead: calls, results, message and timing.',
        '',
        'Exit codes: 0 the calls have their results, 2 the command line is wrong, 3 a file cannot be read or is invalid,',
        '4 the package that reads the answer is not installed, 9 a call did not succeed (--strict).',
      ].join('\n'),
    )
    .action(async (turn: string, options: ExecOptions) => {
      const exitCode = await exec(turn, options)
      await leave(exitCode)
    })
}

async function exec(file: string, options: ExecOptions): Promise<ExitCode> {
  const output = new Output(options)
  const answer = await openAnswer(file, options.dialect)
  const { tools, ...limits } = await execTools(options.tools, output)
  const { logger } = output
  const maxParallelTools = options.maxParallel ?? limits.maxParallelTools
  await using executor = new ToolExecutor({
    ...limits,
    tools,
    logger,
    ...(maxParallelTools !== undefined && { maxParallelTools }),
  })
  const interrupts = listenForInterrupts(() => output.note('aof: aborting; once more ends at once'))
  try {
    const { model } = answer
    const { signal } = interrupts
    const executed = await executeTurn({ model, executor, signal, emit: () => undefined, timeoutMs: options.timeout })
    if (interrupts.exitCode === undefined) checkRead(executed, file)
    report(executed, answer, output)
    return interrupts.exitCode ?? verdict(executed, options, output)
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode
    throw answerError(error, oneLine(file))
  } finally {
    interrupts.stop()
  }
}

/** An answer that broke before its first call is one that could not be read. */
function checkRead({ broken, results }: ExecutedTurn, file: string): void {
  if (broken === undefined || results.length > 0) return
  const { cause } = broken
  if (cause instanceof RecordedAnswerError) throw cause
  throw new CliError(
    EXIT.file,
    `${oneLine(file)}: the answer breaks off before its first call: ${thrownMessage(cause)}`,
  )
}

function report(executed: ExecutedTurn, answer: RecordedAnswer, output: Output): void {
  const { calls, results, leftToProvider, broken, wallMs } = executed
  if (results.length === 0) output.note('The answer calls no tools: there is nothing to run.')
  if (leftToProvider > 0) output.logger.info(`${leftToProvider} calls are the provider's own to run, and left to it`)
  if (broken !== undefined) output.logger.warn(`The answer breaks off: ${thrownMessage(broken.cause)}`)
  const message = answer.results(results)
  if (!output.json) return output.answerJson(message)
  const runMs = results.reduce((sum, { timing }) => sum + timing.runMs, 0)
  output.answerJson({ dialect: answer.dialect, calls, results, message, timing: { wallMs, runMs } })
}

function verdict({ results }: ExecutedTurn, { strict }: ExecOptions, output: Output): ExitCode {
  const failed = results.filter(({ success }) => !success).length
  if (failed === 0 || strict !== true) return EXIT.ok
  output.note(`${output.style.error('aof:')} ${failed} of ${results.length} calls did not succeed`)
  return EXIT.tools
}

/** A tool that did not stop when asked to, or a module that keeps something open, must not keep the command from ending. */
async function leave(exitCode: ExitCode): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()))
  }
  process.exit(exitCode)
}

function readCount(value: string): number {
  const count = Number(value)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('Expected a whole number of at least 1.')
}

function readTimeout(value: string): number {
  const ms = durationMs(/^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value)
  if (ms !== undefined && ms >= MIN_DURATION_MS && ms <= MAX_DURATION_MS) return ms
  throw new InvalidArgumentError('Expected a duration of 1ms to 24 days, e.g. 10s, 500ms, 1m30s; a number is seconds.')
}
