import { type Command, Option } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readCount, readDuration } from '../option-values.ts'
import type { CommonOptions } from '../output.ts'

/** The arguments and options of `aof run`. */
export interface RunOptions extends CommonOptions {
  /** The agent file; otherwise it is the first word. */
  readonly file?: string
  readonly input?: string
  /** The same as `input`. */
  readonly prompt?: string
  readonly model?: string
  /** The name of the agent, for a file with several. */
  readonly name?: string
  readonly maxParallel?: number
  readonly maxIterations?: number
  /** Milliseconds. */
  readonly timeout?: number
  readonly maxToolCalls?: number
  readonly maxTotalTokens?: number
  readonly jsonLines?: boolean
  /** The format of the result; `json` is the same as `--json`. */
  readonly output?: 'text' | 'json' | 'yaml'
  /** True if an incomplete answer fails the command. */
  readonly strict?: boolean
  readonly record?: string
  readonly replay?: string
  readonly pace?: boolean
}

/** Adds the arguments and the options of the command. */
export function defineOptions(command: Command): Command {
  return command
    .argument('[agent...]', 'an agent file, YAML or JSON (- is standard input), and the input for the agent')
    .option('-f, --file <agent>', 'the agent file, if it is not the first word')
    .option('-i, --input <text>', 'the input for the agent; - is standard input')
    .option('--prompt <text>', 'the same as --input')
    .option('--name <agent>', 'the name of the agent, for a file with several')
    .option('-m, --model <provider:name>', 'the model, in place of that of the file, e.g. openai:gpt-5.2')
    .option(
      '--max-parallel <n>',
      'the largest number of tools that run at once (default: max_parallel_tools of the file, otherwise 10)',
      readCount,
    )
    .option(
      '--max-iterations <n>',
      'the largest number of turns (default: max_iterations of the file, otherwise 10)',
      readCount,
    )
    .option(
      '--timeout <duration>',
      'the timeout of the run, e.g. 90s (default: timeout of the file, otherwise none)',
      readDuration,
    )
    .option('--max-tool-calls <n>', 'end the run before it exceeds this number of tool calls', readCount)
    .option('--max-total-tokens <n>', 'end the run once it has used more tokens than this', readCount)
    .option('--strict', 'fail if the answer is incomplete, e.g. because it reached its token limit')
    .optionsGroup('Recording:')
    .option('--record <file>', "write the model's turns and the tools' results to a new file")
    .option('--replay <file>', 'play a recording: ask no model, execute no tool, fail if the run diverges from it')
    .option('--pace', 'with --replay: take the recorded times')
    .optionsGroup('Output:')
    .addOption(
      new Option('-o, --output <format>', 'text (the default), json (the same as --json) or yaml').choices([
        'text',
        'json',
        'yaml',
      ]),
    )
    .addOption(new Option('--json-lines', 'print every event as a line of JSON, the result last').conflicts('json'))
    .addHelpText('after', HELP)
}

const HELP = [
  '',
  'Only the answer goes to standard output, or with --json one document: the answer, the calls and their results, the',
  'history, tokens and times. Standard error shows the running calls: a live view on a terminal, otherwise plain lines.',
  '',
  'Without --input the input is read from standard input or, on a terminal, from a conversation, which Ctrl-D ends.',
  'Ctrl-C aborts the run and reports its results; a second Ctrl-C ends the command at once.',
  '',
  '--model recorded:FILE plays the turns of a recording, but executes the tools.',
  '--model scripted:FILE plays the turns that a module exports (see scriptedModel of aof-runtime/testing).',
  '',
  'Exit codes: 0 done, 3 a file is invalid, 4 no model, 5 the run failed, 6 max_iterations, 7 timeout or budget, 9 a tool',
  'left an unhandled error, 10 diverges from its recording, 12 the answer is incomplete (--strict), 130 Ctrl-C, 143 SIGTERM.',
].join('\n')

/**
 * Reads the words of a command line: `FILE`, `FILE QUESTION`, or the same after `agent`, as in aofctl.
 *
 * With `--file` the file is not among the words.
 *
 * @throws CliError if there is no file, there are too many words, or the input is given twice
 */
export function readWords(words: readonly string[], options: RunOptions): { file: string; options: RunOptions } {
  const named = options.file === undefined ? [] : [options.file]
  const isWordFirst = words[0] === 'agent' && words.length + named.length > 1
  const [file, question, ...more] = [...named, ...(isWordFirst ? words.slice(1) : words)]
  if (file === undefined) throw misuse("missing required argument 'agent'", 'name an agent file: aof run FILE -i "…"')
  if (more.length > 0) throw misuse('run takes a file and the input for the agent', 'put the question in quotes: "…"')
  const inputs = [question, options.input, options.prompt].filter((input) => input !== undefined)
  if (inputs.length > 1) throw misuse('the input is given twice', 'say it once: -i "…"')
  const [input] = inputs
  return { file, options: { ...options, ...(input !== undefined && { input }), ...formatOf(options) } }
}

/** Converts `--output` to the other options. */
function formatOf({ output, json, jsonLines }: RunOptions): Pick<RunOptions, 'json'> {
  if (output === undefined) return {}
  if (jsonLines === true) throw misuse('--output and --json-lines do not go together', 'give one of the two')
  if (json === true && output !== 'json') throw misuse(`--output ${output} and --json do not go together`)
  return output === 'text' ? {} : { json: true }
}

/**
 * Refuses options that do not go together.
 *
 * @throws CliError
 */
export function checkOptions(options: RunOptions): void {
  const { replay, record, model, pace, input } = options
  if (replay !== undefined) {
    const given = (['record', 'model', 'maxIterations', 'timeout', 'maxToolCalls', 'maxTotalTokens'] as const).find(
      (name) => options[name] !== undefined,
    )
    const option = given?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (option !== undefined) throw misuse(`--replay plays a recording, so it takes no --${option}`)
  } else if (pace === true) throw misuse('--pace needs --replay')
  if (input?.trim() === '') throw misuse('--input is empty', 'say what the agent is to do: -i "…"')
  if (model !== undefined && !/^[^:/]+[:/]./.test(model)) {
    throw misuse(`--model takes provider:name, found ${JSON.stringify(model)}`, 'e.g. --model openai:gpt-5.2')
  }
  if (record === '') throw misuse('--record is empty')
}

/** An error of the command line. */
export function misuse(message: string, fix?: string): CliError {
  return new CliError(EXIT.usage, message, fix === undefined ? {} : { fix })
}
