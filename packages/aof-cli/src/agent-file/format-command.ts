import { INPUT_SCHEMA } from './input-schema-format.ts'
import {
  BOOLEAN,
  DURATION,
  field,
  type FormatSchema,
  list,
  matching,
  number,
  record,
  shortOr,
  TEXT,
  whole,
  WORD,
} from './format-parts.ts'
import { LOADER_NAMES, RATE, RESOURCE, TOOL_NAME, VARIABLE } from './patterns.ts'

const COUNT = whole(1, 1_000_000)
const RESOURCES = list(matching(RESOURCE))

const RETRY = shortOr(
  whole(1, 100),
  record(
    'retry',
    {
      max_attempts: field('The largest number of attempts, including the first.', whole(1, 100)),
      initial_delay: field('The longest wait before the second attempt. Default: 200ms.', DURATION),
      max_delay: field('The longest wait before any attempt. Default: 30s.', DURATION),
      factor: field('The factor by which the longest wait grows with each attempt. Default: 2.', number(1, 10)),
    },
    ['max_attempts'],
  ),
  'the largest number of attempts (1 to 100), or {max_attempts, initial_delay, max_delay, factor}',
)

const RATE_LIMIT = shortOr(
  { type: 'string', pattern: RATE },
  record(
    'rate',
    {
      n: field('The number of starts …', COUNT),
      per: field('… in this time, e.g. 1s.', DURATION),
      burst: field('The number of calls that may start at once after a quiet time.', COUNT),
    },
    ['n', 'per'],
  ),
  'a rate: a number of starts and a time, e.g. 5/s or 100/10m, or {n, per, burst}',
)

const ARGUMENT: FormatSchema = {
  type: [WORD.type ?? [], 'array'].flat(),
  items: WORD,
  minItems: 1,
  errorMessage: 'expected an argument, or a list of arguments that are left out together',
}

/** The first item of a command. */
const PROGRAM: FormatSchema = { type: 'string', pattern: '^\\S+$' }

const VARIABLE_TO_PASS: FormatSchema = { pattern: VARIABLE.regex, not: { pattern: LOADER_NAMES } }

/** A `read_only` command has no `writes`. */
const NOT_BOTH: FormatSchema = {
  not: {
    required: ['read_only', 'writes'],
    properties: { read_only: { const: true }, writes: { type: 'array', minItems: 1 } },
  },
}

/** A tool that runs a program with arguments, without a shell. */
export function commandTool(enabled: FormatSchema): FormatSchema {
  return {
    ...record(
      'a command',
      {
        name: field('The name of the tool, as the model sees it.', matching(TOOL_NAME)),
        description: field('The description by which the model decides when and how to call the tool.', TEXT),
        command: field(
          'The program and its arguments, one item each; no shell runs. {name} is replaced by the argument of that name; \\{ is a brace. The items of an inner list are left out together if one of their arguments is missing.',
          { ...list(ARGUMENT), minItems: 1, allOf: [{ items: [PROGRAM] }] },
        ),
        input_schema: field(
          'The JSON Schema of the arguments. Default: one text for each {name} in command.',
          INPUT_SCHEMA,
        ),
        read_only: field('true: the command changes nothing. Default: false.', BOOLEAN),
        idempotent: field(
          'true: repeating the same call changes nothing more, so it may be retried. Default: false.',
          BOOLEAN,
        ),
        reads: field(
          'The resources that a call reads: paths from the directory in which the command runs, or names like db:users; {name} is replaced as in command. Default: that directory for a read_only command, otherwise nothing.',
          RESOURCES,
        ),
        writes: field(
          'The resources that a call writes, as in reads; calls that write the same resource never overlap, and keep their order. []: it writes nothing that other calls use. Default: the directory in which the command runs, unless it is read_only.',
          RESOURCES,
        ),
        retry: field('The retry policy for failed calls; the command must be idempotent or read_only.', RETRY),
        max_parallel: field('The largest number of its calls that run at once. Default: max_parallel_tools.', COUNT),
        rate: field('The largest rate of starts, e.g. 5/s. Default: no limit.', RATE_LIMIT),
        timeout: field('The timeout of a call, e.g. 10s. Default: spec.tool_timeout.', DURATION),
        env: field(
          'Names of variables that the command gets from the environment of aof, in addition to spec.environment. Other variables are not passed on, except PATH, HOME and the like.',
          list({ ...TEXT, allOf: [VARIABLE_TO_PASS] }),
        ),
        cwd: field(
          'The directory in which the command runs, below the directory of this file. Default: the directory of this file.',
          TEXT,
        ),
        ok_exit_codes: field('The exit codes that mean success, e.g. [0, 1] for grep. Default: [0].', {
          ...list(whole(0, 255)),
          minItems: 1,
        }),
        allow_dash: field(
          'Arguments whose values may begin with -, although programs take such values for options.',
          list(TEXT),
        ),
        enabled,
      },
      ['name', 'command'],
    ),
    allOf: [NOT_BOTH],
  }
}
