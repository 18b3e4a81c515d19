import { describe, expect, test } from 'vitest'
import { LogLines } from '../../packages/aof-runtime/src/core/calls/log-lines.ts'
import type { ToolResult } from '../../packages/aof-runtime/src/core/contract/result.ts'
import { settleMicrotasks } from '../../packages/aof-runtime/src/testing/index.ts'
import { recordingLogger } from './harness.ts'

const timing = { queuedMs: 1, runMs: 94.6, totalMs: 95.6, attempts: 1 }
const base = { index: 0, id: 'a', name: 'fetch_user', timing, source: 'run' } as const
const error = { code: 'timeout', message: 'm', retryable: true } as const

const breaks = (): never => {
  throw new Error('broken')
}

function linesOf(write: (lines: LogLines) => void): string[] {
  const { logger, lines } = recordingLogger()
  write(new LogLines(logger, () => {}))
  return lines
}

describe('log lines (R8)', () => {
  test('a batch has a log line at its start and one at its end', () => {
    expect(
      linesOf((log) => {
        log.batchStarted(5, 10)
        log.batchSettled(5, 104.6, 5)
        log.batchSettled(5, 104.4, 3)
      }),
    ).toEqual([
      'INFO Executing 5 tools in parallel (max concurrency: 10)',
      'INFO Parallel tool execution completed: 5 tools in 105ms (5 success, 0 failures)',
      'INFO Parallel tool execution completed: 5 tools in 104ms (3 success, 2 failures)',
    ])
  })

  test('a call that succeeds has a log line at its start and one at its end', () => {
    const result: ToolResult = { ...base, status: 'succeeded', success: true, data: 1, execution: 'ended' }
    expect(
      linesOf((log) => {
        log.callStarted(0, 'fetch_user')
        log.callSettled(result)
      }),
    ).toEqual(['DEBUG Executing tool [0]: fetch_user', 'DEBUG Tool [0] fetch_user completed in 95ms'])
  })

  test.each([
    ['timed_out', 'unknown', 'timeout', 'timed out (timeout) in 95ms'],
    ['failed', 'ended', 'tool_error', 'failed (tool_error) in 95ms'],
    ['aborted', 'none', 'aborted', 'aborted (aborted) without being started'],
    ['invalid', 'none', 'unknown_tool', 'invalid (unknown_tool) without being started'],
  ] as const)('a call that is %s has a log line that says so', (status, execution, code, line) => {
    const result: ToolResult = { ...base, status, success: false, execution, error: { ...error, code } }
    expect(linesOf((log) => log.callSettled(result))).toEqual([`DEBUG Tool [0] fetch_user ${line}: m`])
  })

  test('the log line of a failed call has the reason, on one line, and the place where it was thrown', () => {
    const thrown = new Error('disk full\n  at 100 %')
    const failed: ToolResult = {
      ...base,
      status: 'failed',
      success: false,
      execution: 'ended',
      error: { code: 'tool_error', message: thrown.message, retryable: false },
    }
    const [line] = linesOf((log) => log.callSettled(failed, thrown))
    expect(line).toMatch(
      /^DEBUG Tool \[0\] fetch_user failed \(tool_error\) in 95ms: disk full at 100 % \(at \/.*log-lines\.test\.ts:\d+:\d+\)$/,
    )
  })

  test('a log line of a tool begins with the place and the name of its call', () => {
    expect(
      linesOf((log) => {
        const logger = log.ofCall(3, 'fetch\nuser')
        logger.debug('a')
        logger.info('b')
        logger.warn('c')
        logger.error('d')
      }),
    ).toEqual([
      'DEBUG Tool [3] fetch\ufffduser: a',
      'INFO Tool [3] fetch\ufffduser: b',
      'WARN Tool [3] fetch\ufffduser: c',
      'ERROR Tool [3] fetch\ufffduser: d',
    ])
  })

  test('an abandoned tool has a log line', () => {
    expect(linesOf((log) => log.callAbandoned(3, 'slow'))).toEqual([
      'WARN Tool [3] slow did not end after its signal; it is abandoned and may still act',
    ])
  })

  test('bad inputs 70, 71: a name that a model made up forges no log line', () => {
    const name = 'x\nINFO Executing 2 tools\r\x1b[2J\u202e\t\u2028y'
    const [line] = linesOf((log) => log.callStarted(0, name))
    expect(line).toBe('DEBUG Executing tool [0]: x\ufffdINFO Executing 2 tools\ufffd\ufffd[2J\ufffd\ufffd\ufffdy')
    expect(linesOf((log) => log.callStarted(0, 'n'.repeat(65_536)))[0]?.length).toBeLessThan(200)
  })

  test.each([
    ['throws', breaks],
    ['rejects', (async () => breaks()) as () => void],
  ])('a logger that %s loses the line, and is reported', async (_how, line) => {
    const failures: [string, unknown][] = []
    const log = new LogLines({ debug: line, info: line, warn: line, error: line }, (during, thrown) =>
      failures.push([during, thrown]),
    )
    log.batchStarted(2, 10)
    log.callStarted(0, 'a')
    log.callAbandoned(0, 'a')
    log.logger.error('from a tool')
    await settleMicrotasks()
    expect(failures).toEqual(['info', 'debug', 'warn', 'error'].map((level) => [`log ${level}`, new Error('broken')]))
  })

  test('a logger keeps its methods on itself, as pino and winston do', () => {
    class Winstonish {
      readonly lines: string[] = []
      debug(message: string): void {
        this.lines.push(message)
      }
      info(message: string): void {
        this.lines.push(message)
      }
      warn(message: string): void {
        this.lines.push(message)
      }
      error(message: string): void {
        this.lines.push(message)
      }
    }
    const logger = new Winstonish()
    new LogLines(logger, () => {}).callStarted(0, 'a')
    expect(logger.lines).toEqual(['Executing tool [0]: a'])
  })
})
