import type { CommandTool } from './command.ts'
import type { Problem } from './problem.ts'
import type { Place } from './source.ts'
import type { Template } from './template.ts'
import type { Unsupported } from './unsupported.ts'

/** An agent file that was checked. Paths in it are as written, relative to the directory of the file. */
export interface AgentFile {
  /** The name of the file, as it was given. */
  readonly file: string
  readonly name: string
  readonly description?: string
  readonly model: ModelName
  readonly instructions?: string
  readonly temperature?: number
  /** The most tokens that the model may write in one turn. */
  readonly maxTokens?: number
  readonly maxIterations?: number
  readonly maxParallelTools?: number
  /** The longest that a run may take, in milliseconds. */
  readonly timeoutMs?: number
  /** The longest that one attempt of a tool call may take, in milliseconds. */
  readonly toolTimeoutMs?: number
  readonly eager?: 'all' | 'read-only' | 'off'
  /** Variables for the commands, with their `${NAME}` still in them; see `resolveVariables`. */
  readonly environment: readonly Variable[]
  readonly tools: readonly ToolEntry[]
  /** What the file says that this version does not do. */
  readonly unsupported: readonly Unsupported[]
}

/** A model as `provider:name`. */
export interface ModelName {
  readonly provider: string
  readonly name: string
  readonly at: Place
}

/** A variable for commands. */
export interface Variable {
  readonly name: string
  readonly value: Template
  readonly at: Place
}

/** Where tools come from. */
export type ToolEntry = ModuleTools | CommandTool

/** A module whose exported tools the agent gets. Whether it is there, and inside, is checked when it is loaded. */
export interface ModuleTools {
  readonly kind: 'module'
  /** As written, e.g. `./tools.ts`. */
  readonly path: string
  readonly at: Place
}

/** What came of reading an agent file. */
export type ParsedAgent =
  | { readonly ok: true; readonly agent: AgentFile; /** Warnings only. */ readonly problems: readonly Problem[] }
  | {
      readonly ok: false
      readonly problems: readonly Problem[]
      /** What could be read nevertheless, so that more of what is wrong can be found; not to be run. */
      readonly readable?: AgentFile
    }

/** The documents of a file, read. */
export interface ParsedFile {
  /** Those that are agents, or mean to be, in their order. */
  readonly agents: readonly AgentDocument[]
  /** Those of other kinds. */
  readonly skipped: readonly SkippedDocument[]
  /** Problems of the file as a whole, beside those of its agents. */
  readonly problems: readonly Problem[]
}

/** A document that is an agent, or means to be one. */
export interface AgentDocument {
  /** Undefined where the document does not say it. */
  readonly name: string | undefined
  /** Whether nothing in it says that it means to be an agent. */
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
