import { expect, test } from 'vitest'
import { ToolExecutor, defineTool } from '../../packages/aof-runtime/src/index.ts'
import { inexactNumber } from '../../packages/aof-runtime/src/core/values/exact-numbers.ts'

test.each([
  '12345678901234567890',
  '12345678901234567890.0',
  '12345678901234567.89e3',
  '9007199254740993e0',
  '-9007199254740993.00',
  '900719925474099.3e1',
  '9007199254740993000e-3',
  '0.00012345678901234567e20',
  '1234567890123456789e1',
  '100000000000000000000000',
  '1e400',
])('an integer that double precision changes is refused, however it is written: %s', async (literal) => {
  expect(inexactNumber(`{"id":${literal}}`)).toBe(literal)
  const executor = new ToolExecutor({ tools: [defineTool({ name: 't', execute: (input: unknown) => input })] })
  const [result] = await executor.executeTools([{ id: '1', name: 't', arguments: `{"id":${literal}}` }])
  expect(result).toMatchObject({ status: 'invalid', error: { code: 'invalid_arguments' } })
})

test.each([
  '9007199254740992e0',
  '9007199254740994.0',
  '1e23',
  '6.02214076e23',
  '1.7976931348623157e308',
  '0.1',
  '0.30000000000000004e17',
  '123456789012345678.5',
  '9007199254740993e-1',
  '0e999',
])('a number is taken that is held as it is written, or is a magnitude or a fraction: %s', (literal) => {
  expect(inexactNumber(`[${literal}]`)).toBeUndefined()
})
