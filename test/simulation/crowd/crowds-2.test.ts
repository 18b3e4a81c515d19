import { testCrowds } from './crowds.ts'

testCrowds(1)
