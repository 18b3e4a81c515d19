import type { ExitCode } from './exit-codes.ts'

/**
 * Ends the process, once all that was written has been handed on. A tool that did not stop when asked to, or a module
 * that keeps something open, must not keep the command from ending.
 */
export async function leave(exitCode: ExitCode): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()))
  }
  process.exit(exitCode)
}
