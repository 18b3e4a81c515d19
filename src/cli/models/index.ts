export { loadModel } from './load-model.ts'
