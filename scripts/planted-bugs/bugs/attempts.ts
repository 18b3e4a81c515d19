import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of single attempts. */
export const attempts: readonly PlantedBug[] = [
  bug(
    'calls/execution.ts',
    'a call that is about to be aborted makes others',
    'if (!this.attempt.isRunning || this.isStopping) return undefined',
    'if (!this.attempt.isRunning) return undefined',
    'an abort must end one call while a callback acts by another that runs: one scenario in about 200,000 shows it; test/core/abort-from-within.test.ts does',
  ),
  bug(
    'attempt/attempt.ts',
    'the grace is skipped',
    'if (graceMs === 0) this.#graceOver(cut)',
    'if (graceMs >= 0) this.#graceOver(cut)',
  ),
  bug(
    'attempt/attempt.ts',
    'the grace never ends',
    'else timeouts.add(this, graceMs, clock.now())',
    "else if (cut === 'timeout') timeouts.add(this, graceMs, clock.now())",
  ),
  bug(
    'attempt/attempt.ts',
    'a cut does not reach the tool’s signal',
    'this.#controller?.abort(reason)',
    "if (cut === 'abort') this.#controller?.abort(reason)",
  ),
  bug(
    'attempt/attempt.ts',
    'a signal that is read late is never aborted',
    'if (cut !== undefined) this.#controller.abort(this.#owner.abortReason(cut))',
    '',
  ),
  bug(
    'attempt/attempt.ts',
    'the timeout of a tool that ended is not removed',
    '  #end(output: Output): void {\n    this.#over()',
    "  #end(output: Output): void {\n    this.#stage = 'over'",
  ),
  bug(
    'attempt/attempt.ts',
    'a late end becomes the result',
    "if (this.#stage === 'running') this.#end(output)\n    else this.#endedAfterCut({ returned: value })",
    'this.#end(output)',
  ),
  bug(
    'attempt/attempt.ts',
    'a late error becomes the result',
    "if (this.#stage === 'running') this.#end(thrownOutput(thrown))\n    else this.#endedAfterCut({ thrown })",
    'this.#end(thrownOutput(thrown))',
  ),
  bug(
    'attempt/attempt.ts',
    'progress also extends the timeout',
    "if (this.#stage === 'running') this.#extra?.idle?.extend(this.#owner.services.clock)",
    "if (this.#stage === 'running' && this.#extra?.idle !== undefined && this.#extra.leftMs === undefined) {\n      const { timeouts, clock } = this.#owner.services\n      this.#extra.idle.extend(clock)\n      timeouts.remove(this)\n      timeouts.add(this, this.limits.timeoutMs, clock.now())\n    }",
  ),
  bug(
    'attempt/attempt.ts',
    'progress does not extend the idle timeout',
    "if (this.#stage === 'running') this.#extra?.idle?.extend(",
    "if (this.#stage === 'unbegun') this.#extra?.idle?.extend(",
  ),
  bug(
    'attempt/attempt.ts',
    'no idle timeout at all',
    'if (idleTimeoutMs !== Infinity)',
    'if (idleTimeoutMs === Infinity)',
  ),
  bug(
    'attempt/attempt.ts',
    'progress is reported after the end',
    "if (this.#stage === 'over' || this.#stage === 'abandoned') return",
    '',
  ),
  bug(
    'attempt/attempt.ts',
    'an attempt that was cut before it began is run',
    "if (this.#stage !== 'unbegun') return false",
    '',
  ),
  bug(
    'attempt/attempt.ts',
    'an abandoned tool is reported as ended',
    "this.#owner.attemptCut(cut, 'unknown')",
    "this.#owner.attemptCut(cut, 'ended')",
  ),
  bug(
    'attempt/attempt.ts',
    'a tool that ended in its grace is reported as still running',
    "      this.#endCut(cut, 'ended')\n    } else if (this.#stage === 'abandoned')",
    "      this.#abandon(cut)\n    } else if (this.#stage === 'abandoned')",
  ),
  bug(
    'attempt/attempt.ts',
    'the end of an abandoned tool is not reported',
    'this.#owner.abandonedEnded(this.addedAt, outcome)',
    'void outcome',
  ),
  bug(
    'attempt/attempt.ts',
    'a promise’s own then is trusted',
    'return thenOnce(returned, later, (thrown) => this.#threw(thrown))',
    'return void returned.then(later, (thrown: unknown) => this.#threw(thrown))',
  ),
  bug(
    'attempt/attempt.ts',
    'thenables are taken for values',
    'if (isThenable(returned)) {',
    'if (returned instanceof Promise) {',
  ),
  bug(
    'attempt/attempt.ts',
    'a synchronous error escapes',
    "    } catch (thrown) {\n      // A clock or a backend that throws fails the call like its tool.\n      if (this.#stage === 'unbegun') this.#stage = 'running'\n      this.#threw(thrown)\n      return\n    }",
    '    } finally {\n      void returned\n    }',
  ),
  bug(
    'attempt/attempt.ts',
    'rejections are not handled',
    'return thenOnce(returned, later, (thrown) => this.#threw(thrown))',
    'return void Promise.resolve(returned).then(later)',
  ),
  bug(
    'attempt/attempt.ts',
    'code that an ended tool of an aborted batch leaves behind makes calls',
    "if (this.#stage === 'over') return this.#owner.isAborted",
    "if (this.#stage === 'over') return false",
    'the code must go on after its call is over, and make a call after the abort: one scenario in about 20,000 shows it; test/core/nesting.test.ts does',
  ),
]
