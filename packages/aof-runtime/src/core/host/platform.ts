/** The oldest supported version of Node. */
const LEAST_NODE: readonly [major: number, minor: number] = [22, 13]

type Versions = Readonly<Record<string, string | undefined>>

/** Says that Node is too old; undefined if it is not. The Node version of Bun and Deno only names the Node that they resemble. */
export function platformProblem(versions: Versions | undefined = versionsOfPlatform()): string | undefined {
  const node = versions?.['node']
  if (node === undefined || versions?.['bun'] !== undefined || versions?.['deno'] !== undefined) return undefined
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined
  return `aof-runtime needs Node ${leastMajor}.${leastMinor} or newer, and this is Node ${node}. Install a newer Node (https://nodejs.org), or run this with a newer one that is installed already.`
}

function versionsOfPlatform(): Versions | undefined {
  return (globalThis as { readonly process?: { readonly versions?: Versions } }).process?.versions
}
