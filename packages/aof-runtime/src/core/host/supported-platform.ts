import { platformProblem } from './platform.ts'

// Imported first by what users import: on an older Node the first call would fail with words that say nothing.
const problem = platformProblem()
if (problem !== undefined) throw new Error(problem)
