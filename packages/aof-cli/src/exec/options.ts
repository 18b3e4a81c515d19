import type { Command } from 'commander'
import { readCount, readDuration } from '../option-values.ts'
import type { CommonOptions } from '../output.ts'
import { DIALECT_NAMES } from '../recorded/index.ts'

/** What `aof exec` is called with. */
export interface ExecOptions extends CommonOptions {
  readonly tools: string
  readonly dialect?: string
  readonly maxParallel?: number
  /** In milliseconds. */
  readonly timeout?: number
  readonly strict?: boolean
}

/** Gives the command its arguments and its own options. */
export function defineOptions(command: Command): Command {
  return command
    .argument('<turn>', "a model's recorded answer, whole or as a raw stream, or a plan; - is standard input")
    .requiredOption('-t, --tools <file>', 'a module that exports tools (.ts, .js, …), or an agent file (.yaml)')
    .option('--dialect <name>', `how the answer is written (default: told from it): ${DIALECT_NAMES.join(', ')}`)
    .option('--max-parallel <n>', 'how many tools run at once (default: as the agent file says, else 10)', readCount)
    .option(
      '--timeout <duration>',
      "the longest that a call may take, e.g. 10s (default: the tool's own, else 2m)",
      readDuration,
    )
    .option('--strict', 'fail where a call did not succeed')
    .addHelpText('after', HELP)
}

const HELP = [
  '',
  'Standard output gets the messages that come next in a request to the provider, as a JSON array: the results of the',
  'calls, in call order. With --json it gets one document: the calls, their results, the messages and the times.',
  'Of a plan, {"steps": [{"id": …, "tool": …, "arguments": …}]}, it gets the results of its steps.',
  'Standard error shows what runs; plain lines where it is no terminal.',
  '',
  'A call that was cut off, or whose arguments are no JSON, never runs: its result says that it is invalid.',
  'Ctrl-C aborts what runs, and the results say so; once more ends at once.',
  '',
  'Exit codes: 0 every call has its result, 3 a file cannot be read or is invalid, 4 the package that reads the answer',
  'is not installed, 9 a call did not succeed (--strict), or a tool left an error behind or ended the process, 11 standard',
  'output cannot be written, 130 Ctrl-C, 143 SIGTERM.',
].join('\n')
