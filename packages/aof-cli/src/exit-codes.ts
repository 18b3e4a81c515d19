/** The exit codes of `aof`. They differ by kind of error, so a script can decide what to do next. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  file: 3,
  model: 4,
  failed: 5,
  maxIterations: 6,
  budget: 7,
  approval: 8,
  tools: 9,
  replay: 10,
  output: 11,
  incomplete: 12,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit codes in words, as `aof --help` shows them. */
export const EXIT_CODES: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.ok, 'success'],
  [EXIT.internal, 'an internal error of aof'],
  [EXIT.usage, 'the command line is wrong'],
  [EXIT.file, 'a file cannot be read, or is invalid'],
  [EXIT.model, 'the model is not available: provider unknown or not installed, no key'],
  [EXIT.failed, 'the run failed: the model or its provider reported an error'],
  [EXIT.maxIterations, 'the run ended at max_iterations without an answer'],
  [EXIT.budget, 'the run ended at its budget or timeout without an answer'],
  [EXIT.approval, 'reserved for runs that wait for an approval'],
  [EXIT.tools, 'tool calls did not succeed (exec --strict), or a tool left an unhandled error, or ended the process'],
  [EXIT.replay, 'the run diverges from its recording (run --replay)'],
  [EXIT.output, 'standard output cannot be written'],
  [EXIT.incomplete, 'the answer is incomplete, e.g. because it reached its token limit (run --strict)'],
  [EXIT.interrupted, 'aborted with Ctrl-C (SIGINT)'],
  [EXIT.terminated, 'aborted by SIGTERM'],
]
