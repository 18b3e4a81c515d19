import { type Command, Option } from 'commander'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readCount, readDuration } from '../option-values.ts'
import type { CommonOptions } from '../output.ts'

/** What `aof run` is called with. */
export interface RunOptions extends CommonOptions {
  /** The agent file, which may be the first word instead. */
  readonly file?: string
  readonly input?: string
  /** The same as `input`. */
  readonly prompt?: string
  readonly model?: string
  /** Of the agent, in a file with several. */
  readonly name?: string
  readonly maxParallel?: number
  readonly maxIterations?: number
  /** In milliseconds. */
  readonly timeout?: number
  readonly maxToolCalls?: number
  readonly maxTotalTokens?: number
  readonly jsonLines?: boolean
  /** The form of the result; `json` is the same as `--json`. */
  readonly output?: 'text' | 'json' | 'yaml'
  /** Whether an answer that is incomplete fails the command. */
  readonly strict?: boolean
  readonly record?: string
  readonly replay?: string
  readonly pace?: boolean
}

/** Gives the command its arguments and its own options. */
export function defineOptions(command: Command): Command {
  return command
    .argument('[agent...]', 'an agent file, YAML or JSON (- is standard input), and what to say to the agent')
    .option('-f, --file <agent>', 'the agent file, where it is not the first word')
    .option('-i, --input <text>', 'what to say to the agent; - is standard input')
    .option('--prompt <text>', 'the same as --input')
    .option('--name <agent>', 'which agent is meant, in a file with several')
    .option('-m, --model <provider:name>', 'another model than that of the file, e.g. openai:gpt-5.2')
    .option(
      '--max-parallel <n>',
      'how many tools run at once (default: max_parallel_tools of the file, else 10)',
      readCount,
    )
    .option(
      '--max-iterations <n>',
      'how often the model is asked (default: max_iterations of the file, else 10)',
      readCount,
    )
    .option(
      '--timeout <duration>',
      'end the run after it, e.g. 90s (default: timeout of the file, else none)',
      readDuration,
    )
    .option('--max-tool-calls <n>', 'end the run before it makes more tool calls than this', readCount)
    .option('--max-total-tokens <n>', 'ask the model no more once it has used more tokens than this', readCount)
    .option('--strict', 'fail where the answer is incomplete, e.g. since it came to its limit of tokens')
    .optionsGroup('Recording:')
    .option('--record <file>', "write the model's turns and the tools' results to a new file")
    .option('--replay <file>', 'play a recording: ask no model, execute no tool, fail where the run departs from it')
    .option('--pace', 'with --replay: let everything take as long as it took')
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
  'The answer alone goes to standard output, or with --json one document: the answer, the calls and their results,',
  'the history, tokens and times. Standard error gets a live picture of what runs; plain lines where it is no terminal.',
  '',
  'Without --input the input is read from standard input or, on a terminal, asked for: a conversation, ended with Ctrl-D.',
  'Ctrl-C aborts what runs, and says what became of it; once more ends at once.',
  '',
  '--model recorded:FILE plays the turns of a recording, and really executes the tools.',
  '--model scripted:FILE plays the turns that a module exports (see scriptedModel of aof-runtime/testing).',
  '',
  'Exit codes: 0 done, 3 a file is invalid, 4 no model, 5 the run failed, 6 max_iterations, 7 timeout or budget, 9 a tool',
  'left an error behind, 10 departs from its recording, 12 the answer is incomplete (--strict), 130 Ctrl-C, 143 SIGTERM.',
].join('\n')

/**
 * Reads the words of a command line: `FILE`, `FILE QUESTION`, and the same after `agent`, as aofctl has it.
 *
 * With `--file` the file is not among the words.
 *
 * @throws CliError where there is no file, the words are too many, or the input is given twice
 */
export function readWords(words: readonly string[], options: RunOptions): { file: string; options: RunOptions } {
  const named = options.file === undefined ? [] : [options.file]
  const isWordFirst = words[0] === 'agent' && words.length + named.length > 1
  const [file, question, ...more] = [...named, ...(isWordFirst ? words.slice(1) : words)]
  if (file === undefined) throw misuse("missing required argument 'agent'", 'name an agent file: aof run FILE -i "…"')
  if (more.length > 0) throw misuse('run takes a file and what to say to the agent', 'put the question in quotes: "…"')
  const inputs = [question, options.input, options.prompt].filter((input) => input !== undefined)
  if (inputs.length > 1) throw misuse('the input is given twice', 'say it once: -i "…"')
  const [input] = inputs
  return { file, options: { ...options, ...(input !== undefined && { input }), ...formatOf(options) } }
}

/** What `--output` says in the words of the other options. */
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
    if (given !== undefined) throw misuse(`--replay plays what was recorded, so it takes no ${optionName(given)}`)
  } else if (pace === true) throw misuse('--pace is for --replay')
  if (input?.trim() === '') throw misuse('--input is empty', 'say what the agent is to do: -i "…"')
  if (model !== undefined && !/^[^:/]+[:/]./.test(model)) {
    throw misuse(`--model takes provider:name, found ${JSON.stringify(model)}`, 'e.g. --model openai:gpt-5.2')
  }
  if (record === '') throw misuse('--record is empty')
}

/** A command line that is wrong. */
export function misuse(message: string, fix?: string): CliError {
  return new CliError(EXIT.usage, message, fix === undefined ? {} : { fix })
}

function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
