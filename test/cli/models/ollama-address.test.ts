import { expect, test } from 'vitest'
import { ollamaAddress } from '../../../packages/aof-cli/src/models/providers.ts'

test.each([
  [undefined, 'http://127.0.0.1:11434'],
  ['', 'http://127.0.0.1:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
  [':1234', 'http://127.0.0.1:1234'],
  ['box', 'http://box:11434'],
  ['box:81', 'http://box:81'],
  ['box/behind', 'http://box:11434/behind'],
  ['no such address', 'no such address'],
  ['http://box:81/', 'http://box:81'],
  ['http://box', 'http://box'],
  ['https://ollama.example', 'https://ollama.example'],
  ['https://ollama.example/behind/', 'https://ollama.example/behind'],
  ['[::1]', 'http://[::1]:11434'],
  ['[::1]:1234', 'http://[::1]:1234'],
])('OLLAMA_HOST=%s is %s', (host, address) => expect(ollamaAddress(host)).toBe(address))
