import { type ToolDefinition, toolDefinitions } from '../core/definition.ts'
import { MisuseError } from '../core/misuse.ts'
import type { JsonSchema } from '../core/schema.ts'
import type { AnyTool } from '../core/tool.ts'

/** The JSON Schema of an object, as every provider wants it for a tool's input. */
export type ObjectSchema = { type: 'object'; properties?: unknown; [keyword: string]: unknown }

/** A tool's definition with a schema that providers take. */
export interface ObjectToolDefinition extends ToolDefinition {
  readonly inputSchema: JsonSchema & ObjectSchema
}

/**
 * The definitions sorted by name, each with the schema of an object.
 *
 * @throws MisuseError where a schema is missing or not of an object, and where two tools have one name
 */
export function objectDefinitions(tools: Iterable<AnyTool>): ObjectToolDefinition[] {
  const definitions = toolDefinitions(tools)
  definitions.forEach(({ name }, index) => {
    if (index > 0 && definitions[index - 1]?.name === name)
      throw new MisuseError('tools', 'tools of different names', name)
  })
  return definitions.map((definition) => ({ ...definition, inputSchema: objectSchema(definition) }))
}

function objectSchema({ name, inputSchema }: ToolDefinition): JsonSchema & ObjectSchema {
  if (isOfObject(inputSchema)) return inputSchema
  const { type, ...rest } = inputSchema
  if (type === undefined || (Array.isArray(type) && type.includes('object'))) return { type: 'object', ...rest }
  throw new MisuseError(`tool '${name}'.inputSchema.type`, "'object', since models call tools with an object", type)
}

function isOfObject(schema: JsonSchema): schema is JsonSchema & ObjectSchema {
  return schema.type === 'object'
}
