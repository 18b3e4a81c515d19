import type { CompiledTool } from './compiled-tool.ts'
import { sentName } from '../contract/sent-name.ts'

/** The tools of an executor by their names: their own, and the ones under which providers know them. */
export class ToolRegistry {
  readonly #tools = new Map<string, CompiledTool>()
  /** Tools whose sent names are not their own; undefined for a sent name that several of them share. */
  #sent: Map<string, CompiledTool | undefined> | undefined

  add(tool: CompiledTool): void {
    const { name } = tool.tool
    this.#tools.set(name, tool)
    const sent = sentName(name)
    if (sent === name) return
    this.#sent ??= new Map()
    this.#sent.set(sent, this.#sent.has(sent) ? undefined : tool)
  }

  /** The tool of that name; a tool's own name goes before a name under which another one is sent. */
  get(name: string): CompiledTool | undefined {
    return this.#tools.get(name) ?? this.#sent?.get(name)
  }

  /** Whether it is a tool's own name. */
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
