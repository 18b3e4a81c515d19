import { ownSchema } from '../core/definition.ts'
import type { JsonSchema } from '../core/schema.ts'
import type { AnyTool } from '../core/tool.ts'

/** Keywords that say nothing of which arguments an object may have. */
const SILENT_KEYWORDS: ReadonlySet<string> = new Set(['type', '$schema', '$id', '$comment', 'title', 'description'])

/**
 * The names of the tools whose schemas name no argument at all. Nothing can be missing from the arguments of their calls,
 * so `{}` is whole as soon as it is there.
 */
export function argumentlessTools(tools: readonly AnyTool[]): ReadonlySet<string> {
  return new Set(tools.filter(isArgumentless).map(({ name }) => name))
}

function isArgumentless(tool: AnyTool): boolean {
  // What no model could be shown may take anything.
  if (tool.inputSchema === undefined && tool.inputJsonSchema === undefined) return false
  try {
    return namesNoArgument(ownSchema(tool))
  } catch {
    return false
  }
}

function namesNoArgument(schema: JsonSchema): boolean {
  return (
    schema['type'] === 'object' &&
    Object.entries(schema).every(([keyword, value]) => {
      if (SILENT_KEYWORDS.has(keyword)) return true
      if (keyword === 'properties') return isEmpty(value)
      if (keyword === 'required') return isEmpty(value)
      return keyword === 'additionalProperties' && value === false
    })
  )
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
