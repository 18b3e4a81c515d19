import { EXIT } from '../exit-codes.ts'
import { runningTool } from './stray-errors.ts'

/** A watch for the end of the process while something goes on. */
export interface ExitWatch {
  stop(): void
}

/** Whether the process ends because the command itself wants that. */
let isWanted = false

/** Ends the process though something still goes on: nobody reads what it says any more. */
export function endQuietly(): never {
  isWanted = true
  process.exit()
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

/** The end in words. */
export function exitedWords(tool: string | undefined): string {
  const whose = tool === undefined ? 'Something' : `The tool '${tool}'`
  return `${whose} ended the process (process.exit) while the command was at work; what ran with it is lost.`
}

/** What to do about it. */
export const EXITED_FIX =
  'let the tool throw instead, or give it isolation: { mode: "process", … }, which contains that'
