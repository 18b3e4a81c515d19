import type { ExitCode } from './exit-codes.ts'

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
