import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import {
  type AnyTool,
  defineTool,
  foreignAnnotations,
  type JsonObject,
  type JsonSchema,
  ToolFailure,
} from 'aof-runtime'

/** The tools of an MCP server, and a function that ends it. */
export interface McpServer extends AsyncDisposable {
  readonly tools: readonly AnyTool[]
}

/**
 * Starts an MCP server from an npm package and defines a tool for each of its tools.
 *
 * The server's own annotations suffice to order the calls: with one `effectScope` for all of them, tools with
 * `readOnlyHint` read the server's data and run side by side; all others write it and run alone, in call order.
 *
 * @param name the name of its data, for all executors that share it
 * @param entry the file of its program in the package
 */
export async function mcpServer(
  name: string,
  {
    packageName,
    entry,
    args = [],
    env,
  }: { packageName: string; entry: string; args?: string[]; env?: Record<string, string> },
): Promise<McpServer> {
  const directory = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`))
  const client = new Client({ name: 'aof-runtime-example', version: '1.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(directory, entry), ...args],
      ...(env && { env }),
      stderr: 'ignore',
    }),
  )
  const { tools } = await client.listTools()
  const ignored = new Set<string>()
  const made = tools.map(({ name: tool, description = '', inputSchema, annotations }) =>
    defineTool({
      name: tool,
      description,
      inputSchema: inputSchema as JsonSchema,
      annotations: foreignAnnotations(annotations, (names) => names.forEach((each) => ignored.add(each))),
      effectScope: `mcp:${name}`,
      execute: async (input: JsonObject, { signal }) => {
        const { isError, structuredContent, content } = await client.callTool(
          { name: tool, arguments: input },
          { signal },
        )
        if (isError === true) throw new ToolFailure(textOf(content))
        return structuredContent ?? textOf(content)
      },
    }),
  )
  if (ignored.size > 0) console.warn(`${packageName}: annotations without a meaning here: ${[...ignored].join(', ')}`)
  return {
    tools: made,
    [Symbol.asyncDispose]: () => client.close(),
  }
}

function textOf(content: readonly { type: string }[]): string {
  return content.map((part) => ('text' in part ? String(part.text) : `[${part.type}]`)).join('\n')
}
