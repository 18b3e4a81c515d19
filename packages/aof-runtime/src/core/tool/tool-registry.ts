import type { CompiledTool } from './compiled-tool.ts'
import { sentName } from '../contract/sent-name.ts'

/** The tools of an executor by name: by their own names, and by the names that are sent to providers. */
export class ToolRegistry {
  readonly #tools = new Map<string, CompiledTool>()
  /** Tools whose sent names are not their own; undefined for a sent name that several tools share. */
  #sent: Map<string, CompiledTool | undefined> | undefined

  add(tool: CompiledTool): void {
    const { name } = tool.tool
    this.#tools.set(name, tool)
    const sent = sentName(name)
    if (sent === name) return
    this.#sent ??= new Map()
    this.#sent.set(sent, this.#sent.has(sent) ? undefined : tool)
  }

  /** The tool of a name; a tool's own name takes precedence over the sent name of another one. */
  get(name: string): CompiledTool | undefined {
    return this.#tools.get(name) ?? this.#sent?.get(name)
  }

  /** Whether `name` is a tool's own name. */
  has(name: string): boolean {
    return this.#tools.has(name)
  }

  /** The tools' own names, in the order in which they were added. */
  keys(): Iterable<string> {
    return this.#tools.keys()
  }

  values(): Iterable<CompiledTool> {
    return this.#tools.values()
  }
}
