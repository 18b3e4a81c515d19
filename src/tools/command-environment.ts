type Environment = Readonly<Record<string, string | undefined>>

/** Variables that programs need to find their way; none of them holds a secret. */
const COMMON: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  // of Windows
  'APPDATA',
  'COMSPEC',
  'LOCALAPPDATA',
  'PATHEXT',
  'PROGRAMDATA',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'WINDIR',
])

/**
 * The environment of a program that a tool runs: an allow-list (I45). It gets what programs need to find their way
 * (`PATH`, `HOME`, `LANG`, `LC_…`, `TZ`, …), those that are named, and those that are given; nothing else of ours.
 *
 * @param from the environment of this process
 * @param names variables to pass on as they are; those that are not set are left out
 * @param given variables with their values, which win over all others
 */
export function commandEnvironment(
  from: Environment,
  names: readonly string[] = [],
  given: Iterable<readonly [string, string]> = [],
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && (isCommon(name) || names.includes(name))) environment[name] = value
  }
  for (const [name, value] of given) environment[name] = value
  for (const name of Object.keys(environment)) {
    if (name.toUpperCase() === 'PATH') environment[name] = absoluteOnly(environment[name] ?? '')
  }
  return environment
}

function isCommon(name: string): boolean {
  return COMMON.has(name.toUpperCase()) || /^LC_[A-Z]+$/.test(name)
}

/** Without the entries that stand for the current directory: what lies there is not to be run by its name alone. */
function absoluteOnly(path: string): string {
  const separator = /^[A-Za-z]:[\\/]|;/.test(path) ? ';' : ':'
  return path
    .split(separator)
    .filter((entry) => /^(?:[/\\]|[A-Za-z]:[\\/])/.test(entry))
    .join(separator)
}
