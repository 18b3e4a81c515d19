import type { JsonSchema } from './schema.ts'
import { isStandardSchema } from './schema.ts'
import { thrownMessage } from './failure.ts'
import { MisuseError } from './misuse.ts'
import type { ToolAnnotations } from './annotations.ts'
import type { AnyTool } from './tool.ts'

/** A tool as a model is shown it. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** Draft 7, as the providers take it. */
  readonly inputSchema: JsonSchema
  readonly annotations?: ToolAnnotations
}

/**
 * The definitions that a model is shown, sorted by name: the same tools give the same bytes in whatever order they were
 * registered, so that providers' prompt caches hold.
 *
 * @throws MisuseError where a tool has no schema that a model could be shown
 */
export function toolDefinitions(tools: Iterable<AnyTool>): ToolDefinition[] {
  return Array.from(tools, toolDefinition).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function toolDefinition(tool: AnyTool): ToolDefinition {
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    inputSchema: shownSchema(tool),
    ...(tool.annotations !== undefined && { annotations: tool.annotations }),
  }
}

/**
 * What a model is shown of the tool's arguments.
 *
 * @throws MisuseError where the tool has no schema that a model could be shown
 */
export function shownSchema(tool: AnyTool): JsonSchema {
  if (tool.inputJsonSchema !== undefined) return tool.inputJsonSchema
  const schema = tool.inputSchema
  if (schema === undefined) {
    throw new MisuseError(
      `tool '${tool.name}'.inputSchema`,
      'a schema, since a model is to be offered the tool (for one without arguments: { type: "object", properties: {} })',
      schema,
    )
  }
  if (!isStandardSchema(schema)) return schema
  const { jsonSchema, vendor } = schema['~standard']
  if (jsonSchema === undefined) {
    throw new MisuseError(
      `tool '${tool.name}'.inputJsonSchema`,
      `a JSON Schema for the model, since a schema of ${vendor} does not give one itself`,
      undefined,
    )
  }
  try {
    const { $schema: _dialect, ...shown } = jsonSchema.input({ target: 'draft-07' })
    return shown
  } catch (error) {
    throw new MisuseError(
      `tool '${tool.name}'.inputSchema`,
      `a schema that JSON Schema can express, or an inputJsonSchema beside it (${thrownMessage(error)})`,
      schema,
    )
  }
}
