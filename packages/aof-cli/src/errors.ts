import type { Problem } from './agent-file/problem.ts'
import type { ExitCode } from './exit-codes.ts'

/** An error that ends a command. Its message and remedy are for the user of the command. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
  readonly exitCode: ExitCode
  /** The remedy. */
  readonly fix?: string
  /** The problems of a file, if they are the reason. */
  readonly problems: readonly Problem[]

  constructor(
    exitCode: ExitCode,
    message: string,
    options: ErrorOptions & { readonly fix?: string; readonly problems?: readonly Problem[] } = {},
  ) {
    super(message, options)
    this.exitCode = exitCode
    if (options.fix !== undefined) this.fix = options.fix
    this.problems = options.problems ?? []
  }
}

/** A system error (`ENOENT`, …) in words, without its code and path, for a message that names the file. */
export function systemMessage(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return SYSTEM_ERRORS.get(code) ?? (error instanceof Error ? error.message : String(error))
}

const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of its path is not a directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'its links form a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EMFILE', 'too many files are open'],
])
