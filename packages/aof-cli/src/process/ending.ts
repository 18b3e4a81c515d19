import { EXIT, type ExitCode } from '../exit-codes.ts'
import { endDescendants } from './descendants.ts'

/** Kills the programs that tools have started when a command ends before its tools. */
export function endToolsWithCommand(): void {
  process.once('exit', (exitCode) => {
    if (exitCode === EXIT.interrupted || exitCode === EXIT.terminated) endDescendants()
  })
  // The terminal is closed. Without this handler the process would end and leave the tools' programs running.
  process.once('SIGHUP', () => process.exit(EXIT.terminated))
}

/**
 * Ends the process once all output has been flushed. A tool that ignored its abort signal, or a module with an open
 * handle, must not keep the command from ending.
 */
export async function leave(exitCode: ExitCode): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()))
  }
  process.exit(exitCode)
}
