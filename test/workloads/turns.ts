import { existsSync, readFileSync } from 'node:fs'
import {
  type AnyTool,
  defineTool,
  type JsonObject,
  type JsonSchema,
  type ToolCall,
} from '../../packages/aof-runtime/src/index.ts'

/** A turn of a public data set: the tools that a model was offered, and the calls that it is to make. */
export interface Turn {
  readonly id: string
  readonly tools: readonly { readonly name: string; readonly description: string; readonly inputSchema: JsonSchema }[]
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: JsonObject }[]
}

const FOLDER = new URL('../../../shared/workloads/', import.meta.url)

/** Whether the data is there; where it is not, what needs it is skipped. */
export const hasTurns: boolean = existsSync(new URL('seal-tools.jsonl', FOLDER))

/** For the title of what is skipped without it. */
export const WITHOUT_TURNS: string = hasTurns ? '' : ' (skipped: ../shared/workloads is not there)'

export function turnsOf(name: 'bfcl.parallel' | 'seal-tools'): Turn[] {
  if (!hasTurns) return []
  const lines = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Turn)
}

/** The value of a turn's tool: enough to know to which call the result belongs. */
export interface Echo {
  readonly place: number
  readonly id: string
  readonly name: string
  readonly arguments: JsonObject
}

/**
 * The turn's tools with the data set's own schemas as they are.
 *
 * @param wait called with the call's place, before the tool gives its arguments back
 */
export function toolsOf(turn: Turn, wait: (place: number) => Promise<void>): AnyTool[] {
  return turn.tools.map(({ name, description, inputSchema }) =>
    defineTool({
      name,
      description,
      inputSchema,
      execute: async (args, { index: place, call }): Promise<Echo> => {
        await wait(place)
        return { place, id: call.id, name, arguments: args }
      },
    }),
  )
}

/** The turn's calls as models send them: with the arguments as JSON text. */
export function callsOf(turn: Turn): ToolCall[] {
  return turn.calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: JSON.stringify(args) }))
}
