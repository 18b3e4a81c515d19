import { EXIT } from '../exit-codes.ts'
import { endDescendants } from './descendants.ts'

/** Kills the programs that tools have started when a command ends before its tools. */
export function endToolsWithCommand(): void {
  process.once('exit', (exitCode) => {
    if (exitCode === EXIT.interrupted || exitCode === EXIT.terminated) endDescendants()
  })
  // The terminal is closed. Without this handler the process would end and leave the tools' programs running.
  process.once('SIGHUP', () => process.exit(EXIT.terminated))
}
