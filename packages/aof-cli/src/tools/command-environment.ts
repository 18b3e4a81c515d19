type Environment = Readonly<Record<string, string | undefined>>

/** Variables that programs need to find their files; none of them holds a secret. */
const COMMON: ReadonlySet<string> = new Set([
  ...'PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR'.split(' '),
  // Windows
  ...'APPDATA COMSPEC LOCALAPPDATA PATHEXT PROGRAMDATA SYSTEMDRIVE SYSTEMROOT TEMP TMP USERPROFILE WINDIR'.split(' '),
])

/**
 * The environment of a program that a tool runs: an allow-list (I45). It has the variables that programs need to find
 * their files (`PATH`, `HOME`, `LANG`, `LC_…`, `TZ`, …), the named ones and the given ones; no other variable of this
 * process.
 *
 * @param from the environment of this process
 * @param names variables to pass on unchanged; those that are not set are left out
 * @param given variables with their values, which take precedence
 */
export function commandEnvironment(
  from: Environment,
  names: readonly string[] = [],
  given: Iterable<readonly [string, string]> = [],
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    const isCommon = COMMON.has(name.toUpperCase()) || /^LC_[A-Z]+$/.test(name)
    if (value !== undefined && (isCommon || names.includes(name))) environment[name] = value
  }
  for (const [name, value] of given) environment[name] = value
  for (const name of Object.keys(environment)) {
    if (name.toUpperCase() === 'PATH') environment[name] = absoluteOnly(environment[name] ?? '')
  }
  return environment
}

/** Removes the entries that mean the current directory: a program there must not run by its name alone. */
function absoluteOnly(path: string): string {
  const separator = /^[A-Za-z]:[\\/]|;/.test(path) ? ';' : ':'
  return path
    .split(separator)
    .filter((entry) => /^(?:[/\\]|[A-Za-z]:[\\/])/.test(entry))
    .join(separator)
}
