import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of nested calls and of abandoned tools. */
export const nesting: readonly PlantedBug[] = [
  bug(
    'calls/nesting.ts',
    'a call that waits for its own calls keeps its permits',
    '        admission.release(this.#attempt.demands.limits, undefined)\n',
    '',
  ),
  bug(
    'calls/nesting.ts',
    'a suspended call takes its permits back although there is no room',
    'if (admission.take(toResume)) return this.admit(undefined)',
    'return this.admit(undefined)',
  ),
  bug(
    'calls/nesting.ts',
    'a call that resumes queues like a new one',
    'this.share.flow(toResume, RESUME_PRIORITY)',
    'this.share.flow(toResume, this.priority)',
  ),
  bug('calls/nesting.ts', 'the timeout runs on while a call waits for its own', '    this.#attempt.pause(now)\n', ''),
  bug('calls/nesting.ts', 'nested calls outlive their parent', '        batch.abort(reason)\n', ''),
  bug(
    'calls/nesting.ts',
    'the first nested call that ends resumes the parent',
    "if (this.#unsettled === 0 && this.#stage === 'suspended') this.#resume()",
    "if (this.#stage === 'suspended') this.#resume()",
  ),
  bug(
    'calls/nesting.ts',
    'a call resumes although it has made another call meanwhile',
    "      this.#stage = 'suspended'\n      if (this.#flow",
    '      if (this.#flow',
  ),
  bug(
    'calls/nesting.ts',
    'a call that was aborted while it waited to resume is admitted',
    "if (stage === 'resuming' && this.#flow !== undefined) admission.withdraw(this, this.#flow)",
    '',
  ),
  bug('calls/nesting.ts', 'a resumed call does not count as holding permits', '    this.#holds = true\n', ''),
  bug(
    'calls/nesting.ts',
    'one nested call too many',
    'if (this.#callCount >= max) return false',
    'if (this.#callCount > max) return false',
  ),
  bug('calls/batch.ts', 'a call resumes without permits', '    await nesting.pending\n', ''),
  bug(
    'calls/call-record.ts',
    'a nested call has a lower priority than its parent',
    'batch.nesting?.priority ?? -Infinity)',
    '-Infinity)',
  ),
  bug('calls/call-record.ts', 'one level too deep', 'if (this.depth > maxDepth)', 'if (this.depth > maxDepth + 1)'),
  bug(
    'calls/call-record.ts',
    'an abandoned tool keeps shared permits',
    'this.#giveBack(attempt, attempt.demands.wide, now)',
    'this.#giveBack(attempt, [], now)',
  ),
  bug(
    'calls/call-record.ts',
    'an abandoned tool releases its own permits twice',
    'this.#giveBack(attempt, attempt.demands.wide, now)',
    'this.#giveBack(attempt, attempt.demands.limits, now)',
  ),
  bug(
    'calls/call-record.ts',
    'a suspended call releases permits that it does not hold',
    '      if (holds) release()\n',
    '      release()\n',
  ),
  bug(
    'calls/hold.ts',
    'the permits retained for an abandoned tool are lost',
    '    this.#call.engine.admission.release(this.#limits, undefined)\n',
    '',
  ),
  bug(
    'calls/hold.ts',
    'the permits retained for an abandoned tool are released again when it ends',
    'if (this.#isOver) return',
    '',
    'its permits and its effects each record their release',
  ),
  bug(
    'calls/hold.ts',
    'a call starts beyond a limit before the limit is reported',
    '      tellHoldEnded(call)\n',
    '      this.end()\n      tellHoldEnded(call)\n',
  ),
  bug(
    'attempt/attempt.ts',
    'an abandoned tool that reads its signal late gets one that is not aborted',
    'const cut = this.#rarities?.wasCut',
    'const cut = this.#cut',
  ),
]
