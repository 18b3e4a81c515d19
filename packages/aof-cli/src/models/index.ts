export { loadModel, modelProblems } from './load-model.ts'
