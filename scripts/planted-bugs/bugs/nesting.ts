import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of nested calls and of abandoned tools. */
export const nesting: readonly PlantedBug[] = [
  bug(
    'calls/nesting.ts',
    'a call that waits for its own calls keeps its permits',
    '        admission.release(this.parent.demands.limits, undefined)\n',
    '',
  ),
  bug(
    'calls/nesting.ts',
    'a suspended call takes its permits back although there is no room',
    'if (admission.take(toResume)) return this.#goOn(undefined)',
    'return this.#goOn(undefined)',
  ),
  bug(
    'calls/nesting.ts',
    'a call that resumes queues like a new one',
    'share.flow(toResume, RESUME_PRIORITY)',
    'share.flow(toResume, this.priority)',
  ),
  bug('calls/nesting.ts', 'the timeout runs on while a call waits for its own', '    parent.attempt.pause(now)\n', ''),
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
    "      this.#stage = 'suspended'\n      this.#withdraw()",
    '      if (this.#resumption !== undefined) admission.withdraw(this.#resumption, this.#resumption.flow)',
  ),
  bug(
    'calls/nesting.ts',
    'a call that was aborted while it waited to resume is admitted',
    "if (stage === 'resuming') this.#withdraw()",
    '',
  ),
  bug('calls/nesting.ts', 'a resumed call does not count as holding permits', '    this.#holdsPermits = true\n', ''),
  bug(
    'calls/nesting.ts',
    'one nested call too many',
    'if (this.#callCount >= max) return false',
    'if (this.#callCount > max) return false',
  ),
  bug('calls/batch-results.ts', 'a call resumes without permits', '  await nesting.pending\n', ''),
  bug(
    'calls/call.ts',
    'a nested call has a lower priority than its parent',
    'batch.nesting?.priority ?? -Infinity)',
    '-Infinity)',
  ),
  bug('calls/preceding.ts', 'one level too deep', 'if (call.depth > maxDepth)', 'if (call.depth > maxDepth + 1)'),
  bug(
    'calls/running.ts',
    'an abandoned tool keeps shared permits',
    "state === 'unknown' ? wide : limits",
    "state === 'unknown' ? [] : limits",
  ),
  bug(
    'calls/running.ts',
    'an abandoned tool releases its own permits twice',
    "state === 'unknown' ? wide : limits",
    'limits',
  ),
  bug(
    'calls/running.ts',
    'a suspended call releases permits that it does not hold',
    'if (holdsPermits) this.#releaseNow(execution, limits, now)',
    'this.#releaseNow(execution, limits, now)',
  ),
  bug(
    'calls/retained-permits.ts',
    'the permits retained for an abandoned tool are lost',
    '    this.#services.admission.release(this.#limits, undefined)\n',
    '',
  ),
  bug(
    'calls/retained-permits.ts',
    'the permits retained for an abandoned tool are released again when it ends',
    'if (this.#isOver) return',
    '',
    'its permits and its effects each record their release',
  ),
  bug(
    'calls/retained-permits.ts',
    'a call starts beyond a limit before the limit is reported',
    '      emitHoldEnded(call)\n',
    '      this.end()\n      emitHoldEnded(call)\n',
  ),
  bug(
    'attempt/attempt.ts',
    'an abandoned tool that reads its signal late gets one that is not aborted',
    'const cut = this.#extra?.wasCut',
    'const cut = this.#cut()',
  ),
]
