import { defined } from './defined.ts'
import type { RateOptions, RetryOptions } from 'aof-runtime'
import { durationMs, readDuration } from './duration.ts'
import { RATE } from './patterns.ts'
import type { Findings } from './problem.ts'
import { booleanOf, child, type MapNode, type Node, numberOf, textOf } from './tree.ts'

/** Concurrency limit, rate limit and retry policy of a command. */
export interface CommandLimits {
  readonly idempotent: boolean
  readonly retry?: RetryOptions
  readonly maxParallel?: number
  readonly rate?: RateOptions
}

/** Reads `idempotent`, `retry`, `max_parallel` and `rate` of a command. */
export function readLimits(node: MapNode, findings: Findings): CommandLimits {
  const idempotent = booleanOf(child(node, 'idempotent')) ?? false
  const retry = readRetry(child(node, 'retry'), findings)
  const maxParallel = numberOf(child(node, 'max_parallel'))
  const rate = readRate(child(node, 'rate'), findings)
  const isRepeatable = idempotent || booleanOf(child(node, 'read_only')) === true
  if (retry !== undefined && retry.maxAttempts > 1 && !isRepeatable) {
    findings.warn(child(node, 'retry')?.span ?? node.span, {
      code: 'suspicious',
      message: 'a command that may change something is not tried again once it has started',
      fix: 'add idempotent: true if the same call made again changes nothing more, or read_only: true',
    })
  }
  return defined({ idempotent, retry, maxParallel, rate })
}

function readRetry(node: Node | undefined, findings: Findings): RetryOptions | undefined {
  const maxAttempts = numberOf(node) ?? numberOf(child(node, 'max_attempts'))
  if (node === undefined || maxAttempts === undefined) return undefined
  const initialDelayMs = readDuration(child(node, 'initial_delay'), findings)
  const maxDelayMs = readDuration(child(node, 'max_delay'), findings)
  const factor = numberOf(child(node, 'factor'))
  if ((initialDelayMs ?? 200) > (maxDelayMs ?? 30_000)) {
    const { span } = child(node, 'max_delay') ?? child(node, 'initial_delay') ?? node
    findings.error(
      { ...span, path: node.span.path },
      {
        code: 'conflict',
        message: 'the wait before the second attempt (initial_delay) is longer than the longest (max_delay)',
        fix: 'make max_delay longer, or initial_delay shorter',
      },
    )
    return undefined
  }
  return defined({ maxAttempts, initialDelayMs, maxDelayMs, factor })
}

function readRate(node: Node | undefined, findings: Findings): RateOptions | undefined {
  const short = new RegExp(RATE).exec(textOf(node) ?? '')
  if (short !== null) {
    const [n = '', time = ''] = short[0].split('/')
    return { n: Number(n), perMs: durationMs(/^\d/.test(time) ? time : `1${time}`) ?? 1 }
  }
  const n = numberOf(child(node, 'n'))
  const perMs = readDuration(child(node, 'per'), findings)
  if (n === undefined || perMs === undefined) return undefined
  return defined({ n, perMs, burst: numberOf(child(node, 'burst')) })
}
