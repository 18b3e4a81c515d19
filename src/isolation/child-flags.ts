/** Flags of Node that say what to run, or that make it something to debug or to watch: none of it is a worker's. */
const OWN =
  /^(?:-[pe]+|-c|-i|--eval|--print|--check|--interactive|--input-type|--run|--test.*|--watch.*|--inspect.*|--cpu-prof.*|--heap-prof.*)(?:=|$)/

/** Those of them whose value is the next argument. */
const WITH_VALUE = /^(?:-[pe]+|--eval|--print|--run|--input-type)$/

/**
 * The flags of Node that a worker process is started with: those of this process, since modules may need them to load
 * and restrictions are to hold there, too; but for what is this process's own.
 */
export function childFlags(execArgv: readonly string[], maxMemoryMb: number | undefined): string[] {
  const flags: string[] = []
  let isValue = false
  for (const flag of execArgv) {
    if (!isValue && !OWN.test(flag)) flags.push(flag)
    isValue = !isValue && WITH_VALUE.test(flag)
  }
  if (maxMemoryMb !== undefined) flags.push(`--max-old-space-size=${maxMemoryMb}`)
  return flags
}

/** The environment of a worker process: all of this one's, but that it asks for no debugger. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: options, ...others } = env
  return options === undefined ? others : { ...others, NODE_OPTIONS: options.replace(/--inspect[^\s]*/g, '') }
}
