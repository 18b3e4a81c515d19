import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of optimisations for many calls: lines that age together, calls enqueued together, claims that are handed over. */
export const queues: readonly PlantedBug[] = [
  bug(
    'admission/demand-queue.ts',
    'a line whose oldest call has left keeps the priority that it had gained by waiting',
    'if (priority === level.priority) return { flow, waiter, priority }',
    'return { flow, waiter, priority: level.priority }',
  ),
  bug(
    'admission/demand-queue.ts',
    'a line into which an older call returns does not rise earlier',
    'if (place.lines.size > 1) place.lines.update(line)\n    this.#agesFrom(line, ageMs)\n',
    'if (place.lines.size > 1) place.lines.update(line)\n',
  ),
  bug(
    'admission/lane.ts',
    'a call that joins a line whose calls have all withdrawn is not entered in the queue',
    '    return this.size === 1\n',
    '    return this.#waiters.length === this.#head + 1\n',
  ),
  bug(
    'admission/lane.ts',
    'a call that is retried is never admitted',
    'if (this.#stragglers === undefined || this.#stragglers.size === 0) return first',
    'return first',
  ),
  bug(
    'order/effects/conflicts.ts',
    'a call whose effects are private to its run waits for a call of another run',
    'queue.takeOthers(owner.run === claim.owner.run)',
    'queue.takeOthers(true)',
  ),
  bug(
    'order/effects/conflicts.ts',
    'calls that need not wait for the next claim of a resource are not cleared',
    "for (const each of others) if (each.state === 'waiting' && this.#test(each)) cleared.push(each.owner)",
    'void others',
  ),
  bug(
    'order/effects/conflicts.ts',
    'calls wait for a call that does not conflict with them',
    'if (effects === other.effects) return true\n',
    'return true\n',
  ),
  bug(
    'order/effects/conflicts.ts',
    'calls that are handed over have no record of the call that they wait for',
    '    queue.behind = claim\n',
    '',
  ),
  bug(
    'calls/prerequisites.ts',
    'an inherited priority is not passed on',
    '    return isHigher\n',
    '    return false\n',
  ),
  bug(
    'calls/queueing.ts',
    'a waiting call enqueues calls of another tool with it',
    'if (next.state !== READY || next.tool !== tool ||',
    'if (next.state !== READY ||',
  ),
  bug(
    'calls/queueing.ts',
    'a waiting call enqueues more calls with it than the queue holds',
    'Math.min(calls.length, from + queue.left)',
    'calls.length',
  ),
  bug(
    'calls/queueing.ts',
    'calls that are enqueued together are not counted in the queue',
    '      queue.enter(end - from)\n',
    '',
  ),
  bug(
    'admission/flow.ts',
    'calls that are enqueued together are not counted as waiting',
    '    this.size += end - first.index - 1\n',
    '',
  ),
  bug(
    'admission/lane.ts',
    'calls that are enqueued together do not count as the latest',
    '    this.#latestIndex = end - 1\n',
    '',
    'no later call has an earlier place: only a retried call does, and that is never enqueued together with others',
  ),
]
