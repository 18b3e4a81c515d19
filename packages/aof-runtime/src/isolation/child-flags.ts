/** Flags of Node that choose the program, or start a debugger or a watcher. Workers must not inherit them. */
const OWN =
  /^(?:-[pe]+|-c|-i|--eval|--print|--check|--interactive|--input-type|--run|--test.*|--watch.*|--inspect.*|--cpu-prof.*|--heap-prof.*)(?:=|$)/

/** The flags among them whose value is the next argument. */
const WITH_VALUE = /^(?:-[pe]+|--eval|--print|--run|--input-type)$/

/**
 * The Node flags of a worker process: those of this process, because modules may need them to load and restrictions
 * must apply in the worker too, without the flags that choose the program or start a debugger.
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

/** The environment of a worker process: that of this process without a request for a debugger. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: options, ...others } = env
  return options === undefined ? others : { ...others, NODE_OPTIONS: options.replace(/--inspect[^\s]*/g, '') }
}
