import { platformProblem } from './platform.ts'

// Every entry point imports this first: on an older Node the first call would fail with a message that does not help.
const problem = platformProblem()
if (problem !== undefined) throw new Error(problem)
