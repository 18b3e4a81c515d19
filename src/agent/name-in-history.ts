/** The longest name that every provider takes. */
const MAX_LENGTH = 64

/**
 * The name under which a call stands in the history. Models make up names that no provider takes back (`search<|call|>`,
 * an empty one), and one of them would make every later request fail; the name of a tool is left as it is.
 */
export function nameInHistory(name: string, tools: ReadonlySet<string>): string {
  if (tools.has(name)) return name
  return (
    String(name)
      .slice(0, MAX_LENGTH)
      .replace(/[^A-Za-z0-9_-]/g, '_') || 'unnamed'
  )
}
