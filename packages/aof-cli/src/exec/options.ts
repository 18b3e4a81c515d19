import type { Command } from 'commander'
import { readCount, readDuration } from '../option-values.ts'
import type { CommonOptions } from '../output.ts'
import { DIALECT_NAMES } from '../recorded-answers/detect-dialect.ts'

/** The options of `aof exec`. */
export interface ExecOptions extends CommonOptions {
  readonly tools: string
  readonly dialect?: string
  readonly maxParallel?: number
  /** Milliseconds. */
  readonly timeout?: number
  readonly strict?: boolean
}

/** Adds the arguments and the options of the command. */
export function defineOptions(command: Command): Command {
  return command
    .argument('<turn>', "a model's recorded answer, whole or as a raw stream, or a plan; - is standard input")
    .requiredOption('-t, --tools <file>', 'a module that exports tools (.ts, .js, …), or an agent file (.yaml)')
    .option('--dialect <name>', `the format of the answer (default: detected): ${DIALECT_NAMES.join(', ')}`)
    .option(
      '--max-parallel <n>',
      'the largest number of tools that run at once (default: of the agent file, otherwise 10)',
      readCount,
    )
    .option('--timeout <duration>', "the timeout of a call, e.g. 10s (default: the tool's, otherwise 2m)", readDuration)
    .option('--strict', 'fail if a call did not succeed')
    .addHelpText('after', HELP)
}

const HELP = [
  '',
  'Standard output gets the next messages of a request to the provider, as a JSON array: the results of the calls, in',
  'call order. With --json it gets one document: the calls, their results, the messages and the times.',
  'For a plan, {"steps": [{"id": …, "tool": …, "arguments": …}]}, it gets the results of its steps.',
  'Standard error shows the running calls: a live view on a terminal, otherwise plain lines.',
  '',
  'A call that is cut off, or whose arguments are not JSON, never runs: its result is invalid.',
  'Ctrl-C aborts the running calls, and their results say so; a second Ctrl-C ends the command at once.',
  '',
  'Exit codes: 0 every call has its result, 3 a file cannot be read or is invalid, 4 the package that reads the answer',
  'is not installed, 9 a call failed (--strict), or a tool left an unhandled error or ended the process, 11 standard',
  'output cannot be written, 130 Ctrl-C, 143 SIGTERM.',
].join('\n')
