import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The exports of a file of this folder that runs in a process of its own. */
export interface InChild<Question, Answer> {
  readonly measure: (question: Question) => Promise<Answer>
}

/**
 * Runs `measure` of a file of this folder in a process of its own, with garbage collection exposed. Each process
 * compiles its code anew, so that several processes average out the differences.
 *
 * @param flags further flags of Node
 */
export function inChild<Question, Answer>(
  file: string,
  question: Question,
  flags: readonly string[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('child-main.ts', import.meta.url)), [file], {
      execArgv: ['--expose-gc', ...flags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    let answer: { readonly value: Answer } | undefined
    child.once('message', (value) => (answer = { value: value as Answer }))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (answer !== undefined && code === 0) resolve(answer.value)
      else
        reject(new Error(`${file}: expected an answer of the process, but it ended with ${signal ?? `code ${code}`}.`))
    })
    child.send({ question })
  })
}
