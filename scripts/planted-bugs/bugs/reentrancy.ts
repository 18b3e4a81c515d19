import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of steps during which a listener, a tool's function or a blocked event loop changes the state. */
export const reentrancy: readonly PlantedBug[] = [
  bug(
    'calls/queueing.ts',
    'an admitted call counts as queued while its place in the queue is passed on',
    '    call.state = admitted\n    try {\n      queue.leave(call)\n      if (call.state !== admitted) admission.undo(admitted.demands)\n      else if',
    '    try {\n      queue.leave(call)\n      call.state = admitted\n      if',
  ),
  bug(
    'calls/queueing.ts',
    'a call that a listener ends while its place in the queue is passed on keeps its permits',
    '      if (call.state !== admitted) admission.undo(admitted.demands)\n      else if',
    '      if',
  ),
  bug(
    'calls/queueing.ts',
    'a call that waited in the queue for too long starts after a block of the event loop',
    '      else if (hasWaitedTooLong) this.#rejectAdmitted(call, admitted)\n',
    '',
  ),
  bug(
    'calls/starting.ts',
    'a call starts after its deadline after a block of the event loop',
    '    if (times.mayExpire && times.expireIfDue(call, now)) return admission.undo(demands)\n',
    '',
  ),
  bug(
    'calls/batch-times.ts',
    'a call starts at the very moment of its deadline',
    'extra.deadlineAt <= now ?',
    'extra.deadlineAt < now ?',
  ),
  bug(
    'calls/batches.ts',
    'batch_opened is emitted before the executor knows the batch',
    '    } else place = this.#live.enter(batch)\n',
    '    } else {\n      batch.begin()\n      place = this.#live.enter(batch)\n      return new Arrivals(batch, arrivals)\n    }\n',
  ),
  bug(
    'calls/batch.ts',
    'a batch that a listener of batch_opened settles sets its deadline all the same',
    "      if (this.#stage === 'settled') return\n      this.times.begin()",
    '      this.times.begin()',
  ),
  bug(
    'calls/nesting.ts',
    'a nested batch is closed while its calls are being accepted',
    'if (!batch.isBeingAccepted) batch.close()',
    'batch.close()',
  ),
  bug(
    'calls/preceding.ts',
    'a call that is rejected as too deeply nested counts as waiting for its dependencies',
    'this.#settling.fail(call, failures.tooDeep(',
    'this.#settling.refuse(call, failures.tooDeep(',
  ),
  bug(
    'calls/preceding.ts',
    'a call that is rejected as one nested call too many counts as waiting for its dependencies',
    'this.#settling.fail(call, failures.tooManyNested(',
    'this.#settling.refuse(call, failures.tooManyNested(',
  ),
  bug(
    'calls/intake.ts',
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
