import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of steps during which a listener, a tool's function or a blocked event loop changes the state. */
export const reentrancy: readonly PlantedBug[] = [
  bug(
    'calls/call-record.ts',
    'an admitted call counts as queued while its place in the queue is passed on',
    '    this.#state = admitted\n    try {\n      room.leave(this)\n      if (this.#state !== admitted) this.engine.admission.undo(admitted.demands)\n      else if',
    '    try {\n      room.leave(this)\n      this.#state = admitted\n      if',
  ),
  bug(
    'calls/call-record.ts',
    'a call that a listener ends while its place in the queue is passed on keeps its permits',
    '      if (this.#state !== admitted) this.engine.admission.undo(admitted.demands)\n      else if',
    '      if',
  ),
  bug(
    'calls/call-record.ts',
    'a call that waited in the queue for too long starts after a block of the event loop',
    '      else if (hasWaitedTooLong) this.#refuseAdmitted(admitted)\n',
    '',
  ),
  bug(
    'calls/call-record.ts',
    'a call starts after its deadline after a block of the event loop',
    '    if (batch.hasDeadlines && batch.expireIfDue(this, now)) return engine.admission.undo(demands)\n',
    '',
  ),
  bug(
    'calls/batch.ts',
    'a call starts at the very moment of its deadline',
    'particulars.deadlineAt <= now ?',
    'particulars.deadlineAt < now ?',
  ),
  bug(
    'executor/executor.ts',
    'batch_opened is emitted before the executor knows the batch',
    '    } else place = this.#live.enter(batch)\n',
    '    } else {\n      batch.begin(size)\n      place = this.#live.enter(batch)\n      return batch\n    }\n',
  ),
  bug(
    'calls/batch.ts',
    'a batch that a listener of batch_opened settles sets its deadline all the same',
    '    if (this.#settled) return\n    this.#setDeadline()',
    '    this.#setDeadline()',
  ),
  bug(
    'calls/nesting.ts',
    'a nested batch is closed while its calls are being accepted',
    'if (!batch.isBeingAccepted) batch.close()',
    'batch.close()',
  ),
  bug(
    'calls/call-record.ts',
    'a call that is rejected as too deeply nested counts as waiting for its dependencies',
    "this.cannotStart('rejected', 'too_deep',",
    "this.#refuse('rejected', 'too_deep',",
  ),
  bug(
    'calls/call-record.ts',
    'a call that is rejected as one nested call too many counts as waiting for its dependencies',
    "this.cannotStart('rejected', 'too_many_calls',",
    "this.#refuse('rejected', 'too_many_calls',",
  ),
  bug(
    'calls/call-record.ts',
    'the late rejection of a schema that ended its own call is not handled',
    'return ignoreLater(validation)',
    'return',
  ),
  bug(
    'admission/hand-over.ts',
    'an error of one admitted call leaves the hand-over under way for ever',
    '    try {\n      waiter.admit(now)\n    } finally {\n      this.#isUnderWay = false\n      this.run(undefined)\n    }',
    '    waiter.admit(now)\n    this.#isUnderWay = false\n    this.run(undefined)',
  ),
  bug(
    'host/timeouts.ts',
    'an error of one expiry stops all timeouts of that duration',
    '    try {\n      this.#expireAll(this.#clock.now())\n    } finally {',
    '    this.#expireAll(this.#clock.now())\n    {',
  ),
  bug(
    'calls/run-turns.ts',
    'batches of one run without a given turn share their idempotency keys',
    'const turn = given ?? next',
    'const turn = given ?? 0',
  ),
]
