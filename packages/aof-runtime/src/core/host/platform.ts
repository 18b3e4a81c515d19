/** The oldest Node on which everything works. */
const LEAST_NODE: readonly [major: number, minor: number] = [22, 13]

type Versions = Readonly<Record<string, string | undefined>>

/** Why this cannot run here: Node is too old. Undefined where it can; Bun and Deno only say which Node they are like. */
export function platformProblem(versions: Versions | undefined = versionsOfPlatform()): string | undefined {
  const node = versions?.['node']
  if (node === undefined || versions?.['bun'] !== undefined || versions?.['deno'] !== undefined) return undefined
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined
  return `aof-runtime needs Node ${leastMajor}.${leastMinor} or newer, and this is Node ${node}. Install a newer one (https://nodejs.org), or run this with the one that you have beside it.`
}

function versionsOfPlatform(): Versions | undefined {
  return (globalThis as { readonly process?: { readonly versions?: Versions } }).process?.versions
}
