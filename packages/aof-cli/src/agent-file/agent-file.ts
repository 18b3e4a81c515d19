import type { JsonObject } from 'aof-runtime'
import type { CommandLimits } from './command-limits.ts'
import type { CommandResources } from './command-resources.ts'
import type { CommandTemplate } from './command-template.ts'
import type { Problem } from './problem.ts'
import type { ProviderAndName } from './provider-names.ts'
import type { Place } from './source.ts'
import type { Template } from './template.ts'
import type { Unsupported } from './unsupported.ts'

/** A checked agent file. Its paths are as written, relative to the directory of the file. */
export interface AgentFile {
  /** The name of the file, as given. */
  readonly file: string
  readonly name: string
  readonly description?: string
  readonly model: ModelName
  readonly instructions?: string
  readonly temperature?: number
  /** The largest number of tokens that the model may write in one turn. */
  readonly maxTokens?: number
  readonly maxIterations?: number
  readonly maxParallelTools?: number
  /** Timeout of a run, in milliseconds. */
  readonly timeoutMs?: number
  /** Timeout of one attempt of a tool call, in milliseconds. */
  readonly toolTimeoutMs?: number
  readonly eager?: 'all' | 'read-only' | 'off'
  /** Variables for the commands. `resolveVariables` substitutes each `${NAME}` in them. */
  readonly environment: readonly Variable[]
  readonly tools: readonly ToolEntry[]
  /** Fields and tools that this version does not support. */
  readonly unsupported: readonly Unsupported[]
}

/** A model as `provider:name`. */
export interface ModelName extends ProviderAndName {
  readonly at: Place
}

/** A variable for commands. */
export interface Variable {
  readonly name: string
  readonly value: Template
  readonly at: Place
}

/** A source of tools. */
export type ToolEntry = ModuleTools | CommandTool

/**
 * A module whose exported tools the agent gets. Loading it checks whether it exists and is below the directory of the
 * agent file.
 */
export interface ModuleTools {
  readonly kind: 'module'
  /** As written, e.g. `./tools.ts`. */
  readonly path: string
  readonly at: Place
}

/** A tool that runs a program, from an entry `{name, command}` of an agent file. */
export interface CommandTool extends CommandLimits, CommandResources {
  readonly kind: 'command'
  readonly name: string
  readonly description?: string
  readonly command: CommandTemplate
  /** A JSON Schema; arguments must fit it before they are filled into the command. */
  readonly inputSchema: JsonObject
  readonly readOnly: boolean
  readonly timeoutMs?: number
  /** Names of environment variables passed on to the command, in addition to those that every command gets. */
  readonly env: readonly string[]
  /** The working directory as written, below the directory of the agent file. */
  readonly cwd?: string
  readonly okExitCodes: readonly number[]
  readonly at: Place
}

/** The result of reading an agent file. */
export type ParsedAgent =
  | { readonly ok: true; readonly agent: AgentFile; /** Warnings only. */ readonly problems: readonly Problem[] }
  | {
      readonly ok: false
      readonly problems: readonly Problem[]
      /** The readable part of the file, for finding further problems. It must not run. */
      readonly readable?: AgentFile
    }

/** The documents of a file. */
export interface ParsedFile {
  /** The documents that are agents, or are meant to be, in the order of the file. */
  readonly agents: readonly AgentDocument[]
  /** The documents of other kinds. */
  readonly skipped: readonly SkippedDocument[]
  /** Problems of the file as a whole. Each agent has its own. */
  readonly problems: readonly Problem[]
}

/** A document that is an agent, or is meant to be one. */
export interface AgentDocument {
  /** Undefined if the document has no name. */
  readonly name: string | undefined
  /** True if nothing in the document suggests that it is meant to be an agent. */
  readonly isForeign: boolean
  readonly at: Place
  readonly parsed: ParsedAgent
}

/** A document that describes something else. */
export interface SkippedDocument {
  readonly kind: string
  readonly name: string | undefined
  readonly at: Place
}
