import type { Problem } from './agent-file/index.ts'
import type { ExitCode } from './exit-codes.ts'

/** Ends a command: what went wrong and what to do about it, in words for the person who called it. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
  readonly exitCode: ExitCode
  /** What to do about it. */
  readonly fix?: string
  /** What is wrong with a file, where that is why. */
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

/** The words of a system error (`ENOENT`, …) without its code and its path, for a message that names the file itself. */
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
  ['ELOOP', 'its links go round in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EMFILE', 'too many files are open'],
])
