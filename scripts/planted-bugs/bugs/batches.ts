import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of batches and executors. */
export const batches: readonly PlantedBug[] = [
  bug(
    'calls/batch.ts',
    'results are in the order in which calls ended',
    'this.#results[record.index] = result',
    'this.#results.push(result)',
  ),
  bug(
    'calls/batch.ts',
    'a batch settles before its last call',
    'return this.#closed && this.#unsettled === 0',
    'return this.#closed && this.#unsettled <= 1',
  ),
  bug(
    'calls/batch.ts',
    'the listener on the caller’s signal is not removed',
    "this.#setup.options.signal?.removeEventListener('abort', this.#onAbort)",
    '',
  ),
  bug(
    'calls/batch.ts',
    'a nested call starts after the deadline of the call that makes it',
    'maker?.batch.expireIfDue(maker, now)',
    '',
  ),
  bug(
    'calls/batch.ts',
    'a deadline is removed after the calls that depend on its call have settled',
    `    if (deadline !== undefined) this.engine.timeouts.remove(deadline)
    if (queueDeadline !== undefined) this.engine.timeouts.remove(queueDeadline)
    if (precedence?.claim !== undefined) this.engine.conflicts.settle(precedence.claim)
    if (precedence !== undefined) this.#graph?.settled(precedence, outcomeOf(result))
`,
    `    if (precedence?.claim !== undefined) this.engine.conflicts.settle(precedence.claim)
    if (precedence !== undefined) this.#graph?.settled(precedence, outcomeOf(result))
    if (deadline !== undefined) this.engine.timeouts.remove(deadline)
    if (queueDeadline !== undefined) this.engine.timeouts.remove(queueDeadline)
`,
  ),
  bug(
    'calls/batch.ts',
    'a signal that was aborted before is ignored',
    'if (signal?.aborted === true) this.#aborted ??= { reason: signal.reason }\n    else ',
    '',
  ),
  bug(
    'calls/batch.ts',
    'an abort does not reach later calls',
    'if (this.#aborted !== undefined) record.abort()\n    else if',
    'if',
  ),
  bug(
    'calls/batch.ts',
    'a deadline does not reach later calls',
    'else if (this.#expired !== undefined) record.expire(this.#expired)',
    '',
  ),
  bug(
    'calls/batch.ts',
    'an abort stops at the first call that it ends',
    'forEachSafely(this.records, (record) => record.abort())',
    'this.records[0]?.abort()',
  ),
  bug(
    'calls/batch.ts',
    'the batch’s deadline is not removed',
    'if (this.#deadline !== undefined) this.engine.timeouts.remove(this.#deadline.expiry)',
    '',
  ),
  bug(
    'calls/batch.ts',
    'a call’s deadline is not removed',
    'if (deadline !== undefined) this.engine.timeouts.remove(deadline)',
    '',
  ),
  bug(
    'calls/batch.ts',
    'each call of a batch restarts the deadline',
    'this.engine.timeouts.addSince(particulars.deadline, limit.ms, record.acceptedAt)',
    'this.engine.timeouts.addSince(particulars.deadline, limit.ms + 50, record.acceptedAt)',
  ),
  bug(
    'calls/batch.ts',
    'closing leaves slots without arguments open',
    '      forEachSafely(this.records, (record) => record.giveUp())\n',
    '',
  ),
  bug(
    'calls/batch.ts',
    'only one of several waiters for a result gets it',
    'others === undefined ? resolve : (value) => (others(value), resolve(value))',
    'others ?? resolve',
  ),
  bug(
    'calls/batch.ts',
    'a result that is requested late never comes',
    'if (result !== undefined) return Promise.resolve(result)',
    '',
  ),
  bug(
    'calls/batch.ts',
    'calls with one id share a place',
    'const index = this.records.length',
    'const index = Math.max(0, this.records.findIndex((each) => each.id === id)) || this.records.length',
  ),
  bug('calls/batch.ts', 'successes are counted as failures', 'failed: size - succeeded }', 'failed: succeeded }'),
  bug(
    'calls/batch.ts',
    'calls that are added one by one wait in the async context of the first',
    'if (this.#acceptedAt === undefined && this.#queued?.flow === flow) return this.#queued',
    'if (this.#queued?.flow === flow) return this.#queued',
  ),
  bug(
    'calls/batch.ts',
    'the whole batch counts as accepted late',
    'return this.#acceptedAt?.[index] ?? this.openedAt',
    'return this.#acceptedAt?.[0] ?? this.openedAt',
  ),
  bug(
    'calls/batch.ts',
    'an invalid limit is accepted',
    'const impossible = limits && impossibleTimeLimit(limits)',
    'const impossible = undefined as string | undefined',
  ),
  bug(
    'executor/executor.ts',
    'closing does not wait for draining batches',
    'await new Promise<void>((resolve) => this.#idle.push(resolve))',
    '',
  ),
  bug(
    'executor/executor.ts',
    'closing never aborts',
    'batch.close()\n            batch.abort(closedReason())',
    'batch.close()\n            void closedReason()',
  ),
  bug(
    'executor/executor.ts',
    'closing leaves open batches open',
    'batch.close()\n            batch.abort(',
    'batch.abort(',
  ),
  bug('executor/executor.ts', 'the timer of closing is not cleared', '      timer?.clear()\n', ''),
  bug('executor/executor.ts', 'timers stay set when everything is settled', '    this.#engine.timeouts.rest()\n', ''),
  bug(
    'calls/open-batch.ts',
    'a waiting iteration is not resumed',
    '    for (const resume of idle) resume()',
    '    idle[0]?.()',
  ),
  bug(
    'calls/open-batch.ts',
    'an iteration ends before the last result',
    'if (this.#batch.isClosed && next === this.size) return',
    'if (this.#batch.isClosed) return',
  ),
  bug(
    'calls/open-batch.ts',
    'disposing does not abort',
    "this.#batch.abort(new DOMException('The batch was disposed of.', 'AbortError'))",
    '',
  ),
  bug(
    'calls/batch.ts',
    'a call whose acceptance closes its batch never gets its arguments',
    'if (this.#adding === 0) this.#finishClosing()',
    'this.#finishClosing()',
  ),
  bug(
    'calls/batch.ts',
    'a batch that is closed while a call is added stays open',
    'if (this.#adding === 0 && this.#isClosing) this.#finishClosing()',
    '',
  ),
]
