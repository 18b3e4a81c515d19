import type { JsonObject } from '../core/json.ts'
import { INPUT_SCHEMA } from './input-schema-format.ts'
import type { Field, Pattern, RecordShape, Shape, VariantsShape } from './shape.ts'
import { LOADER_NAMES, VARIABLE } from './variable-names.ts'

/** What providers allow as the name of a tool. */
const TOOL_NAME: Pattern = {
  regex: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$',
  words: 'letters, digits, _ and -, beginning with a letter, at most 64',
}

/** A name of a provider or an argument. */
export const NAME: Pattern = { regex: '^[A-Za-z][A-Za-z0-9_-]*$', words: 'letters, digits, _ and -' }

/** A rate in short: how many starts in what time. */
export const RATE: Pattern = {
  regex: '^[1-9][0-9]{0,5}/([1-9][0-9]{0,5})?(ms|s|m|h)$',
  words: 'a number of starts and a time, e.g. 5/s or 100/10m',
}

/** A resource, which a shell would expand but nothing here does: patterns name nothing. */
const RESOURCE: Pattern = {
  regex: '^[^*?\\[\\]\\s]([^*?\\[\\]]*[^*?\\[\\]\\s])?$',
  words: 'a path (a directory is all that is below it) or a name like db:users, no pattern',
}

const word: Shape = { kind: 'word' }
const count: Shape = { kind: 'number', whole: true, min: 1, max: 1_000_000 }
const resources: Shape = { kind: 'list', items: { kind: 'text', pattern: RESOURCE } }

const retry: VariantsShape = {
  kind: 'variants',
  words: 'how often it is started at most, or {max_attempts, initial_delay, max_delay, factor}',
  variants: [
    { when: 'scalar', shape: { kind: 'number', whole: true, min: 1, max: 100 } },
    {
      when: 'map',
      shape: {
        kind: 'record',
        title: 'retry',
        fields: {
          max_attempts: {
            shape: { kind: 'number', whole: true, min: 1, max: 100 },
            required: true,
            doc: 'How often it is started at most, the first time counted.',
          },
          initial_delay: {
            shape: { kind: 'duration' },
            doc: 'The longest wait before the second attempt. Default: 200ms.',
          },
          max_delay: { shape: { kind: 'duration' }, doc: 'The longest wait before any attempt. Default: 30s.' },
          factor: {
            shape: { kind: 'number', whole: false, min: 1, max: 10 },
            doc: 'By how much the longest wait grows from attempt to attempt. Default: 2.',
          },
        },
      },
    },
  ],
}

const rate: VariantsShape = {
  kind: 'variants',
  words: 'a rate: 5/s, or {n, per, burst}',
  variants: [
    { when: 'scalar', shape: { kind: 'text', pattern: RATE } },
    {
      when: 'map',
      shape: {
        kind: 'record',
        title: 'rate',
        fields: {
          n: { shape: count, required: true, doc: 'How many starts …' },
          per: { shape: { kind: 'duration' }, required: true, doc: '… in what time, e.g. 1s.' },
          burst: { shape: count, doc: 'How many may start at once after a quiet time.' },
        },
      },
    },
  ],
}

const argument: VariantsShape = {
  kind: 'variants',
  words: 'an argument, or a list of arguments that are left out together',
  variants: [
    { when: 'list', shape: { kind: 'list', items: word, min: 1 } },
    { when: 'scalar', shape: word },
  ],
}

/** The first item of a command. */
const PROGRAM: JsonObject = { type: 'string', pattern: '^\\S+$' }

const VARIABLE_TO_PASS: JsonObject = { pattern: VARIABLE.regex, not: { pattern: LOADER_NAMES } }

/** A command that only reads writes nothing. */
const NOT_BOTH: JsonObject = {
  not: {
    required: ['read_only', 'writes'],
    properties: { read_only: { const: true }, writes: { type: 'array', minItems: 1 } },
  },
}

/** A tool that runs a program with arguments; no shell takes part. */
export function commandTool(enabled: Field): RecordShape {
  return {
    kind: 'record',
    title: 'a command',
    fields: {
      name: {
        shape: { kind: 'text', pattern: TOOL_NAME },
        required: true,
        doc: 'What the model calls the tool.',
      },
      description: { shape: { kind: 'text' }, doc: 'What the model reads to decide when and how to call it.' },
      command: {
        shape: { kind: 'list', items: argument, min: 1, schema: { allOf: [{ items: [PROGRAM] }] } },
        required: true,
        doc: 'The program and its arguments, one item each; no shell takes part. {name} is replaced by the argument of that name; \\{ is a brace. Items in a list of their own are left out together where an argument of theirs is missing.',
      },
      input_schema: {
        shape: { kind: 'json_object', schema: INPUT_SCHEMA },
        doc: 'The JSON Schema of the arguments. Default: one text for each {name} in command.',
      },
      read_only: { shape: { kind: 'boolean' }, doc: 'true says that the command changes nothing. Default: false.' },
      idempotent: {
        shape: { kind: 'boolean' },
        doc: 'true says that the same call made again changes nothing more, so that it may be tried again. Default: false.',
      },
      reads: {
        shape: resources,
        doc: 'What a call reads: paths from the directory in which the command runs, or names like db:users; {name} is replaced as in command. Default: that directory for a command that is read_only, else nothing.',
      },
      writes: {
        shape: resources,
        doc: 'What a call writes, as in reads; calls that write the same never overlap, and keep their order. [] says that it writes nothing that matters. Default: the directory in which the command runs, unless it is read_only.',
      },
      retry: {
        shape: retry,
        doc: 'Whether a call that failed is tried again; the command must be idempotent or read_only.',
      },
      max_parallel: { shape: count, doc: 'How many of its calls run at once. Default: as many as all tools.' },
      rate: { shape: rate, doc: 'How often it starts, e.g. 5/s. Default: as often as it is called.' },
      timeout: {
        shape: { kind: 'duration' },
        doc: 'The longest that a call may take, e.g. 10s. Default: spec.tool_timeout.',
      },
      env: {
        shape: { kind: 'list', items: { kind: 'text', schema: VARIABLE_TO_PASS } },
        doc: 'Names of variables that the command gets from the environment of aof, beside those of spec.environment. Others are not passed on, but for PATH, HOME and the like.',
      },
      cwd: {
        shape: { kind: 'text' },
        doc: 'A directory below that of this file in which the command runs. Default: the directory of this file.',
      },
      ok_exit_codes: {
        shape: { kind: 'list', items: { kind: 'number', whole: true, min: 0, max: 255 }, min: 1 },
        doc: 'The exit codes that mean success, e.g. [0, 1] for grep. Default: [0].',
      },
      allow_dash: {
        shape: { kind: 'list', items: { kind: 'text' } },
        doc: 'Arguments whose values may begin with -, which programs take for an option.',
      },
      enabled,
    },
    together: NOT_BOTH,
  }
}
