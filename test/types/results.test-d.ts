import { describe, expectTypeOf, test } from 'vitest'
import {
  type BinaryReference,
  type ErrorCode,
  type Jsonified,
  type JsonValue,
  type SucceededResult,
  type ToolContent,
  type ToolError,
  type ToolResult,
  type ToolResultStatus,
  type UnsuccessfulResult,
} from '../../packages/aof-runtime/src/index.ts'

declare const result: ToolResult<{ at: Date; n?: bigint }>

describe('a result is a union on status, and on success', () => {
  test('success distinguishes data from error', () => {
    if (result.success) {
      expectTypeOf(result).toEqualTypeOf<SucceededResult<{ at: Date; n?: bigint }>>()
      expectTypeOf(result.data).toEqualTypeOf<{ at: string; n?: string | undefined }>()
      expectTypeOf(result.content).toEqualTypeOf<readonly ToolContent[] | undefined>()
      expectTypeOf(result.status).toEqualTypeOf<'succeeded'>()
      // @ts-expect-error -- there is none
      void result.error
    } else {
      expectTypeOf(result).toEqualTypeOf<UnsuccessfulResult>()
      expectTypeOf(result.error).toEqualTypeOf<ToolError>()
      expectTypeOf(result.error.code).toEqualTypeOf<ErrorCode>()
      // @ts-expect-error -- there is none
      void result.data
    }
  })

  test('status distinguishes them, too', () => {
    if (result.status === 'succeeded') expectTypeOf(result.success).toEqualTypeOf<true>()
    else expectTypeOf(result.success).toEqualTypeOf<false>()
    // @ts-expect-error -- neither has been checked yet
    void result.data
  })

  test('a switch over all statuses is exhaustive', () => {
    const words = (status: ToolResultStatus): string => {
      switch (status) {
        case 'succeeded':
        case 'failed':
        case 'invalid':
        case 'timed_out':
        case 'aborted':
        case 'rejected':
        case 'skipped':
        case 'lost':
          return status
        default:
          expectTypeOf(status).toEqualTypeOf<never>()
          return status
      }
    }
    expectTypeOf(words).returns.toEqualTypeOf<string>()
    // @ts-expect-error -- a status of something else
    words('killed')
  })

  test('results may not be changed', () => {
    // @ts-expect-error -- read-only
    result.status = 'failed'
    // @ts-expect-error -- read-only
    result.timing.runMs = 0
  })

  test('a result of unknown data has JSON', () => {
    expectTypeOf<SucceededResult['data']>().toEqualTypeOf<JsonValue>()
    expectTypeOf<SucceededResult<unknown>['data']>().toEqualTypeOf<JsonValue>()
  })
})

describe('the type of a JSON copy', () => {
  test('a map is an object, and a set a list', () => {
    expectTypeOf<Jsonified<Map<string, Date>>>().toEqualTypeOf<{ [key: string]: string }>()
    expectTypeOf<Jsonified<Set<Date>>>().toEqualTypeOf<string[]>()
  })

  test('binary data is a reference to a file', () => {
    expectTypeOf<Jsonified<{ page: Uint8Array; picture: Blob; all: ArrayBuffer }>>().toEqualTypeOf<{
      page: BinaryReference
      picture: BinaryReference
      all: BinaryReference
    }>()
    expectTypeOf<Jsonified<Buffer>>().toEqualTypeOf<BinaryReference>()
  })
})
