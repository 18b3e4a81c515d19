import type { AnyTool } from 'aof-runtime'
import type { LoadFault } from './module-error.ts'

/** The surroundings of an agent file's tools. */
export interface ToolSurroundings {
  /** The directory of the agent file: paths start from it, and must not leave it (I42). */
  readonly directory: string
  /** Variables for commands with their values, from `resolveVariables`. */
  readonly environment: ReadonlyMap<string, string>
  /** True if a model gets the tools, so that they need a description of their arguments. */
  readonly areOffered: boolean
}

/** A tool with its source, for people. */
export interface FoundTool {
  readonly tool: AnyTool
  readonly source: string
}

/** The tools of an entry, or its problems. */
export type LoadedEntry =
  | { readonly ok: true; readonly tools: readonly FoundTool[] }
  | ({ readonly ok: false } & LoadFault)
