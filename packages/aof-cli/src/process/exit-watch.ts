import { CliError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { oneLine } from '../text.ts'
import { runningTool } from './running-tool.ts'

/** True if the command itself ends the process. */
let isWanted = false

/** Ends the process although work goes on, because its output can no longer be written. */
export function endAtOnce(exitCode: ExitCode): never {
  isWanted = true
  process.exit(exitCode)
}

/**
 * A tool that calls `process.exit` would end a command early, with an exit code for success. This watch sets the exit code
 * for a failed tool instead, and calls `tell` synchronously as the last action of the process.
 *
 * @param tell gets the tool's name, if known
 * @returns a function that ends this
 */
export function watchExit(tell: (tool: string | undefined) => void): () => void {
  const onExit = (exitCode: number): void => {
    if (isWanted || exitCode === EXIT.interrupted || exitCode === EXIT.terminated) return
    process.exitCode = EXIT.tools
    tell(runningTool())
  }
  process.on('exit', onExit)
  return () => void process.off('exit', onExit)
}

/** The message about the exit: the tool that caused it, and the remedy. */
export function exitedError(tool: string | undefined): CliError {
  const whose = tool === undefined ? 'Something' : `The tool '${oneLine(tool, 200)}'`
  const message = `${whose} ended the process (process.exit) while the command was working; the calls that ran are lost.`
  return new CliError(EXIT.tools, message, {
    fix: 'let the tool throw instead, or give it isolation: { mode: "process", … }, which contains that',
  })
}
