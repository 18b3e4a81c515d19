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
      max_attempts: field('How often it is started at most, the first time counted.', whole(1, 100)),
      initial_delay: field('The longest wait before the second attempt. Default: 200ms.', DURATION),
      max_delay: field('The longest wait before any attempt. Default: 30s.', DURATION),
      factor: field('By how much the longest wait grows from attempt to attempt. Default: 2.', number(1, 10)),
    },
    ['max_attempts'],
  ),
  'how often it is started at most (1 to 100), or {max_attempts, initial_delay, max_delay, factor}',
)

const RATE_LIMIT = shortOr(
  { type: 'string', pattern: RATE },
  record(
    'rate',
    {
      n: field('How many starts …', COUNT),
      per: field('… in what time, e.g. 1s.', DURATION),
      burst: field('How many may start at once after a quiet time.', COUNT),
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

/** A command that only reads writes nothing. */
const NOT_BOTH: FormatSchema = {
  not: {
    required: ['read_only', 'writes'],
    properties: { read_only: { const: true }, writes: { type: 'array', minItems: 1 } },
  },
}

/** A tool that runs a program with arguments; no shell takes part. */
export function commandTool(enabled: FormatSchema): FormatSchema {
  return {
    ...record(
      'a command',
      {
        name: field('What the model calls the tool.', matching(TOOL_NAME)),
        description: field('What the model reads to decide when and how to call it.', TEXT),
        command: field(
          'The program and its arguments, one item each; no shell takes part. {name} is replaced by the argument of that name; \\{ is a brace. Items in a list of their own are left out together where an argument of theirs is missing.',
          { ...list(ARGUMENT), minItems: 1, allOf: [{ items: [PROGRAM] }] },
        ),
        input_schema: field(
          'The JSON Schema of the arguments. Default: one text for each {name} in command.',
          INPUT_SCHEMA,
        ),
        read_only: field('true says that the command changes nothing. Default: false.', BOOLEAN),
        idempotent: field(
          'true says that the same call made again changes nothing more, so that it may be tried again. Default: false.',
          BOOLEAN,
        ),
        reads: field(
          'What a call reads: paths from the directory in which the command runs, or names like db:users; {name} is replaced as in command. Default: that directory for a command that is read_only, else nothing.',
          RESOURCES,
        ),
        writes: field(
          'What a call writes, as in reads; calls that write the same never overlap, and keep their order. [] says that it writes nothing that matters. Default: the directory in which the command runs, unless it is read_only.',
          RESOURCES,
        ),
        retry: field('Whether a call that failed is tried again; the command must be idempotent or read_only.', RETRY),
        max_parallel: field('How many of its calls run at once. Default: as many as all tools.', COUNT),
        rate: field('How often it starts, e.g. 5/s. Default: as often as it is called.', RATE_LIMIT),
        timeout: field('The longest that a call may take, e.g. 10s. Default: spec.tool_timeout.', DURATION),
        env: field(
          'Names of variables that the command gets from the environment of aof, beside those of spec.environment. Others are not passed on, but for PATH, HOME and the like.',
          list({ ...TEXT, allOf: [VARIABLE_TO_PASS] }),
        ),
        cwd: field(
          'A directory below that of this file in which the command runs. Default: the directory of this file.',
          TEXT,
        ),
        ok_exit_codes: field('The exit codes that mean success, e.g. [0, 1] for grep. Default: [0].', {
          ...list(whole(0, 255)),
          minItems: 1,
        }),
        allow_dash: field('Arguments whose values may begin with -, which programs take for an option.', list(TEXT)),
        enabled,
      },
      ['name', 'command'],
    ),
    allOf: [NOT_BOTH],
  }
}
