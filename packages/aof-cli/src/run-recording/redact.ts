import { Secrets } from 'aof-runtime/internal/values'

/** Names of variables that hold secrets. */
const SECRET = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i

/** Shorter values are kept, because they may be ordinary words. */
const MIN_LENGTH = 8

/** Removes the secrets of an environment from texts (I35): the values of variables such as `OPENAI_API_KEY`. */
export class Redactor extends Secrets {
  constructor(env: Readonly<Record<string, string | undefined>>) {
    super(valuesOf(env))
  }
}

/** The secrets of an environment: the values of variables such as `OPENAI_API_KEY`. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return [...valuesOf(env)]
}

function* valuesOf(env: Readonly<Record<string, string | undefined>>): Generator<string, void, undefined> {
  for (const [name, value = ''] of Object.entries(env)) if (SECRET.test(name) && value.length >= MIN_LENGTH) yield value
}
