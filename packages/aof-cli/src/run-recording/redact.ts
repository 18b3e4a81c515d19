import { Secrets } from 'aof-runtime/internal/values'
import type { Environment } from '../agent-file/template.ts'

/** Names of variables that hold secrets. */
const SECRET = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i

/** Shorter values are kept, because they may be ordinary words. */
const MIN_LENGTH = 8

/** Removes the secrets of an environment from texts (I35): the values of variables such as `OPENAI_API_KEY`. */
export class Redactor extends Secrets {
  constructor(env: Environment) {
    super(secretsOf(env))
  }
}

/** The secrets of an environment: the values of variables such as `OPENAI_API_KEY`. */
export function secretsOf(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    SECRET.test(name) && value.length >= MIN_LENGTH ? [value] : [],
  )
}
