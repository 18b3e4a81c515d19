import { CliError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { oneLine } from '../text.ts'
import { runningTool } from './stray-errors.ts'

/** A watch for the end of the process while something goes on. */
export interface ExitWatch {
  stop(): void
}

/** Whether the process ends because the command itself wants that. */
let isWanted = false

/** Ends the process though something still goes on: what it says can no longer be written. */
export function endAtOnce(exitCode: ExitCode): never {
  isWanted = true
  process.exit(exitCode)
}

/**
 * A tool that calls `process.exit` would end a command in the midst of it, with an exit code that says all is well. The code
 * is that of a tool that went wrong instead, and `tell` is called, synchronously, as the last thing of all.
 *
 * @param tell gets the tool's name, where it is known
 */
export function watchExit(tell: (tool: string | undefined) => void): ExitWatch {
  const onExit = (exitCode: number): void => {
    if (isWanted || exitCode === EXIT.interrupted || exitCode === EXIT.terminated) return
    process.exitCode = EXIT.tools
    tell(runningTool())
  }
  process.on('exit', onExit)
  return { stop: () => void process.off('exit', onExit) }
}

/** What is said of it: by whom, and what to do. */
export function exitedError(tool: string | undefined): CliError {
  const whose = tool === undefined ? 'Something' : `The tool '${oneLine(tool, 200)}'`
  const message = `${whose} ended the process (process.exit) while the command was at work; what ran with it is lost.`
  return new CliError(EXIT.tools, message, {
    fix: 'let the tool throw instead, or give it isolation: { mode: "process", … }, which contains that',
  })
}
