import { EXIT } from '../exit-codes.ts'
import { endDescendants } from './descendants.ts'

/** What the tools have started does not outlive a command that is ended before they are. */
export function endToolsWithCommand(): void {
  process.once('exit', (exitCode) => {
    if (exitCode === EXIT.interrupted || exitCode === EXIT.terminated) endDescendants()
  })
  // The terminal has gone: there is nobody to abort for, and by itself this would leave what the tools have started.
  process.once('SIGHUP', () => process.exit(EXIT.terminated))
}
