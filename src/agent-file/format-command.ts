import type { Field, Pattern, RecordShape, Shape, VariantsShape } from './shape.ts'

/** What providers allow as the name of a tool. */
const TOOL_NAME: Pattern = {
  regex: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$',
  words: 'letters, digits, _ and -, beginning with a letter, at most 64',
}

/** A name of a provider or an argument. */
export const NAME: Pattern = { regex: '^[A-Za-z][A-Za-z0-9_-]*$', words: 'letters, digits, _ and -' }

const word: Shape = { kind: 'word' }

const argument: VariantsShape = {
  kind: 'variants',
  words: 'an argument, or a list of arguments that are left out together',
  variants: [
    { when: 'list', shape: { kind: 'list', items: word, min: 1 } },
    { when: 'scalar', shape: word },
  ],
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
        shape: { kind: 'list', items: argument, min: 1 },
        required: true,
        doc: 'The program and its arguments, one item each; no shell takes part. {name} is replaced by the argument of that name; \\{ is a brace. Items in a list of their own are left out together where an argument of theirs is missing.',
      },
      input_schema: {
        shape: { kind: 'json_object' },
        doc: 'The JSON Schema of the arguments. Default: one text for each {name} in command.',
      },
      read_only: { shape: { kind: 'boolean' }, doc: 'true says that the command changes nothing. Default: false.' },
      timeout: {
        shape: { kind: 'duration' },
        doc: 'The longest that a call may take, e.g. 10s. Default: spec.tool_timeout.',
      },
      env: {
        shape: { kind: 'list', items: { kind: 'text' } },
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
  }
}
