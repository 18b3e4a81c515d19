import type { Command } from 'commander'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

/** A command of `aof`: its entry in the overview, and the loader of its file. */
export interface CommandEntry {
  readonly name: string
  /** Its arguments, abbreviated for the overview. */
  readonly usage: string
  readonly summary: string
  readonly example: string
  /** Loads the file of the command; called only when the command runs. */
  readonly load: () => Promise<CommandModule>
}

/** The exports of a command's file. */
export interface CommandModule {
  /** Adds the arguments, the options and the action of the command. The action sets `process.exitCode`. */
  define(command: Command): void
}

/** Every command, in the order of the overview. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    usage: '<agent> -i <text>',
    summary: 'run an agent, and show its tool calls while they run',
    example: 'aof run agent.yaml -i "What has changed this week?"',
    load: () => import('./run.ts'),
  },
  {
    name: 'exec',
    usage: '<turn> --tools <file>',
    summary: "run the tool calls of a model's recorded answer, print its results",
    example: 'aof exec turn.sse --tools tools.ts',
    load: () => import('./exec.ts'),
  },
  {
    name: 'validate',
    usage: '<file...>',
    summary: 'check agent files: report each problem with its place and its remedy',
    example: 'aof validate agents/*.yaml',
    load: () => import('./validate.ts'),
  },
]

/** Commands of aofctl that `aof` lacks, each with its replacement. */
const AOFCTL_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['apply', 'agents are files here: aof validate FILE checks one, aof run FILE runs it'],
  ['get', 'agents are files here: aof validate FILE shows the content of one'],
  ['describe', 'agents are files here: aof validate FILE shows the content of one'],
  ['logs', 'aof run FILE --record RECORDING records a run'],
])

/**
 * Refuses a command of aofctl, and names its replacement.
 *
 * @throws CliError
 */
export function refuseAofctlCommand(word: string | undefined): void {
  const fix = word === undefined ? undefined : AOFCTL_COMMANDS.get(word)
  if (fix !== undefined) throw new CliError(EXIT.usage, `the command ${String(word)} is not part of aof`, { fix })
}
