import type { Command } from 'commander'

/** A command of `aof`: what the overview says of it, and where the rest is. */
export interface CommandEntry {
  readonly name: string
  /** Its arguments in short, for the overview. */
  readonly usage: string
  readonly summary: string
  readonly example: string
  /** Loads the file of the command, only when it is called. */
  readonly load: () => Promise<CommandModule>
}

/** What the file of a command exports. */
export interface CommandModule {
  /** Gives the command its arguments, its options and its action, which sets `process.exitCode`. */
  define(command: Command): void
}

/** Every command, in the order in which the overview shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    usage: '<agent> -i <text>',
    summary: 'run an agent, and show its tool calls while they go on',
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
    summary: 'check agent files: what is wrong, where, and how to mend it',
    example: 'aof validate agents/*.yaml',
    load: () => import('./validate.ts'),
  },
]
